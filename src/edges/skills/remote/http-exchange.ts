import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Readable } from "node:stream";
import { ExpertStackError } from "../../../errors.ts";
import { type AddressPolicy, admitUrl, checkedLookup } from "./address-policy.ts";

export type HttpRequest = {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
};

/** One message in both directions, redirects as they are. `body` has been read by nobody. */
export type HttpAnswer = {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: Readable;
};

/**
 * Sends one request to an address that the policy admits. Node's own client rather than `fetch`, whose name look-up
 * cannot be checked; without a proxy, which would look the name up itself; and with a socket of its own, so that no
 * call is lost on one that the server has just closed.
 *
 * @throws ExpertStackError SKILL_REFUSED, or Node's error when the server cannot be reached
 */
export const exchange = (policy: AddressPolicy, url: URL, request: HttpRequest): Promise<HttpAnswer> => {
  admitUrl(policy, url);
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const { method, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      method,
      headers: {
        ...Object.fromEntries(headers),
        "accept-encoding": "identity",
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
      },
      lookup: checkedLookup(policy),
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.once("upgrade", (incoming, socket) => {
      socket.destroy();
      reject(new Error(`${url.host} wants to speak another protocol (HTTP ${incoming.statusCode}).`));
    });
    outgoing.once("close", () => reject(new Error(`${url.host} closed the connection without an answer.`)));
    outgoing.once("response", (incoming) => resolve(answerOf(incoming)));
    // Stays: a socket that breaks later says so to the body's reader, and may say so here.
    outgoing.on("error", (error) => reject(signal?.aborted ? error : unreachable(url, error)));
    outgoing.end(body);
  });
};

/** With Node's code for the reason: the message is empty when a name has several addresses. */
const unreachable = (url: URL, error: Error): Error => {
  if (error instanceof ExpertStackError) return error;
  const reason = "code" in error && typeof error.code === "string" ? error.code : error.message;
  return new Error(`${url.host} cannot be reached (${reason}).`, { cause: error });
};

const answerOf = (incoming: IncomingMessage): HttpAnswer => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  return {
    status: incoming.statusCode ?? 0,
    statusText: incoming.statusMessage ?? "",
    headers,
    body: incoming,
  };
};

/** Statuses whose answers have no body, and for which `Response` takes none. */
const bodiless = [204, 205, 304];

export const responseOf = (answer: HttpAnswer): Response => {
  const { status, statusText, headers, body } = answer;
  if (!bodiless.includes(status)) return new Response(webStream(body), { status, statusText, headers });
  body.resume();
  return new Response(null, { status, statusText, headers });
};

/** Made by hand, since `Readable.toWeb` has a type of its own for streams. */
const webStream = (body: Readable): ReadableStream<Uint8Array> => {
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next: IteratorResult<Uint8Array, unknown> = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
    cancel() {
      body.destroy();
    },
  });
};
