import { visibleText } from "../definition/hidden-text.ts";
import { ExpertStackError } from "../errors.ts";
import {
  type IndexEntry,
  IndexLine,
  type PublishLine,
  type VersionStatus,
  versionStatuses,
} from "./index-line.ts";
import { sha256 } from "./index-path.ts";
import { issueText } from "./issue-text.ts";
import { refuseEscape, repositoryFault, tagFault } from "./line-source.ts";
import { latest } from "./version-word.ts";

/** A version as the index has it now. */
export type PublishedVersion = {
  readonly line: PublishLine;
  readonly status: VersionStatus;
  /** Why it is no longer `available`: a line of visible text. */
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
 * @throws ExpertStackError INDEX_CORRUPT naming the line, PATH_ESCAPE, or FEATURE_NOT_AVAILABLE for one of a newer kind
 */
export const readIndexFile = (
  text: string,
  { name, file }: { readonly name: string; readonly file: string },
): IndexState => {
  const lines = text.split("\n");
  if (lines.pop() !== "")
    throw corrupt(`${file}:${lines.length + 1}`, "its last line was not written to its end");
  const growing: Growing = { name, versions: new Map(), tags: new Map(), heads: [] };
  for (const [index, line] of lines.entries()) {
    const where = `${file}:${index + 1}`;
    add(growing, lineOf(line, where), where);
    growing.heads.push(sha256(line));
  }
  if (growing.versions.size === 0) throw corrupt(file, "it has no version");
  return growing;
};

/** Filled in place: who may write into an index may write so many lines that a copy for each would take hours. */
type Growing = {
  readonly name: string;
  readonly versions: Map<string, PublishedVersion>;
  readonly tags: Map<string, string>;
  readonly heads: string[];
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
  if (isNewer) throw newer(where, value.v);
  const parsed = IndexLine.safeParse(value);
  if (parsed.success) return parsed.data;
  throw corrupt(where, issueText(parsed.error.issues, { whole: "the line" }));
};

const jsonOf = (line: string, where: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw corrupt(where, "it is not JSON");
  }
};

const add = (growing: Growing, line: IndexLine, where: string): void => {
  const { versions, tags, heads } = growing;
  const [seq, prev] = [heads.length + 1, heads.at(-1) ?? noLine];
  if (line.seq !== seq) throw corrupt(where, `it is number ${line.seq}, and number ${seq} was expected`);
  if (line.prev !== prev)
    throw corrupt(where, "it does not follow the line before it: one of the two was changed");
  switch (line.t) {
    case "publish":
      versions.set(line.version, published(growing, line, where));
      return;
    case "status":
      versions.set(line.version, rated(growing, line, where));
      return;
    case "tag":
      if (!versions.has(line.version))
        throw corrupt(where, `it tags ${line.version}, which is not published`);
      // The newest release is nobody's to say.
      if (line.name !== latest) tags.set(line.name, line.version);
      return;
    default:
      line satisfies never;
  }
};

const published = ({ name, versions }: Growing, line: PublishLine, where: string): PublishedVersion => {
  if (line.name !== name) throw corrupt(where, `it is of ${line.name}, in the file of ${name}`);
  if (versions.has(line.version)) throw corrupt(where, `${line.version} was published before`);
  const fault = tagFault(line) ?? repositoryFault(line);
  if (fault !== undefined) throw corrupt(where, fault);
  refuseEscape(line, where);
  return { line, status: "available" };
};

const rated = (
  { versions }: Growing,
  { version, to, reason, at }: Extract<IndexLine, { t: "status" }>,
  where: string,
): PublishedVersion => {
  const before = versions.get(version);
  if (before === undefined) throw corrupt(where, `it rates ${version}, which is not published`);
  if (!isForward(before.status, to))
    throw corrupt(where, `${version} goes from ${before.status} back to ${to}`);
  return { line: before.line, status: to, reason: inALine(reason), ratedAt: at };
};

/** Characters of a reason: as many as one may be published with. */
const longestReason = 500;

/** What a registry's owners wrote is shown in logs and terminals. */
const inALine = (reason: string): string =>
  visibleText(reason.slice(0, 4 * longestReason))
    .text.replace(/\s+/g, " ")
    .trim()
    .slice(0, longestReason);

/** A version may get worse, never better: who took it back must not find it in use again. */
export const isForward = (from: VersionStatus, to: VersionStatus): boolean =>
  versionStatuses.indexOf(to) > versionStatuses.indexOf(from);

const corrupt = (where: string, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${where}: the registry's index is damaged: ${because}.`,
    remedy:
      "Tell the registry's owners. What perstack.lock pins goes on working wherever it was run before, from its cache.",
  });

const newer = (where: string, version: unknown): ExpertStackError =>
  new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `${where} is a line of ${Number.isSafeInteger(version) ? `version ${version}` : "another kind"}, which this version of Expert Stack does not know.`,
    remedy: "Use a newer release.",
  });
