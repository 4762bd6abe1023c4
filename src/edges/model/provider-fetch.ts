import type { ClientRequest, IncomingMessage } from "node:http";
import { providerResponse } from "./provider-response.ts";

/**
 * `fetch` for the requests to a provider, made for long conversations: the body goes out in pieces through one small
 * buffer, where Node's own keeps two more copies of every request until the next garbage collection. It also starts
 * sooner, since Node's own loads an HTTP client of 14 MB in 40 ms. Proxies and certificates are what Node was told
 * (`http.setGlobalProxyFromEnv()`, `NODE_EXTRA_CA_CERTS`). Redirects, and bodies that are neither text nor bytes, are
 * left to Node's own.
 *
 * @throws TypeError "fetch failed" whose cause is the connection's error, or the signal's reason, as Node's own does
 */
export const providerFetch: typeof fetch = async (input, init = {}) => {
  const { body, signal } = init;
  const isPlain = typeof body === "string" || body instanceof Uint8Array;
  if (!isPlain || (typeof input !== "string" && !(input instanceof URL))) return fetch(input, init);
  signal?.throwIfAborted();
  const url = String(input);
  const request = openRequest(url, init, Buffer.byteLength(body));
  const stop = (): void => void request.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  request.once("close", () => signal?.removeEventListener("abort", stop));
  const answered = answerTo(request, signal ?? undefined);
  void send(request, body);
  const message = await answered;
  if (!isRedirect(message)) return providerResponse(message, { url, signal: signal ?? undefined });
  message.destroy();
  return fetch(input, init);
};

/** Not imported: an `import` of `node:http` evaluates all its exports, `WebSocket` with the whole client among them. */
const openRequest = (url: string, init: RequestInit, length: number): ClientRequest => {
  const { request } = url.startsWith("https:")
    ? process.getBuiltinModule("node:https")
    : process.getBuiltinModule("node:http");
  const headers = {
    accept: "*/*",
    // A stream of events that a proxy packs arrives in lumps.
    "accept-encoding": "identity",
    ...headersOf(init.headers),
    "content-length": length,
  };
  return request(url, { method: init.method ?? "GET", headers });
};

const headersOf = (headers: RequestInit["headers"]): Readonly<Record<string, string>> => {
  if (headers === undefined) return {};
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [String(name).toLowerCase(), String(value)]));
};

const answerTo = (request: ClientRequest, signal: AbortSignal | undefined): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once("response", resolve);
    // Stays: an error after the answer has begun is the body's, and would end the process without a listener here.
    request.on("error", (cause) =>
      reject(signal?.aborted ? signal.reason : new TypeError("fetch failed", { cause })),
    );
    request.once("close", () => reject(signal?.aborted ? signal.reason : new TypeError("fetch failed")));
  });

const isRedirect = ({ statusCode = 0 }: IncomingMessage): boolean =>
  [301, 302, 303, 307, 308].includes(statusCode);

/** Characters of a piece. UTF-8 takes at most three bytes for each. */
const pieceLength = 16_384;

/** A connection that breaks is told by the request's own event. */
const send = async (request: ClientRequest, body: string | Uint8Array): Promise<void> => {
  if (typeof body !== "string" || body.length <= pieceLength) {
    request.end(body);
    return;
  }
  const encoder = new TextEncoder();
  const space = new Uint8Array(pieceLength * 3);
  for (let start = 0; start < body.length; ) {
    const end = pieceEnd(body, start);
    const { written } = encoder.encodeInto(body.slice(start, end), space);
    // The space is free again once the kernel has its bytes.
    if (!(await write(request, space.subarray(0, written)))) return;
    start = end;
  }
  request.end();
};

/** Never between the two halves of a character. */
const pieceEnd = (body: string, start: number): number => {
  const end = Math.min(start + pieceLength, body.length);
  const last = body.charCodeAt(end - 1);
  return end < body.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
};

const write = (request: ClientRequest, piece: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    request.write(piece, (error) => resolve(!error));
  });
