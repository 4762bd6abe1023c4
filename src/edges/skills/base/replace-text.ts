/** How a literal replacement came out. `line` and `lines` count from 0, as `readTextFile` does. */
export type TextReplacement =
  | { readonly type: "replaced"; readonly text: string; readonly line: number }
  | { readonly type: "missing" }
  | { readonly type: "ambiguous"; readonly lines: readonly number[] };

/**
 * Replaces the only occurrence of `oldText`, taken literally, as `newText` is.
 *
 * Line endings stay what they are: in a text with CRLF both are understood with either ending, everything outside
 * the match is untouched, and `newText` takes the ending used where it is put.
 */
export const replaceText = (
  text: string,
  change: { readonly oldText: string; readonly newText: string },
): TextReplacement => {
  const hasCrlf = text.includes("\r\n");
  const plain = hasCrlf ? toLf(text) : text;
  const wanted = hasCrlf ? toLf(change.oldText) : change.oldText;
  const places = occurrences(plain, wanted);
  const [place] = places;
  if (place === undefined) return { type: "missing" };
  if (places.length > 1) return { type: "ambiguous", lines: places.map((at) => lineOf(plain, at)) };
  const start = hasCrlf ? originalIndex(text, place) : place;
  const end = hasCrlf ? originalIndex(text, place + wanted.length) : place + wanted.length;
  const newText = endingAt(text, start) === "\r\n" ? toCrlf(change.newText) : change.newText;
  return {
    type: "replaced",
    text: text.slice(0, start) + newText + text.slice(end),
    line: lineOf(plain, place),
  };
};

const toLf = (text: string): string => text.replaceAll("\r\n", "\n");

const toCrlf = (text: string): string => toLf(text).replaceAll("\n", "\r\n");

/** Overlapping ones count, since any of them may be meant. */
const occurrences = (text: string, wanted: string): readonly number[] => {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) found.push(at);
  return found;
};

/** Where an index of `toLf(text)` lies in `text`: further on by one for each CRLF that ends before it. */
const originalIndex = (text: string, plainIndex: number): number => {
  let shift = 0;
  for (let at = text.indexOf("\r\n"); at !== -1 && at - shift < plainIndex; at = text.indexOf("\r\n", at + 2))
    shift++;
  return plainIndex + shift;
};

/** The line ending that follows a place, or the last one before it. */
const endingAt = (text: string, place: number): string => {
  const next = text.indexOf("\n", place);
  const newline = next === -1 ? text.lastIndexOf("\n") : next;
  return text[newline - 1] === "\r" ? "\r\n" : "\n";
};

const lineOf = (text: string, place: number): number => {
  let line = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < place; at = text.indexOf("\n", at + 1)) line++;
  return line;
};
