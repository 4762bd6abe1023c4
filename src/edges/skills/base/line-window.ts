/**
 * Takes lines `from` (counted from 0) up to but not including `to` out of a stream of bytes, and stops as soon as it
 * has them or `maxBytes`. Lines are what `split("\n")` gives, so a text that ends with a newline has an empty last
 * line, and a carriage return belongs to its line.
 */
export type LineWindow = {
  /** @returns `done` when no more bytes are wanted. */
  push(chunk: Buffer): "more" | "done";
  result(): WindowResult;
};

export type WindowResult = {
  readonly bytes: Buffer;
  /** The line to read on from. */
  readonly to: number;
  /** `lines`: whole lines were left out for size. `line`: even the first line was too long and is cut. */
  readonly cut: "nothing" | "lines" | "line";
};

type WindowLimits = { readonly from: number; readonly to: number; readonly maxBytes: number };

export const lineWindow = (limits: WindowLimits): LineWindow => {
  const kept: Buffer[] = [];
  let line = 0;
  let size = 0;
  let sizeOfWholeLines = 0;
  let state: "reading" | "reached" | "full" = limits.from >= limits.to ? "reached" : "reading";

  const push = (chunk: Buffer): "more" | "done" => {
    const skipped = skipLines(chunk, limits.from - line);
    line += skipped.lines;
    const start = skipped.bytes;
    const end = Math.min(chunk.length, start + limits.maxBytes - size);
    let at = start;
    while (state === "reading" && at < end) {
      const newline = chunk.indexOf(10, at);
      at = newline === -1 || newline >= end ? end : newline + 1;
      if (newline === -1 || newline >= end) continue;
      line++;
      sizeOfWholeLines = size + at - start;
      if (line >= limits.to) state = "reached";
    }
    kept.push(Buffer.from(chunk.subarray(start, at)));
    size += at - start;
    if (state === "reading" && at < chunk.length) state = "full";
    return state === "reading" ? "more" : "done";
  };

  const result = (): WindowResult => {
    const bytes = Buffer.concat(kept);
    if (state === "reading")
      return { bytes, to: line < limits.from ? limits.from : line + 1, cut: "nothing" };
    const wholeLines = bytes.subarray(0, Math.max(0, sizeOfWholeLines - 1));
    if (state === "reached") return { bytes: wholeLines, to: limits.to, cut: "nothing" };
    if (sizeOfWholeLines === 0) return { bytes, to: limits.from + 1, cut: "line" };
    return { bytes: wholeLines, to: line, cut: "lines" };
  };

  return { push, result };
};

/** How far into a chunk `count` lines reach, and how many of them end in it. */
const skipLines = (chunk: Buffer, count: number): { readonly bytes: number; readonly lines: number } => {
  let bytes = 0;
  for (let lines = 0; lines < count; lines++) {
    const newline = chunk.indexOf(10, bytes);
    if (newline === -1) return { bytes: chunk.length, lines };
    bytes = newline + 1;
  }
  return { bytes, lines: Math.max(0, count) };
};
