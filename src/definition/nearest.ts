/** Findings of one kind that get a suggestion: nobody reads more, and each costs a look at every candidate. */
export const mostSuggestions = 50;

/**
 * The candidates a person may have meant by `word`, the closest first, at most `limit`.
 *
 * Case, `_`, `-` and `.` do not count, so `max_steps` finds `maxSteps`. A third of the letters may differ.
 */
export const nearest = (word: string, candidates: Iterable<string>, limit = 3): readonly string[] => {
  const wanted = plain(word);
  return [...candidates]
    .filter((candidate) => Math.abs(plain(candidate).length - wanted.length) <= tolerance(candidate))
    .map((candidate) => ({ candidate, distance: editDistance(wanted, plain(candidate)) }))
    .filter(({ candidate, distance }) => distance <= tolerance(candidate))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
};

/** The name that a person may have meant by `word`: the closest, or else one that has a word in common with it. */
export const nearestName = (word: string, names: readonly string[]): string | undefined => {
  const wanted = plain(word);
  const shares = (name: string): boolean =>
    name.split(/[_.-]/).some((part) => part.length >= 4 && wanted.includes(plain(part)));
  return nearest(word, names, 1)[0] ?? names.find(shares);
};

/** How many letters may differ; words whose lengths differ by more need no closer look. */
const tolerance = (candidate: string): number => Math.max(1, Math.floor(candidate.length / 3));

const plain = (word: string): string => word.toLowerCase().replace(/[_.-]/g, "");

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
const editDistance = (a: string, b: string): number => {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      next[column] = Math.min(
        cell(last, column) + 1,
        cell(next, column - 1) + 1,
        cell(last, column - 1) + (same ? 0 : 1),
        swapped ? cell(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = next;
  }
  return cell(last, b.length);
};

const cell = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
