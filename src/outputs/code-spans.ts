/** A piece of one line as Markdown reads it: code, a backslash escape, backticks that open nothing, or text. */
export type LinePiece = { readonly type: "text" | "code" | "escape" | "ticks"; readonly raw: string };

const escapable = /[!-/:-@[-`{-~]/;

/** Answers where the next run of exactly `length` backticks starts, or -1; to be asked with `from` ascending. */
type Closing = (from: number, length: number) => number;

/** Inside code a backslash escapes nothing, so every run of the line counts. Each is looked at once. */
const closingRuns = (line: string): Closing => {
  const starts = new Map<number, { readonly at: number[]; next: number }>();
  for (const { 0: run, index } of line.matchAll(/`+/g)) {
    const known = starts.get(run.length);
    if (known === undefined) starts.set(run.length, { at: [index], next: 0 });
    else known.at.push(index);
  }
  return (from, length) => {
    const runs = starts.get(length);
    if (runs === undefined) return -1;
    while ((runs.at[runs.next] ?? from) < from) runs.next += 1;
    return runs.at[runs.next] ?? -1;
  };
};

const pieceAt = (line: string, at: number, closing: Closing): LinePiece | undefined => {
  const character = line[at];
  if (character === "\\" && escapable.test(line[at + 1] ?? ""))
    return { type: "escape", raw: line.slice(at, at + 2) };
  if (character !== "`") return undefined;
  const ticks = /`+/y;
  ticks.lastIndex = at;
  const run = ticks.exec(line)?.[0] ?? "`";
  const end = closing(at + run.length, run.length);
  return end === -1 ? { type: "ticks", raw: run } : { type: "code", raw: line.slice(at, end + run.length) };
};

/**
 * Splits a line by CommonMark's rule for code spans, except that a span ends on its line: what stays open is
 * escaped later, so that GitHub cannot pair it with a backtick of another line.
 */
export const linePieces = (line: string): readonly LinePiece[] => {
  const pieces: LinePiece[] = [];
  const closing = closingRuns(line);
  let text = 0;
  for (let at = 0; at < line.length; ) {
    const piece = pieceAt(line, at, closing);
    if (piece === undefined) {
      at += 1;
      continue;
    }
    if (at > text) pieces.push({ type: "text", raw: line.slice(text, at) });
    pieces.push(piece);
    at += piece.raw.length;
    text = at;
  }
  if (text < line.length) pieces.push({ type: "text", raw: line.slice(text) });
  return pieces;
};

/** The span's delimiter and what it encloses. */
export const spanParts = (raw: string): { readonly ticks: string; readonly content: string } => {
  const ticks = /^`+/.exec(raw)?.[0] ?? "";
  return { ticks, content: raw.slice(ticks.length, raw.length - ticks.length) };
};
