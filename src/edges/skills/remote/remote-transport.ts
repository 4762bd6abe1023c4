import { setTimeout as sleep } from "node:timers/promises";
import type { FetchLike, Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { TransportEnd } from "../mcp/connection.ts";
import { type End, endOnce } from "../mcp/end-once.ts";
import { type ServerRequests, serverRequests } from "../mcp/server-requests.ts";
import type { GuardOptions } from "./guarded-exchange.ts";
import { type LostAnswers, lostAnswers, maxResumptions } from "./lost-answers.ts";
import { type FetchWatch, maxMessageBytes, watchedFetch } from "./watched-fetch.ts";

/** Milliseconds to say goodbye, or that a call is cancelled. */
const farewellMs = 1_000;

export type RemoteTransportOptions = GuardOptions & {
  /** Called once. */
  readonly onEnd: (end: TransportEnd) => void;
};

/** MCP over HTTP, by the older of its two transports or the newer. */
export type RemoteTransport = Transport & {
  /** Set once the conversation is over. */
  readonly ended: () => TransportEnd | undefined;
  /** Resolves when the server was told of every cancelled call, or after a second. */
  readonly cancelledAreSent: () => Promise<void>;
};

export type RemoteKind = "streamable" | "sse";

/** Nothing is sent before it is started. Closing it ends the session on the server, too, within a second. */
export const remoteTransport = async (
  options: RemoteTransportOptions,
  kind: RemoteKind,
): Promise<RemoteTransport> => {
  const end = endOnce(options.onEnd);
  const lost = lostAnswers((id) => {
    const error = { code: -32_000, message: "The server ended the connection before it answered." };
    outer.onmessage?.({ jsonrpc: "2.0", id, error });
  });
  const fail = (because: string): void => {
    end.finish({ by: "itself", because });
    void conversation.inner.close();
  };
  // Not closed: whatever else is under way may still be answered.
  const onUnknownSession = (): void => end.finish({ by: "itself", because: "ended the session" });
  const watch = watchOf(kind, { lost, fail, onUnknownSession });
  const conversation = await innerTransport(kind, options.endpoint, watchedFetch(options, watch));
  const outer = outerTransport(conversation, { end, lost, requests: serverRequests(fail) });
  return outer;
};

const outerTransport = (
  { inner, goodbye }: Inner,
  {
    end,
    lost,
    requests,
  }: { readonly end: End; readonly lost: LostAnswers; readonly requests: ServerRequests },
): RemoteTransport => {
  const cancels: Promise<unknown>[] = [];
  const outer: RemoteTransport = {
    async start() {
      inner.onmessage = (message) => {
        if (!requests.admits(message)) return;
        lost.received(message);
        outer.onmessage?.(message);
      };
      inner.onclose = () => outer.onclose?.();
      inner.onerror = (error) => outer.onerror?.(error);
      await inner.start();
    },
    send(message, sending) {
      const sent = requests.sending(message, () => inner.send(message, sending));
      if ("method" in message && message.method === "notifications/cancelled") cancels.push(sent);
      return sent;
    },
    setProtocolVersion: (version) => inner.setProtocolVersion?.(version),
    async close() {
      const isKnown = end.ended() === undefined;
      end.finish({ by: "us", because: "was closed" });
      if (isKnown) await withinFarewell(goodbye());
      await inner.close();
    },
    ended: end.ended,
    cancelledAreSent: () => withinFarewell(Promise.allSettled(cancels.splice(0))),
  };
  return outer;
};

/** What the HTTP requests of a conversation mean for it. */
const watchOf = (
  kind: RemoteKind,
  {
    lost,
    fail,
    onUnknownSession,
  }: {
    readonly lost: LostAnswers;
    readonly fail: (because: string) => void;
    readonly onUnknownSession: () => void;
  },
): FetchWatch => ({
  onUnknownSession,
  onTooLarge: () => fail(`sent a message of more than ${maxMessageBytes / 1024 / 1024} MB`),
  onStreamEnd(stream, lastId) {
    // The one stream of the older transport is the conversation.
    if (kind === "sse") return fail("closed the connection");
    if ("request" in stream) return lost.ended(stream.request, lastId);
    const { resumedFrom } = stream;
    if (resumedFrom === undefined) return;
    const id = lost.requestOf(resumedFrom);
    if (id !== undefined) lost.ended(id, lastId ?? resumedFrom);
  },
  onNotResumed(lastId) {
    const id = lost.requestOf(lastId);
    if (id !== undefined) lost.notResumed(id);
  },
});

/** Best effort: a server that does not listen any more has nothing to be told. */
export const withinFarewell = async (work: Promise<unknown>): Promise<void> => {
  await Promise.race([work.catch(() => undefined), sleep(farewellMs, undefined, { ref: false })]);
};

type Inner = { readonly inner: Transport; readonly goodbye: () => Promise<void> };

const innerTransport = async (kind: RemoteKind, endpoint: URL, fetch: FetchLike): Promise<Inner> => {
  if (kind === "sse") {
    const { SSEClientTransport } = await import("@modelcontextprotocol/sdk/client/sse.js");
    return { inner: new SSEClientTransport(endpoint, { fetch }), goodbye: async () => undefined };
  }
  const { StreamableHTTPClientTransport } = await import(
    "@modelcontextprotocol/sdk/client/streamableHttp.js"
  );
  const reconnectionOptions = {
    initialReconnectionDelay: 500,
    maxReconnectionDelay: 5_000,
    reconnectionDelayGrowFactor: 2,
    maxRetries: maxResumptions,
  };
  const inner = new StreamableHTTPClientTransport(endpoint, { fetch, reconnectionOptions });
  return { inner, goodbye: () => inner.terminateSession() };
};
