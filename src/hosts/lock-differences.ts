import { canonicalJson } from "../definition/canonical-json.ts";
import type { LockedExpert, Lockfile } from "../registry/lockfile.ts";

/** What a lock that is made now says otherwise than the one that is there, a clause each. */
export const lockDifferences = (there: Lockfile | undefined, now: Lockfile): readonly string[] => {
  const before = new Map(there?.experts.map((locked) => [locked.key, locked]));
  const keys = new Set(now.experts.map(({ key }) => key));
  const packages = new Set([...(there?.packages.keys() ?? []), ...now.packages.keys()]);
  return [
    ...now.experts.flatMap((locked) => difference(before.get(locked.key), locked)),
    ...[...before.keys()].filter((key) => !keys.has(key)).map((key) => `${key} is not needed any more`),
    ...[...packages]
      .filter((key) => !isSame(there?.packages.get(key), now.packages.get(key)))
      .map((key) => `the package ${key} is another`),
  ];
};

const difference = (before: LockedExpert | undefined, now: LockedExpert): readonly string[] => {
  if (before === undefined) return [`${now.key} is not in it`];
  if (!isSame(before.pin, now.pin)) return [`${now.key} is asked for, or found, otherwise`];
  if (!isSame(before.expert, now.expert)) return [`${now.key} is defined otherwise`];
  return isSame(before.toolDefinitions, now.toolDefinitions) ? [] : [`${now.key} has other tools`];
};

const isSame = (one: unknown, other: unknown): boolean =>
  canonicalJson(one ?? null) === canonicalJson(other ?? null);
