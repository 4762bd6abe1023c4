import type { BlobPart, TextPart } from "../job/message.ts";

/** Reads a blob of the job by its SHA-256 in hex. */
export type ReadBlob = (sha256: string) => Uint8Array;

export type PerstackTextPart = { readonly id: string; readonly type: "textPart"; readonly text: string };

/** `encodedData` is base64. */
export type PerstackInlinePart = {
  readonly id: string;
  readonly type: "imageInlinePart" | "fileInlinePart";
  readonly encodedData: string;
  readonly mimeType: string;
};

export type ContentPart = PerstackTextPart | PerstackInlinePart;

/**
 * What a user or a tool said, as Perstack's part.
 *
 * Perstack has no reference to stored bytes, so a blob is inlined when it can be read, a long text as the text it
 * is; without `readBlob`, as in the stream, a text names the blob.
 */
export const contentPart = (part: TextPart | BlobPart, id: string, readBlob?: ReadBlob): ContentPart => {
  if (part.type === "text") return { id, type: "textPart", text: part.text };
  const { sha256, mediaType, size } = part;
  if (readBlob === undefined) {
    return { id, type: "textPart", text: `[blob sha256:${sha256}, ${mediaType}, ${size} bytes]` };
  }
  const data = Buffer.from(readBlob(sha256));
  if (mediaType === "text/plain") return { id, type: "textPart", text: data.toString("utf8") };
  const type = mediaType.startsWith("image/") ? "imageInlinePart" : "fileInlinePart";
  return { id, type, encodedData: data.toString("base64"), mimeType: mediaType };
};
