import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Registries } from "../registry-ports.ts";
import type { FoundExpert } from "./resolve-registry.ts";
import { isBeside, sourceTags } from "./source-tags.ts";

/**
 * Holds versions that a lock is about to take against the tags that they were published by. What was locked before stays
 * as it is, and `audit` looks at it.
 *
 * @returns a sentence for each repository that was not asked: what it published is in the registry all the same
 * @throws ExpertStackError TAG_MOVED
 */
export const refuseMovedTags = async (
  experts: readonly FoundExpert[],
  before: Lockfile | undefined,
  from: {
    /** The registries that the manifest names. */
    readonly known: readonly RegistryAddress[];
    readonly registries: Registries;
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> => {
  const locked = new Set(before?.experts.map(({ pin }) => pin?.sha256));
  const tagged = experts.filter(({ pin }) => pin.registry !== undefined && pin.tag !== "");
  const fresh = tagged.filter(({ pin }) => !locked.has(pin.sha256));
  const asked = [...Map.groupBy(fresh, ({ pin }) => pin.source)].map(async ([source, members]) => {
    if (!members.every(({ pin }) => isBeside(pin))) return [elsewhere(source)];
    try {
      const tags = members.map(({ pin }) => pin.tag);
      const commits = await sourceTags(source, tags, from);
      for (const member of members) refuseMoved(member, commits.get(member.pin.tag));
      return [];
    } catch (error) {
      if (error instanceof ExpertStackError && error.code === "REGISTRY_UNREACHABLE") return [error.message];
      throw error;
    }
  });
  return (await Promise.all(asked)).flat();
};

const elsewhere = (source: string): string =>
  `${source} is at another host than the registry, which no index sends anybody to.`;

/** A tag that is gone says nothing: the index keeps what it published. */
const refuseMoved = ({ key, pin }: FoundExpert, now: string | undefined): void => {
  if (now === undefined || now === pin.commit) return;
  throw new ExpertStackError({
    code: "TAG_MOVED",
    message: `${key}: the tag ${pin.tag} of ${pin.source} published ${pin.commit}, and names ${now} now.`,
    remedy: "Somebody moved it. Ask the registry's owners why before you lock it, or lock another version.",
  });
};
