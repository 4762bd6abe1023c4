const newline = 0x0a;

/** One line without its newline. A `cut` line was longer than the limit: this is its beginning. */
export type Line = { readonly text: string; readonly end: "whole" | "cut" };

export type LineReader = {
  push(chunk: Uint8Array): void;
  /** Delivers a last line that had no newline. */
  end(): void;
};

/**
 * Splits a stream of bytes into lines and never holds more than `maxBytes` of one: an overlong line is delivered
 * as soon as it passes the limit, the rest of it is dropped.
 */
export const lineReader = (maxBytes: number, onLine: (line: Line) => void): LineReader => {
  let held: Uint8Array[] = [];
  let size = 0;
  let skipping = false;

  const deliver = (end: Line["end"]): void => {
    const text = Buffer.concat(held).toString("utf8");
    held = [];
    size = 0;
    onLine({ text, end });
  };
  const take = (piece: Uint8Array): void => {
    if (skipping || piece.length === 0) return;
    const kept = piece.subarray(0, maxBytes - size);
    held.push(kept);
    size += kept.length;
    if (kept.length === piece.length) return;
    skipping = true;
    deliver("cut");
  };
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        take(chunk.subarray(from, at));
        if (!skipping) deliver("whole");
        skipping = false;
        from = at + 1;
      }
      take(chunk.subarray(from));
    },
    end() {
      if (size > 0) deliver("whole");
    },
  };
};
