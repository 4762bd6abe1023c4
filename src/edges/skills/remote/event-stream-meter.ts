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
  const reader = lineReader(maxLineBytes, ({ text, end }) => {
    // A line of blanks is none: whoever reads the stream goes on collecting.
    if (end === "whole" && /^\r?$/.test(text)) size = 0;
    id = /^id: ?(.+?)\r?$/.exec(text)?.[1] ?? id;
  });
  return {
    take(chunk) {
      // What follows the last empty line of a chunk is not counted, which is little.
      size += chunk.length;
      reader.push(chunk);
      return size <= maxBytes;
    },
    lastId: () => id,
  };
};
