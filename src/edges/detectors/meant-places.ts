import type { DetectedSecret } from "./detected-secret.ts";
import { meanings, readingsOf } from "./readings.ts";

/** The lines, each with those that belong to the same secret, that show none and mean one by their escapes; in order. */
export const meantPlaces = async (
  text: string,
  detect: (text: string) => Promise<readonly DetectedSecret[]>,
): Promise<readonly DetectedSecret[]> => {
  // Most texts mean what they show, and are looked through once.
  if (readingsOf(text).size === 1) return [];
  const lines = text.split("\n");
  const starts = startsOf(lines);
  const places: DetectedSecret[] = [];
  const seen = new Set([text]);
  for (const read of meanings) {
    const meant = lines.map(read);
    const whole = meant.join("\n");
    if (seen.has(whole)) continue;
    seen.add(whole);
    const meantStarts = startsOf(meant);
    for (const { start, end, rule } of await detect(whole)) {
      const [first, last] = [
        lineAt(meantStarts, start),
        lineAt(meantStarts, start + whole.slice(start, end).trimEnd().length - 1),
      ];
      places.push({ start: starts[first] ?? 0, end: (starts[last] ?? 0) + (lines[last]?.length ?? 0), rule });
    }
  }
  return places.sort((a, b) => a.start - b.start);
};

const startsOf = (lines: readonly string[]): readonly number[] => {
  const starts: number[] = [];
  let at = 0;
  for (const { length } of lines) {
    starts.push(at);
    at += length + 1;
  }
  return starts;
};

/** Which of the lines a place is in: the last that starts there or before. */
const lineAt = (starts: readonly number[], place: number): number => {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
};
