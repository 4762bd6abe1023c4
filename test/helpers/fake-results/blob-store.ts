import { createHash, randomUUID } from "node:crypto";
import type { Blob, Results } from "./artifact.ts";

export type BlobRequest = {
  readonly method: string;
  /** Below the container. */
  readonly blob: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
};

export type BlobReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
};

const storageHeaders = () => ({
  "x-ms-version": "2025-11-05",
  "x-ms-request-id": randomUUID(),
  etag: `"${randomUUID()}"`,
  "last-modified": new Date().toUTCString(),
});

const failure = (status: number, code: string): BlobReply => ({
  status,
  headers: { ...storageHeaders(), "x-ms-error-code": code, "content-type": "application/xml" },
  body: Buffer.from(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`),
});

const created: () => BlobReply = () => ({ status: 201, headers: storageHeaders() });

const commit = (blob: Blob, body: Buffer): BlobReply => {
  const ids = [...body.toString("utf8").matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)];
  const blocks = ids.map(([, id]) => blob.blocks.get(id ?? ""));
  if (blocks.includes(undefined)) return failure(400, "InvalidBlockList");
  blob.committed = Buffer.concat(blocks.flatMap((block) => (block === undefined ? [] : [block])));
  return created();
};

const put = (blob: Blob, { query, body }: BlobRequest): BlobReply => {
  const part = query.get("comp");
  if (part === "block") {
    blob.blocks.set(query.get("blockid") ?? "", body);
    return created();
  }
  if (part === "blocklist") return commit(blob, body);
  if (part !== null) return failure(400, "InvalidQueryParameterValue");
  blob.committed = body;
  return created();
};

const get = (results: Results, request: BlobRequest, blob: Blob): BlobReply => {
  if (blob.committed === undefined) return failure(404, "BlobNotFound");
  const upload = [...results.uploads.values()].find((one) => one.blob === request.blob);
  const isZip = upload?.mimeType === "application/zip";
  const name = `${upload?.name ?? "artifact"}${isZip ? ".zip" : ""}`;
  return {
    status: 200,
    headers: {
      ...storageHeaders(),
      "content-type": upload?.mimeType ?? "application/octet-stream",
      "content-disposition": `attachment; filename="${name}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      "content-md5": createHash("md5").update(blob.committed).digest("base64"),
    },
    body: blob.committed,
  };
};

/** The part of a block blob store that uploads and downloads of artifacts use. Its addresses must be signed. */
export const answerBlob = (results: Results, request: BlobRequest): BlobReply => {
  const blob = results.blobs.get(request.blob);
  if (blob === undefined) return failure(404, "BlobNotFound");
  if (request.query.get("sig") === null) return failure(403, "AuthenticationFailed");
  if (request.method === "PUT") return put(blob, request);
  return request.method === "GET" ? get(results, request, blob) : failure(405, "UnsupportedHttpVerb");
};
