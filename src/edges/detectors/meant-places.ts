import type { DetectedSecret } from "./detected-secret.ts";
import { meanings, readingsOf } from "./readings.ts";

type Detect = (text: string) => Promise<readonly DetectedSecret[]>;

/** The text, and what is left of it, in the same places, without what it shows. */
type Searched = { readonly text: string; readonly rest: string };

/** The lines, each with those that belong to the same secret, of which the rest still means one by its escapes. */
export const meantPlaces = async (
  { text, rest }: Searched,
  detect: Detect,
): Promise<readonly DetectedSecret[]> => {
  // Most texts mean what they show, and are looked through once.
  if (readingsOf(text).size === 1) return [];
  const [lines, restLines] = [text.split("\n"), rest.split("\n")];
  const starts = startsOf(lines);
  const places: DetectedSecret[] = [];
  const seen = new Set([text]);
  for (const read of meanings) {
    const meant = lines.map(read);
    const whole = meant.join("\n");
    if (seen.has(whole)) continue;
    seen.add(whole);
    const found = await foundIn(meant, detect);
    const hidden = found.length === 0 ? new Set<number>() : linesWith(restLines.map(read), piecesOf(found));
    for (const { first, last, rule } of found) {
      // One that is shown is found again, and nothing is left of it.
      if (!lines.slice(first, last + 1).some((_, at) => hidden.has(first + at))) continue;
      places.push({ start: starts[first] ?? 0, end: (starts[last] ?? 0) + (lines[last]?.length ?? 0), rule });
    }
  }
  return places;
};

/** A secret with the first and the last line that it is in. */
type Found = {
  readonly secret: string;
  readonly first: number;
  readonly last: number;
  readonly rule: string;
};

const foundIn = async (lines: readonly string[], detect: Detect): Promise<readonly Found[]> => {
  const text = lines.join("\n");
  const starts = startsOf(lines);
  return (await detect(text)).map(({ start, end, rule }) => {
    const secret = text.slice(start, end).trimEnd();
    return { secret, first: lineAt(starts, start), last: lineAt(starts, start + secret.length - 1), rule };
  });
};

/** Shorter than anything that is found, and too long to stand anywhere by chance. */
const pieceLength = 12;

const piecesOf = (found: readonly Found[]): ReadonlySet<string> =>
  new Set(
    found.flatMap(({ secret }) =>
      secret
        .split("\n")
        .flatMap((line) =>
          Array.from({ length: Math.floor(line.length / pieceLength) }, (_, at) =>
            line.slice(at * pieceLength, (at + 1) * pieceLength),
          ),
        ),
    ),
  );

/** The lines in which any of the pieces is. */
const linesWith = (lines: readonly string[], pieces: ReadonlySet<string>): ReadonlySet<number> =>
  new Set(
    lines.flatMap((line, number) => {
      for (let at = 0; at + pieceLength <= line.length; at += 1) {
        if (pieces.has(line.slice(at, at + pieceLength))) return number;
      }
      return [];
    }),
  );

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
