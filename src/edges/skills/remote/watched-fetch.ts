import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { RequestId } from "@modelcontextprotocol/sdk/types.js";
import { eventStreamMeter } from "./event-stream-meter.ts";
import { type GuardOptions, guardedExchange } from "./guarded-exchange.ts";
import { type HttpAnswer, responseOf } from "./http-exchange.ts";

/** Bytes of one message, as over standard streams. */
export const maxMessageBytes = 10 * 1024 * 1024;
/** Streams that one conversation may open to listen. A server that ends each at once would have us ask for ever. */
const maxListens = 1_000;

/** What a conversation learns of its HTTP requests. */
export type FetchWatch = {
  /** A POST of a session was refused as none of the server's. */
  readonly onUnknownSession: () => void;
  /** A message was larger than `maxMessageBytes`. */
  readonly onTooLarge: () => void;
  /** A stream of events has ended: the one opened by a POST of a request, or by a GET. */
  readonly onStreamEnd: (stream: StreamOf, lastId: string | undefined) => void;
  /** A stream to be taken up again was not. */
  readonly onNotResumed: (lastId: string) => void;
};

export type StreamOf = { readonly request: RequestId } | { readonly resumedFrom: string | undefined };

/** `fetch` for the SDK's transports: guarded, bounded, and watched. */
export const watchedFetch = (options: GuardOptions, watch: FetchWatch): FetchLike => {
  const send = guardedExchange(options);
  let listens = 0;
  return async (url, init = {}) => {
    const method = init.method ?? "GET";
    const headers = new Headers(init.headers);
    const body = typeof init.body === "string" ? init.body : undefined;
    const lastId = headers.get("last-event-id") ?? undefined;
    const isListening = method === "GET";
    if (isListening) listens += 1;
    // As a server answers that offers no stream.
    if (listens > maxListens && isListening) return new Response(null, { status: 405 });
    try {
      const answer = await send(new URL(url), { method, headers, body, signal: init.signal ?? undefined });
      const { status } = answer;
      const isRefused = status === 404 || status === 400;
      if (method === "POST" && isRefused && headers.has("mcp-session-id")) watch.onUnknownSession();
      if (status >= 400 && lastId !== undefined) watch.onNotResumed(lastId);
      const request = body === undefined ? undefined : requestIdOf(body);
      const stream = request === undefined ? { resumedFrom: lastId } : { request };
      return responseOf({ ...answer, body: bounded(answer, stream, watch) });
    } catch (error) {
      if (lastId !== undefined) watch.onNotResumed(lastId);
      throw error;
    }
  };
};

const requestIdOf = (body: string): RequestId | undefined => {
  const message: unknown = JSON.parse(body);
  if (typeof message !== "object" || message === null || !("method" in message) || !("id" in message)) {
    return undefined;
  }
  return typeof message.id === "string" || typeof message.id === "number" ? message.id : undefined;
};

/** The body within its limit: of one event where it is a stream of them, else of all of it. */
const bounded = (answer: HttpAnswer, stream: StreamOf, watch: FetchWatch): Readable => {
  const isEvents = /^text\/event-stream\b/i.test(answer.headers.get("content-type") ?? "");
  const meter = eventStreamMeter(maxMessageBytes);
  let size = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (isEvents ? meter.take(chunk) : size <= maxMessageBytes) return done(null, chunk);
      watch.onTooLarge();
      done(new Error(`A message of more than ${maxMessageBytes / 1024 / 1024} MB.`));
    },
  });
  const ended = (): void => {
    if (isEvents && answer.status < 400) watch.onStreamEnd(stream, meter.lastId());
  };
  // However it ends: the reader sees the error, if there is one.
  pipeline(answer.body, through).then(ended, ended);
  return through;
};
