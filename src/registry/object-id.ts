import { createHash } from "node:crypto";

/** git's id of an object, by the hash that names the objects of its repository. */
export const objectId = (type: string, content: Uint8Array, format: "sha1" | "sha256"): string =>
  createHash(format).update(`${type} ${content.length}\0`).update(content).digest("hex");

/** git's id of a file's bytes. */
export const blobId = (content: Uint8Array, format: "sha1" | "sha256"): string =>
  objectId("blob", content, format);
