import { pathFits } from "./path-glob.ts";

/** Characters of a branch's name. */
export const longestBranch = 100;

/**
 * Why a branch is not made: its name is none that the policy allows, or none that is plain. Plainer than git asks for,
 * so that it means the same in a shell, in an address and in a workflow's filter.
 */
export const branchRefusal = (name: string, patterns: readonly string[]): string | undefined => {
  const isPlain =
    name.length <= longestBranch &&
    name.split("/").every((part) => /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/.test(part)) &&
    !/\.\.|\.lock(?:\/|$)|^refs\/|^[0-9a-f]{40}$/i.test(name);
  if (!isPlain) {
    return `${JSON.stringify(name)} is no plain name of a branch: letters, digits, "-", "_", "." and "/", at most ${longestBranch} of them.`;
  }
  return pathFits(name, patterns)
    ? undefined
    : `The branch ${JSON.stringify(name)} is not one that this step allows: ${patterns.join(", ")}.`;
};
