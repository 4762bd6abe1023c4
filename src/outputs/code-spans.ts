/** A piece of one line as Markdown reads it: code, a backslash escape, backticks that open nothing, or text. */
export type LinePiece = { readonly type: "text" | "code" | "escape" | "ticks"; readonly raw: string };

const escapable = /[!-/:-@[-`{-~]/;

/** Where the next run of exactly `length` backticks starts, or -1. Inside code a backslash escapes nothing. */
const closing = (line: string, from: number, length: number): number => {
  const runs = /`+/g;
  runs.lastIndex = from;
  for (let run = runs.exec(line); run !== null; run = runs.exec(line))
    if (run[0].length === length) return run.index;
  return -1;
};

const pieceAt = (line: string, at: number): LinePiece | undefined => {
  const character = line[at];
  if (character === "\\" && escapable.test(line[at + 1] ?? ""))
    return { type: "escape", raw: line.slice(at, at + 2) };
  if (character !== "`") return undefined;
  const ticks = /`+/y;
  ticks.lastIndex = at;
  const run = ticks.exec(line)?.[0] ?? "`";
  const end = closing(line, at + run.length, run.length);
  return end === -1 ? { type: "ticks", raw: run } : { type: "code", raw: line.slice(at, end + run.length) };
};

/**
 * Splits a line by CommonMark's rule for code spans, except that a span ends on its line: what stays open is
 * escaped later, so that GitHub cannot pair it with a backtick of another line.
 */
export const linePieces = (line: string): readonly LinePiece[] => {
  const pieces: LinePiece[] = [];
  let text = 0;
  for (let at = 0; at < line.length; ) {
    const piece = pieceAt(line, at);
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
