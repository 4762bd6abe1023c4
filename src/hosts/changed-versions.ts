import type { LockedExpert } from "../registry/lockfile.ts";

/**
 * What a new lock says of registries' Experts whose version is another than before.
 *
 * @returns a sentence for each name, with the command that shows what the new version newly allows
 */
export const changedVersions = (
  before: readonly LockedExpert[],
  now: readonly LockedExpert[],
): readonly string[] => {
  const versions = versionsByName(now);
  return [...versionsByName(before)].flatMap(([name, old]) => {
    const current = versions.get(name) ?? [];
    const gone = old.find((version) => !current.includes(version));
    const added = current.find((version) => !old.includes(version));
    if (gone === undefined || added === undefined) return [];
    return `${name} ${gone} → ${added}: \`expert-stack info ${name} --diff ${gone} ${added}\` shows what it changes.`;
  });
};

const versionsByName = (experts: readonly LockedExpert[]): ReadonlyMap<string, readonly string[]> => {
  const indexed = experts.filter(({ pin }) => pin?.registry !== undefined);
  const named = Map.groupBy(indexed, ({ key }) => key.slice(0, key.indexOf("@", 1)));
  return new Map([...named].map(([name, all]) => [name, all.map(({ expert }) => expert.version)] as const));
};
