import * as z from "zod/mini";
import { isRepositoryId } from "../definition/registry-address.ts";
import { isRepositoryPath } from "../definition/repository-path.ts";

/** Which bytes an Expert of elsewhere is, and where they were found when the lock was made. */
export const Pin = z.object({
  /** What was asked for, and this answers: `@acme/x@1`. Sorted. */
  requests: z.array(z.string()),
  /** The registry by host and path; without one, it is a file of a repository that was named directly. */
  registry: z.exactOptional(z.string()),
  /** The repository that it was published from, by host and path. */
  source: z.string().check(z.refine(isRepositoryId, "host/owner/name")),
  tag: z.string(),
  commit: z.string().check(z.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "the whole id of a commit")),
  path: z.string().check(z.refine(isRepositoryPath, "a path inside the repository")),
  /** git's id of the definition. */
  blob: z.string(),
  /** Of the definition's bytes (hex). */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")),
});
export type Pin = z.infer<typeof Pin>;

/** How far an index file had come: `seq` lines, the last of them with the SHA-256 `head` (hex). */
export const IndexHead = z.object({
  registry: z.string(),
  seq: z.int().check(z.gte(1)),
  head: z.string().check(z.regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")),
});
export type IndexHead = z.infer<typeof IndexHead>;
