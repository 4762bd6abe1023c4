import type { RegistryAddress } from "../../definition/registry-address.ts";
import type { Clones } from "./clones.ts";
import { peeled } from "./commit-files.ts";
import { isRefName } from "./ref-name.ts";
import { unreachable } from "./unreachable.ts";

/**
 * The commits that tags name now, by tag, in one fetch.
 *
 * In a repository of their own: it has commits without trees, which the kept one must never have.
 */
export const tagCommits = async (
  clones: Clones,
  { address, names }: { readonly address: RegistryAddress; readonly names: readonly string[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> => {
  const tags = [...new Set(names)].filter(isRefName);
  if (tags.length === 0) return new Map();
  return await clones.scratch(address, signal, async (clone) => {
    const ref = clone.unusedRef();
    // An exact name that is not there fails the whole fetch; one with a star may mean nothing, and is sent as a prefix.
    const refspecs = tags.map((tag) => `+refs/tags/${tag}*:${ref}/${tag}*`);
    // An answer without a default branch is no answer about tags.
    refspecs.push(`+HEAD:${clone.unusedRef()}`);
    const fetched = await clone.fetch({ refspecs, depth: 1, filter: "tree:0", isAdded: false }, signal);
    if (fetched !== "done")
      throw unreachable({ type: fetched }, { ...address, options: clone.options, attempts: 1 });
    const found = new Map<string, string>();
    for (const tag of tags) {
      const id = await clone.refId(`${ref}/${tag}`);
      const commit = id === undefined ? undefined : await peeled(clone, id, signal);
      if (commit !== undefined) found.set(tag, commit.id);
    }
    return found;
  });
};
