import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";

/** Attempts to take up a broken stream again, before its answer is given up. */
export const maxResumptions = 3;
/** Milliseconds after the end of a stream in which what it brought is still being read. */
const readingMs = 250;

/**
 * Knows which requests can no longer be answered. A request of streamable HTTP is answered on the stream that its POST
 * opened; when that breaks off, nobody says so to whoever waits, and the wait would last until the deadline. A stream
 * whose events had ids is taken up again by the SDK, a few times.
 */
export type LostAnswers = {
  received(message: JSONRPCMessage): void;
  /** The stream that a request opened has ended; `lastId` is that of its last event. */
  ended(id: RequestId, lastId: string | undefined): void;
  /** Which request a stream is taken up again for. */
  requestOf(lastId: string): RequestId | undefined;
  /** A stream could not be taken up again. */
  notResumed(id: RequestId): void;
};

/** @param lose is called for a request that nobody will answer */
export const lostAnswers = (lose: (id: RequestId) => void): LostAnswers => {
  /** Requests whose stream ended without an answer. */
  const broken = new Map<RequestId, { readonly lastId: string | undefined; readonly failures: number }>();
  const answered = new Set<RequestId>();
  const give = (id: RequestId): void => {
    if (broken.delete(id)) lose(id);
  };
  return {
    received(message) {
      if ("method" in message || message.id === undefined) return;
      answered.add(message.id);
      broken.delete(message.id);
    },
    ended(id, lastId) {
      if (answered.has(id)) return;
      broken.set(id, { lastId, failures: 0 });
      if (lastId === undefined) setTimeout(give, readingMs, id).unref();
    },
    requestOf: (lastId) => [...broken].find(([, stream]) => stream.lastId === lastId)?.[0],
    notResumed(id) {
      const stream = broken.get(id);
      if (stream === undefined) return;
      broken.set(id, { ...stream, failures: stream.failures + 1 });
      if (stream.failures + 1 >= maxResumptions) give(id);
    },
  };
};
