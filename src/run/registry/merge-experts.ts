import type { Expert } from "../../definition/expert.ts";
import type { Manifest } from "../../definition/manifest.ts";
import { toolClaims, toolCollisions } from "../../definition/tool-names.ts";
import { ExpertStackError } from "../../errors.ts";
import type { Resolution } from "./resolve-registry.ts";

/** Where an Expert of elsewhere was found. */
export type Origin = {
  /** `@acme/x` */
  readonly name: string;
  /** `sha256:<hex>` of the definition's bytes. */
  readonly digest: string;
  /** `registry:github.com/acme/experts`, `repository:github.com/acme/x` */
  readonly source: string;
};

/**
 * The manifest with the Experts of elsewhere beside its own, each by a key of its own; delegates are their keys.
 *
 * @throws ExpertStackError TOOL_NAME_COLLISION
 */
export const mergeExperts = (
  manifest: Manifest,
  expertKey: string,
  { experts, keys }: Pick<Resolution, "experts" | "keys">,
): {
  readonly manifest: Manifest;
  readonly expertKey: string;
  readonly origins: ReadonlyMap<string, Origin>;
} => {
  const found = experts.map(({ key, expert }) => [key, rewired(expert, keys, new Map())] as const);
  const own = [...manifest.experts].map(
    ([key, expert]) => [key, rewired(expert, keys, manifest.experts)] as const,
  );
  const merged = new Map([...own, ...found]);
  for (const [key, expert] of merged) refuseCollision(key, expert);
  return {
    manifest: { ...manifest, experts: merged },
    expertKey: manifest.experts.has(expertKey) ? expertKey : (keys.get(expertKey) ?? expertKey),
    origins: new Map(
      experts.map(({ key, pin }) => [
        key,
        {
          name: key.slice(0, key.indexOf("@", 1)),
          digest: `sha256:${pin.sha256}`,
          source: pin.registry === undefined ? `repository:${pin.source}` : `registry:${pin.registry}`,
        },
      ]),
    ),
  };
};

/** @param own those that it may mean before any others */
const rewired = (expert: Expert, keys: Resolution["keys"], own: ReadonlyMap<string, Expert>): Expert => {
  const keyOf = (delegate: string): string =>
    own.has(delegate) ? delegate : (keys.get(delegate) ?? delegate);
  return { ...expert, delegates: [...new Set(expert.delegates.map(keyOf))] };
};

const refuseCollision = (key: string, expert: Expert): void => {
  const [collision] = toolCollisions(toolClaims(expert));
  if (collision === undefined) return;
  const { tool, first, second } = collision;
  throw new ExpertStackError({
    code: "TOOL_NAME_COLLISION",
    message: `The Expert "${key}": ${second.owner} and ${first.owner} both offer a tool named "${tool}".`,
    remedy: "Leave one of the two out.",
  });
};
