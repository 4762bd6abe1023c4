import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JournalEntry } from "../../job/event.ts";
import type { JobHead, StoredJob } from "../../run/ports.ts";
import { noHash, sha256 } from "./job-log.ts";
import { StoredEntry, StoredHead, StoredKind, StoredLink, StoredVersion } from "./stored-shapes.ts";

/**
 * Reads a job's folder back and checks its chain.
 *
 * A last line without its newline is what a killed process leaves, and is dropped. Anything else that does not
 * fit is damage. Only a chain that holds says that an event of an unknown kind was written so.
 *
 * @throws ExpertStackError JOURNAL_CORRUPT naming file and line, or JOURNAL_VERSION
 */
export const loadJob = (directory: string): StoredJob => {
  const file = join(directory, "events.jsonl");
  const journal = { file, lines: existsSync(file) ? readLines(file) : [] };
  checkChain(journal);
  const head = readHead(directory);
  if (head !== undefined) checkHead(journal, head);
  return { entries: entriesOf(journal), head };
};

/** The entries of one `events.jsonl`, wherever it lies, checked as `loadJob` does. */
export const loadJournal = (file: string): readonly JournalEntry[] => {
  if (!existsSync(file)) {
    throw new ExpertStackError({
      code: "JOB_NOT_FOUND",
      message: `There is no ${file}.`,
      remedy: "Name the events.jsonl of a recorded job.",
    });
  }
  const journal = { file, lines: readLines(file) };
  checkChain(journal);
  return entriesOf(journal);
};

type Line = { readonly text: string; readonly json: unknown };
type StoredJournal = { readonly file: string; readonly lines: readonly Line[] };

const readLines = (file: string): readonly Line[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((text) => ({ text, json: parseJson(text) }));

/** `job.json`, or nothing when the job was killed before it was first written. */
export const readHead = (directory: string): JobHead | undefined => {
  const file = join(directory, "job.json");
  if (!existsSync(file)) return undefined;
  const json = parseJson(readFileSync(file, "utf8"));
  const head = StoredHead.safeParse(json);
  if (head.success) return head.data;
  const version = StoredVersion.safeParse(json);
  if (version.success && version.data.v !== 1) throw newer(`${file} is a job of format ${version.data.v}`);
  throw corrupt(`${file} is not a job.`);
};

const checkChain = ({ file, lines }: StoredJournal): void => {
  for (const [index, { json }] of lines.entries()) {
    const link = StoredLink.safeParse(json);
    if (!link.success) throw corrupt(`${file}:${index + 1} is not a journal entry.`);
    const before = lines[index - 1];
    const expected = before === undefined ? noHash : sha256(before.text);
    if (link.data.seq === index + 1 && link.data.prev === expected) continue;
    throw corrupt(`${file}:${index + 1} does not follow the line before it: the journal was changed.`);
  }
};

const entriesOf = ({ file, lines }: StoredJournal): readonly JournalEntry[] =>
  lines.map(({ json }, index) => {
    const entry = StoredEntry.safeParse(json);
    if (entry.success) return entry.data;
    throw unknownEntry(`${file}:${index + 1}`, { json, at: entry.error.issues[0]?.path.join(".") ?? "" });
  });

const unknownEntry = (place: string, found: { json: unknown; at: string }): ExpertStackError => {
  const { type, v } = StoredKind.safeParse(found.json).data?.event ?? {};
  if (found.at === "event.v" && v !== undefined) return newer(`${place} begins a journal of format ${v}`);
  if (found.at === "event.type" && type !== undefined) return newer(`${place} holds an event "${type}"`);
  return corrupt(`${place} is not a journal entry: look at ${found.at}.`);
};

/** The chain cannot see that its tail was cut off; the head can. */
const checkHead = ({ file, lines }: StoredJournal, { head }: JobHead): void => {
  const { seq, hash } = head;
  const line = lines[seq - 1];
  if (seq === 0 || (line !== undefined && sha256(line.text) === hash)) return;
  throw corrupt(
    line === undefined
      ? `${file} ends before line ${seq}, which job.json recorded: its tail was cut.`
      : `${file}:${seq} is not the line that job.json recorded: it was changed.`,
  );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const corrupt = (message: string): ExpertStackError =>
  new ExpertStackError({
    code: "JOURNAL_CORRUPT",
    message,
    remedy: "Take it from its artifact or a backup; a damaged journal is never used.",
  });

const newer = (what: string): ExpertStackError =>
  new ExpertStackError({
    code: "JOURNAL_VERSION",
    message: `${what}, which this version does not know.`,
    remedy: "Read it with the version that wrote it, or a newer one.",
  });
