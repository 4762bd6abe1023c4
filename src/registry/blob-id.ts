import { createHash } from "node:crypto";

/** git's id of a file's bytes, by the hash that names the objects of its repository. */
export const blobId = (content: Uint8Array, objectFormat: "sha1" | "sha256"): string =>
  createHash(objectFormat).update(`blob ${content.length}\0`).update(content).digest("hex");
