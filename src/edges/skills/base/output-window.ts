import { stripVTControlCharacters } from "node:util";

/** What a program printed: its beginning and its end, holding no more than `maxBytes` however much it prints. */
export type OutputWindow = {
  push(chunk: Buffer): void;
  /** As text, without terminal control characters, and a line that says how much is missing. */
  text(): string;
};

export const outputWindow = (limit: { readonly maxBytes: number }): OutputWindow => {
  const headBytes = Math.floor(limit.maxBytes / 2);
  const tailBytes = limit.maxBytes - headBytes;
  const head: Buffer[] = [];
  let tail: Buffer[] = [];
  let headSize = 0;
  let tailSize = 0;
  let cut = 0;

  const trimTail = (): void => {
    const excess = tailSize - tailBytes;
    if (excess <= 0) return;
    tail = [Buffer.from(Buffer.concat(tail).subarray(excess))];
    tailSize = tailBytes;
    cut += excess;
  };

  return {
    push(chunk) {
      const room = headBytes - headSize;
      if (room > 0) head.push(Buffer.from(chunk.subarray(0, room)));
      headSize += Math.min(room, chunk.length);
      if (chunk.length <= room) return;
      const rest = chunk.subarray(room);
      tail.push(Buffer.from(rest));
      tailSize += rest.length;
      // Trimmed when twice full, so that many small chunks do not copy it each time.
      if (tailSize > tailBytes * 2) trimTail();
    },
    text() {
      trimTail();
      if (cut === 0) return printable(decode(Buffer.concat([...head, ...tail])));
      const start = decode(Buffer.concat(head), "cut at its end");
      const end = decode(withoutPartialStart(Buffer.concat(tail)));
      return printable(`${start}\n… ${cut} bytes cut …\n${end}`);
    },
  };
};

/** Streaming leaves out a character that the cut has split. */
const decode = (bytes: Buffer, state: "whole" | "cut at its end" = "whole"): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: state === "cut at its end" });

/** Skips the rest of a character that began before: at most three continuation bytes (`10xxxxxx`). */
const withoutPartialStart = (bytes: Buffer): Buffer => {
  let at = 0;
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++;
  return bytes.subarray(at);
};

/** Colours say nothing to a model, and each other control character would take six bytes of JSON. */
const printable = (text: string): string =>
  stripVTControlCharacters(text).replaceAll(/(?![\t\n\r])\p{Cc}/gu, "\uFFFD");
