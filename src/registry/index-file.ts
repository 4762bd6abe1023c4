import { ExpertStackError } from "../errors.ts";
import {
  type IndexEntry,
  IndexLine,
  type PublishLine,
  type VersionStatus,
  versionStatuses,
} from "./index-line.ts";
import { sha256 } from "./index-path.ts";

/** A version as the index has it now. */
export type PublishedVersion = {
  readonly line: PublishLine;
  readonly status: VersionStatus;
  /** Why it is no longer `available`. */
  readonly reason?: string;
  /** When its status was said the last time: ISO 8601, for people. */
  readonly ratedAt?: string;
};

/** What the lines of one Expert add up to. */
export type IndexState = {
  readonly name: string;
  readonly versions: ReadonlyMap<string, PublishedVersion>;
  /** Words for versions: `stable`. */
  readonly tags: ReadonlyMap<string, string>;
  /** SHA-256 (hex) of each line, in order: a lock remembers how many there were and the last of them. */
  readonly heads: readonly string[];
};

/** `prev` of a file's first line. */
const noLine = "0".repeat(64);

export const emptyIndex = (name: string): IndexState => ({
  name,
  versions: new Map(),
  tags: new Map(),
  heads: [],
});

/**
 * Reads the lines of an Expert and checks their chain.
 *
 * @param file for messages: the registry and the path in it
 * @throws ExpertStackError INDEX_CORRUPT naming the line, or FEATURE_NOT_AVAILABLE for one of a newer kind
 */
export const readIndexFile = (
  text: string,
  { name, file }: { readonly name: string; readonly file: string },
): IndexState => {
  const lines = text.split("\n");
  if (lines.pop() !== "")
    throw corrupt(`${file}:${lines.length + 1}`, "its last line was not written to its end");
  let state = emptyIndex(name);
  for (const [index, line] of lines.entries()) {
    const where = `${file}:${index + 1}`;
    state = next(state, lineOf(line, where), where, sha256(line));
  }
  if (state.versions.size === 0) throw corrupt(file, "it has no version");
  return state;
};

/** The line that follows, as it is written: with its newline. */
export const lineAfter = (state: Pick<IndexState, "heads">, entry: IndexEntry): string => {
  const { t, ...rest } = entry;
  const place = { v: 1, seq: state.heads.length + 1, t };
  return `${JSON.stringify({ ...place, ...rest, prev: state.heads.at(-1) ?? noLine })}\n`;
};

const lineOf = (line: string, where: string): IndexLine => {
  const value = jsonOf(line, where);
  const isNewer = typeof value === "object" && value !== null && "v" in value && value.v !== 1;
  if (isNewer) throw newer(where, `version ${JSON.stringify(value.v)}`);
  const parsed = IndexLine.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw corrupt(
    where,
    `${issue?.path.join(".") || "the line"}: ${issue?.message ?? "not a line of an index"}`,
  );
};

const jsonOf = (line: string, where: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw corrupt(where, "it is not JSON");
  }
};

const next = (state: IndexState, line: IndexLine, where: string, hash: string): IndexState => {
  const [seq, prev] = [state.heads.length + 1, state.heads.at(-1) ?? noLine];
  if (line.seq !== seq) throw corrupt(where, `it is number ${line.seq}, and number ${seq} was expected`);
  if (line.prev !== prev)
    throw corrupt(where, "it does not follow the line before it: one of the two was changed");
  const after = { ...state, heads: [...state.heads, hash] };
  switch (line.t) {
    case "publish":
      return { ...after, versions: published(state, line, where) };
    case "status":
      return { ...after, versions: rated(state, line, where) };
    case "tag":
      if (!state.versions.has(line.version))
        throw corrupt(where, `it tags ${line.version}, which is not published`);
      return { ...after, tags: new Map([...state.tags, [line.name, line.version]]) };
    default:
      return line satisfies never;
  }
};

type Versions = IndexState["versions"];

const published = ({ name, versions }: IndexState, line: PublishLine, where: string): Versions => {
  if (line.name !== name) throw corrupt(where, `it is of ${line.name}, in the file of ${name}`);
  if (versions.has(line.version)) throw corrupt(where, `${line.version} was published before`);
  return new Map([...versions, [line.version, { line, status: "available" } as const]]);
};

const rated = (
  { versions }: IndexState,
  { version, to, reason, at }: Extract<IndexLine, { t: "status" }>,
  where: string,
): Versions => {
  const before = versions.get(version);
  if (before === undefined) throw corrupt(where, `it rates ${version}, which is not published`);
  if (!isForward(before.status, to))
    throw corrupt(where, `${version} goes from ${before.status} back to ${to}`);
  return new Map([...versions, [version, { line: before.line, status: to, reason, ratedAt: at }]]);
};

/** A version may get worse, never better: who took it back must not find it in use again. */
export const isForward = (from: VersionStatus, to: VersionStatus): boolean =>
  versionStatuses.indexOf(to) > versionStatuses.indexOf(from);

const corrupt = (where: string, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${where}: the registry's index is damaged: ${because}.`,
    remedy:
      "Tell the registry's owners. What perstack.lock pins goes on working from its cache or its source.",
  });

const newer = (where: string, what: string): ExpertStackError =>
  new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `${where} is a line of ${what}, which this version of Expert Stack does not know.`,
    remedy: "Use a newer release.",
  });
