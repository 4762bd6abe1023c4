import { type ExpertReference, parseExpertReference } from "../definition/expert-reference.ts";
import type { Manifest } from "../definition/manifest.ts";
import { parseRegistryAddress, type RegistryAddress } from "../definition/registry-address.ts";
import { ExpertStackError } from "../errors.ts";

/** A file at a tag or commit of a repository. */
export type FileReference = Extract<ExpertReference, { type: "github" }>;

/** Where a scoped name is looked for: in one place, never in a second one. */
export type NamePlace =
  | { readonly type: "registry"; readonly address: RegistryAddress }
  | { readonly type: "file"; readonly file: FileReference };

export type RegistryBook = {
  /**
   * @param by the Expert of elsewhere that delegates to it
   * @throws ExpertStackError REFERENCE_INVALID when no registry is said for its scope
   */
  placeOf(name: { readonly scope: string; readonly name: string }, by?: string): NamePlace;
};

/**
 * What a manifest and a step say of registries. A scope with a registry of its own has no other, and a name of this
 * file belongs to a registry's scope only when the file says that it owns the scope: whichever of the two is found first
 * would be somebody's way in.
 *
 * @param input the step's `registry`, or the command's, instead of the manifest's default
 * @throws ExpertStackError REFERENCE_INVALID or LOCAL_SHADOWS_REGISTRY
 */
export const registryBook = (
  { registries = {}, experts }: Pick<Manifest, "registries" | "experts">,
  input = "",
): RegistryBook => {
  const { scopes = {}, direct = {}, owns = [] } = registries;
  const fallback = defaultOf(registries.default, input);
  const exclusive = new Map(
    Object.entries(scopes).map(([scope, text]) => [
      scope,
      parseRegistryAddress(text, `registries.scopes."${scope}"`),
    ]),
  );
  const files = new Map(Object.entries(direct).map(([name, text]) => [name, fileOf(text)]));
  for (const key of experts.keys()) {
    const scope = /^(@[^/]+)\//.exec(key)?.[1];
    if (scope === undefined || owns.includes(scope)) continue;
    const isElsewhere = files.has(key) || exclusive.has(scope) || fallback !== undefined;
    if (isElsewhere) throw shadowed(key, scope);
  }
  return {
    placeOf({ scope, name }, by) {
      const file = files.get(name);
      if (file !== undefined) return { type: "file", file };
      const isOwned = owns.includes(scope);
      const address = exclusive.get(scope) ?? (isOwned ? undefined : fallback);
      if (address === undefined && by !== undefined && experts.has(name)) throw notVisible(name, by);
      if (address === undefined) throw unplaced({ name, scope, isOwned });
      return { type: "registry", address };
    },
  };
};

/** Every registry that a manifest and a step name. @throws ExpertStackError REFERENCE_INVALID */
export const registryAddresses = (
  { registries = {} }: Pick<Manifest, "registries">,
  input = "",
): readonly RegistryAddress[] => {
  const scopes = Object.entries(registries.scopes ?? {}).map(([scope, text]) =>
    parseRegistryAddress(text, `registries.scopes."${scope}"`),
  );
  const fallback = defaultOf(registries.default, input);
  return fallback === undefined ? scopes : [...scopes, fallback];
};

const defaultOf = (written: string | undefined, input: string): RegistryAddress | undefined => {
  if (input !== "") return parseRegistryAddress(input, "registry");
  return written === undefined ? undefined : parseRegistryAddress(written, "registries.default");
};

const fileOf = (text: string): FileReference => {
  const reference = parseExpertReference(text);
  if (reference.type === "github") return reference;
  throw new Error(`${text} was let through as a file.`);
};

const shadowed = (key: string, scope: string): ExpertStackError =>
  new ExpertStackError({
    code: "LOCAL_SHADOWS_REGISTRY",
    message: `The manifest defines "${key}", and "${scope}" is a scope of a registry: one name would mean two Experts.`,
    remedy: `Rename it, or say that the scope is yours alone: [registries] owns = ["${scope}"].`,
  });

const notVisible = (name: string, by: string): ExpertStackError =>
  new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `${by} delegates to "${name}", which is the manifest's own: an Expert of elsewhere sees none of this manifest.`,
    remedy: "Use an Expert whose delegates are all published.",
  });

const unplaced = (of: {
  readonly name: string;
  readonly scope: string;
  readonly isOwned: boolean;
}): ExpertStackError =>
  new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `"${of.name}" is no Expert of the manifest, ${of.isOwned ? `which owns ${of.scope}` : `and no registry is said for ${of.scope}`}.`,
    remedy: `Add it to the manifest: [registries.scopes] "${of.scope}" = "github:owner/repo"${of.isOwned ? "" : ", or [registries] default"}.`,
  });
