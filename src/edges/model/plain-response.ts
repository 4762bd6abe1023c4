import { buffer } from "node:stream/consumers";
import { ReadableStream } from "node:stream/web";
import { HeaderList } from "./header-list.ts";

/** What an answer is made of; no `stream` where it has no body. */
type Answer = {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderList;
  readonly url: string;
  readonly stream: ReadableStream<Uint8Array> | null;
  readonly isRead: () => boolean;
};

/**
 * An answer with the face of `fetch`'s: status, headers, and a body to be read once, as a stream or whole. Node's own
 * `Response` would load the HTTP client that `provider-fetch.ts` does without.
 */
export const plainResponse = ({ status, statusText, headers, url, stream, isRead }: Answer): Response => {
  const whole = async () => (stream === null ? Buffer.alloc(0) : buffer(stream));
  return {
    ok: status >= 200 && status <= 299,
    status,
    statusText,
    headers,
    url,
    type: "default",
    redirected: false,
    body: stream,
    get bodyUsed() {
      return isRead();
    },
    text: async () => (await whole()).toString("utf8"),
    json: async () => JSON.parse((await whole()).toString("utf8")),
    bytes: async () => new Uint8Array(await whole()),
    arrayBuffer: async () => new Uint8Array(await whole()).buffer,
    blob: async () => new Blob([new Uint8Array(await whole())]),
    formData: () => Promise.reject(new TypeError("A provider's answer is no form.")),
    clone: () => {
      throw new TypeError("A provider's answer is read once.");
    },
  };
};

/** The answer to a request that never leaves, whose body is this text. */
export const madeUpResponse = (
  text: string,
  { status, contentType }: { readonly status: number; readonly contentType: string },
): Response => {
  const stream = ReadableStream.from([Buffer.from(text)]);
  return plainResponse({
    status,
    statusText: "",
    headers: new HeaderList({ "content-type": contentType }),
    url: "",
    stream,
    isRead: () => stream.locked,
  });
};
