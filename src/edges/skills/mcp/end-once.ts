import type { TransportEnd } from "./connection.ts";

/** The end of a conversation. The first that is told is the one that counts. */
export type End = {
  readonly ended: () => TransportEnd | undefined;
  readonly finish: (end: TransportEnd) => void;
};

/** @param onEnd is called with the first end, and only then */
export const endOnce = (onEnd: (end: TransportEnd) => void): End => {
  let end: TransportEnd | undefined;
  return {
    ended: () => end,
    finish(last) {
      if (end !== undefined) return;
      end = last;
      onEnd(last);
    },
  };
};
