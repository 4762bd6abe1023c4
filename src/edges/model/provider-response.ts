import type { ClientRequest, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import { HeaderList } from "./header-list.ts";
import { plainResponse } from "./plain-response.ts";

/**
 * A provider's answer with the face of `fetch`'s: status, headers, and a body to be read once, as a stream or whole.
 *
 * @param url where it was asked for
 * @param signal what aborts the body, too; its reason is then what a reader gets
 */
export const providerResponse = (
  message: IncomingMessage,
  {
    request,
    url,
    signal,
  }: { readonly request: ClientRequest; readonly url: string; readonly signal: AbortSignal | undefined },
): Response => {
  const status = message.statusCode ?? 0;
  const isEmpty = request.method === "HEAD" || [204, 205, 304].includes(status);
  // Nobody reads what cannot be there, and the connection is free only once the message has ended.
  if (isEmpty) message.resume();
  const stream = isEmpty ? null : ReadableStream.from(chunks(message, status, signal));
  return plainResponse({
    status,
    statusText: message.statusMessage ?? "",
    headers: headersOf(message),
    url,
    stream,
    isRead: () => message.readableDidRead,
  });
};

const headersOf = (message: IncomingMessage): HeaderList => {
  const headers = new HeaderList();
  for (const [name, values = []] of Object.entries(message.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
};

/**
 * What has arrived since the last read comes as one piece, so that a fast stream of small ones costs little.
 *
 * @throws TypeError "terminated" whose cause says how, as Node's own does, the signal's reason, or an error named
 *   AnswerTooLarge
 */
async function* chunks(
  message: IncomingMessage,
  status: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const limit = isStream(message, status) ? Number.POSITIVE_INFINITY : mostBytes;
  let bytes = 0;
  try {
    for await (const chunk of await decoded(message)) {
      bytes += chunk.length;
      if (bytes > limit) break;
      yield chunk;
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : new TypeError("terminated", { cause: error });
  }
  if (bytes > limit) throw tooLarge(status);
}

/** Of a body that is read whole, unpacked: a few packed bytes can be a thousand times as many. */
const mostBytes = 32 * 1_048_576;

/** Streams of events are handled as they come; an error is read whole whatever it calls itself. */
const isStream = ({ headers }: IncomingMessage, status: number): boolean =>
  status < 300 &&
  /^(?:text\/event-stream|application\/vnd\.amazon\.eventstream)\b/i.test(headers["content-type"] ?? "");

const tooLarge = (status: number): Error =>
  Object.assign(
    new Error(
      `The provider's answer (${status}) is larger than ${mostBytes / 1_048_576} MB, and is no stream.`,
    ),
    { name: "AnswerTooLarge" },
  );

/** No encoding is asked for; some send one all the same. */
const decoded = async (message: IncomingMessage): Promise<Readable> => {
  const encoding = message.headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding === "identity") return message;
  const { createBrotliDecompress, createGunzip, createInflate } = await import("node:zlib");
  const { pipeline } = await import("node:stream");
  const decoders = {
    gzip: createGunzip,
    "x-gzip": createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const known = (["gzip", "x-gzip", "deflate", "br"] as const).find((name) => name === encoding);
  // As `fetch`: what cannot be decoded is handed on as it is.
  if (known === undefined) return message;
  // The reader sees a failure on the decoder, which the pipeline ends with it.
  return pipeline(message, decoders[known](), () => {});
};
