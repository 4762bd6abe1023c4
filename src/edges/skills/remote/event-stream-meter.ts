import { lineReader } from "../line-reader.ts";

/** Watches a stream of server-sent events go by. */
export type EventStreamMeter = {
  /** @returns false once one event is larger than the limit */
  take(chunk: Uint8Array): boolean;
  /** The id of the last event that had one: with it the stream can be taken up again where it broke off. */
  lastId(): string | undefined;
};

/** Bytes of a line that are looked at. */
const maxLineBytes = 1_024;

/** An event ends with an empty line; a server may send events for ever, but none larger than `maxBytes`. */
export const eventStreamMeter = (maxBytes: number): EventStreamMeter => {
  let size = 0;
  let id: string | undefined;
  const withNewlines = newlinesAlone();
  const reader = lineReader(maxLineBytes, ({ text, end }) => {
    // A line of blanks is none: whoever reads the stream goes on collecting.
    if (end === "whole" && text === "") size = 0;
    id = /^id: ?(.+)$/.exec(text)?.[1] ?? id;
  });
  return {
    take(chunk) {
      // What follows the last empty line of a chunk is not counted, which is little.
      size += chunk.length;
      reader.push(withNewlines(chunk));
      return size <= maxBytes;
    },
    lastId: () => id,
  };
};

const [newline, carriageReturn] = [0x0a, 0x0d];

/**
 * A stream's chunks with a newline at the end of each line, which may also be a carriage return, or both:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
const newlinesAlone = (): ((chunk: Uint8Array) => Uint8Array) => {
  let isReturned = false;
  return (chunk) => {
    if (!isReturned && !chunk.includes(carriageReturn)) return chunk;
    const bytes = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      const isSecondHalf = isReturned && byte === newline;
      isReturned = byte === carriageReturn;
      if (isSecondHalf) continue;
      bytes[length] = isReturned ? newline : byte;
      length += 1;
    }
    return bytes.subarray(0, length);
  };
};
