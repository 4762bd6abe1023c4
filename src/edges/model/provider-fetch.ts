import type { ClientRequest, IncomingMessage } from "node:http";
import { providerResponse } from "./provider-response.ts";
import { mostRedirects, redirected } from "./redirect.ts";

/** A request's body as it goes out: text, and bytes that already are UTF-8. */
export type BodyParts = readonly (string | Uint8Array)[];

type Headers = Readonly<Record<string, string>>;

/** What a request is to be when it goes out. Headers have lower-case names. Throwing keeps it from going. */
export type Prepare = (
  body: string,
  headers: Headers,
) => { readonly headers: Headers; readonly body: BodyParts };

/**
 * `fetch` for the requests to a provider, made for long conversations: the body goes out in pieces through one small
 * buffer, where Node's own keeps two more copies of every request until the next garbage collection. It also starts
 * sooner, since Node's own loads an HTTP client of 14 MB in 40 ms. Proxies and certificates are what Node was told
 * (`http.setGlobalProxyFromEnv()`, `NODE_EXTRA_CA_CERTS`). Bodies that are no text are left to Node's own.
 * Redirects are followed within their origin, or not at all with `redirect: "manual"`. An answer that may have a
 * body has to be read or cancelled, or its connection stays open.
 *
 * @param onSent called when a request has gone out whole
 * @param redirects how many are followed
 * @returns a function that throws as Node's own does: a TypeError "fetch failed" whose cause is the connection's
 *   error, or the signal's reason
 */
export const providerFetch =
  (
    prepare: Prepare = (body, headers) => ({ headers, body: [body] }),
    onSent: () => void = () => {},
    redirects: number = mostRedirects,
  ): typeof fetch =>
  async (input, init = {}) => {
    const { body = null } = init;
    const signal = init.signal ?? undefined;
    const isPlain = (typeof body === "string" || body === null) && typeof input === "string";
    if (!isPlain) return fetch(input, { ...init, redirect: "error" });
    signal?.throwIfAborted();
    const given = headersOf(init.headers);
    const outgoing = body === null ? { headers: given } : prepare(body, given);
    const parts = "body" in outgoing ? outgoing.body : undefined;
    const request = openRequest(input, { method: init.method ?? "GET", headers: outgoing.headers }, parts);
    const stop = (): void => void request.destroy();
    signal?.addEventListener("abort", stop, { once: true });
    request.once("close", () => signal?.removeEventListener("abort", stop));
    const answered = answerTo(request, signal);
    request.once("finish", onSent);
    void send(request, parts ?? []);
    const message = await answered;
    if (!isRedirect(message) || init.redirect === "manual") {
      return providerResponse(message, { request, url: input, signal });
    }
    message.destroy();
    const { statusCode: status = 0, headers } = message;
    const from = { url: input, status, location: headers.location, headers: outgoing.headers };
    const next = redirected(from, init, redirects);
    return await providerFetch(prepare, onSent, redirects - 1)(next.url, next.init);
  };

/** Not imported: an `import` of `node:http` evaluates all its exports, `WebSocket` with the whole client among them. */
const openRequest = (
  url: string,
  { method, headers: given }: { readonly method: string; readonly headers: Headers },
  parts: BodyParts | undefined,
): ClientRequest => {
  const { request } = url.startsWith("https:")
    ? process.getBuiltinModule("node:https")
    : process.getBuiltinModule("node:http");
  const headers = {
    accept: "*/*",
    // A stream of events that a proxy packs arrives in lumps.
    "accept-encoding": "identity",
    ...given,
    ...(parts && { "content-length": parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0) }),
  };
  return request(url, { method, headers });
};

const headersOf = (headers: RequestInit["headers"]): Headers => {
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

/** Bytes that go out at a time. */
const pieceSize = 65_536;

/** Space of requests that are through: as many as there ever were at once. */
const spare: Uint8Array[] = [];

/** A connection that breaks is told by the request's own event. */
const send = async (request: ClientRequest, parts: BodyParts): Promise<void> => {
  const piece = spare.pop() ?? new Uint8Array(pieceSize);
  let filled = 0;
  for (const part of parts) {
    for (let done = 0; done < part.length; ) {
      const { read, written } = fill(piece, filled, part, done);
      done += read;
      filled += written;
      if (done === part.length) break;
      // The space is free again once the kernel has its bytes.
      if (!(await write(request, piece.subarray(0, filled)))) return;
      filled = 0;
    }
  }
  request.end(piece.subarray(0, filled), () => spare.push(piece));
};

const encoder = new TextEncoder();

/** Writes as much of the text or the bytes as there is space for, never half a character. */
const fill = (
  piece: Uint8Array,
  at: number,
  part: string | Uint8Array,
  from: number,
): { readonly read: number; readonly written: number } => {
  // Not all of a long text, which would be measured for every piece. A piece has no room for more characters.
  if (typeof part === "string") {
    return encoder.encodeInto(part.slice(from, from + piece.length), piece.subarray(at));
  }
  const isWhole = from === 0 && part.length <= piece.length - at;
  const bytes = isWhole ? part : part.subarray(from, from + piece.length - at);
  piece.set(bytes, at);
  return { read: bytes.length, written: bytes.length };
};

const write = (request: ClientRequest, piece: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    request.write(piece, (error) => resolve(!error));
  });
