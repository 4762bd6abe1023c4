import * as z from "zod/mini";
import { isExpertName, tagPattern } from "../definition/expert-name.ts";
import { isVersion } from "../definition/version.ts";

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"));
/** SHA-1, or SHA-256 where the repository's objects are named so. */
const objectId = z.string().check(z.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "the whole id of a git object"));
/** Of a published version: build metadata would make two of the same precedence. */
const version = z
  .string()
  .check(
    z.refine((text) => isVersion(text) && !text.includes("+"), "a semantic version without build metadata"),
  );

const common = {
  /** Of the line's shape. */
  v: z.literal(1),
  /** Counts from 1. */
  seq: z.int().check(z.gte(1)),
  /** Whose GitHub account, by number: `gh:583231`. */
  by: z.string(),
  /** ISO 8601, for people: nothing is decided by it. */
  at: z.string(),
  /** SHA-256 (hex) of the line before, without its newline; 64 zeros for the first. */
  prev: sha256,
};

/** A version came to be. */
export const PublishLine = z.looseObject({
  ...common,
  t: z.literal("publish"),
  name: z.string().check(z.refine(isExpertName, "the name of an Expert")),
  version,
  /** The repository by host and path, its number at the host, and where in it the definition was. */
  src: z.looseObject({
    repo: z.string(),
    repoId: z.int(),
    tag: z.string(),
    commit: objectId,
    path: z.string(),
  }),
  /** git's id of the definition. */
  blob: objectId,
  /** Of the definition's bytes (hex). */
  sha256,
  /** Bytes. */
  size: z.int().check(z.gte(1)),
  /** Name, and what is asked of its version: `1`, `1.2`, `1.2.3`, a tag, or nothing for the newest. */
  delegates: z.array(z.tuple([z.string(), z.string()])),
  /** `npx` or `uvx`, package, version. */
  skills: z.array(z.tuple([z.enum(["npx", "uvx"]), z.string(), z.string()])),
  endpoints: z.array(z.string()),
  requiredEnv: z.array(z.string()),
  allowedDomains: z.array(z.string()),
  minRuntimeVersion: z.exactOptional(version),
});
export type PublishLine = z.infer<typeof PublishLine>;

/** From best to worst: a version only ever goes on. */
export const versionStatuses = ["available", "deprecated", "disabled"] as const;
export type VersionStatus = (typeof versionStatuses)[number];

/** Whether a version was taken back because it does harm: then not even a lock runs it. */
export const isForSecurity = (reason: string): boolean => /^security\b/i.test(reason);

/** What is thought of a version changed. */
export const StatusLine = z.looseObject({
  ...common,
  t: z.literal("status"),
  version,
  to: z.enum(versionStatuses),
  reason: z.string(),
});
export type StatusLine = z.infer<typeof StatusLine>;

/** A word for a version was set, or moved. */
export const TagLine = z.looseObject({
  ...common,
  t: z.literal("tag"),
  name: z
    .string()
    .check(z.refine((text) => tagPattern.test(text) && !/^\d+$/.test(text), "a word, not a number")),
  version,
});
export type TagLine = z.infer<typeof TagLine>;

/** One line of an Expert's index file. */
export const IndexLine = z.discriminatedUnion("t", [PublishLine, StatusLine, TagLine]);
export type IndexLine = z.infer<typeof IndexLine>;

/** A line before it has its place in a file. */
export type IndexEntry =
  | Omit<PublishLine, "v" | "seq" | "prev">
  | Omit<StatusLine, "v" | "seq" | "prev">
  | Omit<TagLine, "v" | "seq" | "prev">;
