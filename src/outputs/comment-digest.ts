import { createHash } from "node:crypto";

/** By which a comment is known to be the one that was written: SHA-256 in hex, GitHub taking spaces off its ends. */
export const commentDigest = (body: string): string => createHash("sha256").update(body.trim()).digest("hex");
