/** A line with what became of it: ` ` kept, `-` gone, `+` new; `@` stands for lines that are left out. */
export type DiffLine = { readonly mark: " " | "-" | "+" | "@"; readonly text: string };

/** Lines around a change that are shown with it. */
const context = 2;

/** Pairs of lines that are compared at most; what differs in more is shown as gone and as new. */
const mostPairs = 4_000_000;

/** What has changed from one text to another, line by line, with a little of what is around it. */
export const lineDiff = (before: string, after: string): readonly DiffLine[] => {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = changed(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return near([...kept(a.slice(0, start)), ...middle, ...kept(a.slice(a.length - end))]);
};

const kept = (lines: readonly string[]): readonly DiffLine[] => lines.map((text) => ({ mark: " ", text }));

/** By the longest common subsequence. */
const changed = (a: readonly string[], b: readonly string[]): readonly DiffLine[] => {
  const gone = a.map((text) => ({ mark: "-", text }) as const);
  const fresh = b.map((text) => ({ mark: "+", text }) as const);
  if (a.length * b.length > mostPairs) return [...gone, ...fresh];
  const lengths = commonLengths(a, b);
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < a.length && column < b.length) {
    if (a[row] === b[column]) {
      lines.push({ mark: " ", text: a[row] ?? "" });
      row++;
      column++;
    } else if (at(row + 1, column) >= at(row, column + 1)) lines.push(...gone.slice(row, ++row));
    else lines.push(...fresh.slice(column, ++column));
  }
  return [...lines, ...gone.slice(row), ...fresh.slice(column)];
};

/** For each pair of places, how many lines the two rests have in common. */
const commonLengths = (a: readonly string[], b: readonly string[]): readonly Uint32Array[] => {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let row = a.length - 1; row >= 0; row--) {
    const [here, below] = [lengths[row], lengths[row + 1]];
    if (here === undefined || below === undefined) continue;
    for (let column = b.length - 1; column >= 0; column--) {
      here[column] =
        a[row] === b[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, here[column + 1] ?? 0);
    }
  }
  return lengths;
};

const near = (lines: readonly DiffLine[]): readonly DiffLine[] => {
  const isShown = (_: DiffLine, index: number): boolean =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ mark }) => mark !== " ");
  const shown = lines.map(isShown);
  return lines.flatMap((line, index) => {
    if (shown[index] === true) return [line];
    // One for all that is left out in one place.
    return index === 0 || shown[index - 1] === true ? [{ mark: "@", text: "" } as const] : [];
  });
};
