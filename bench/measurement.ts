/** A line of the report: what, how much, and how much it may be (or nothing). */
export type Row = readonly [what: string, measured: string, target: string];

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
};

/** Milliseconds. */
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** The median of one thing against another that was measured right after it, pair by pair. */
export const ratio = (values: readonly number[], against: readonly number[]): string =>
  `${median(values.map((value, index) => value / (against[index] ?? 1))).toFixed(2)}×`;
