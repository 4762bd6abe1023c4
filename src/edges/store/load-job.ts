import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JournalEntry } from "../../job/event.ts";
import type { JobHead, StoredJob } from "../../run/ports.ts";
import { noHash, sha256 } from "./job-log.ts";
import { StoredEntry, StoredHead } from "./stored-shapes.ts";

/**
 * Reads a job's folder back and checks its chain.
 *
 * A last line without its newline is what a killed process leaves, and is dropped. Anything else that does not
 * fit is damage.
 *
 * @throws ExpertStackError JOURNAL_CORRUPT naming file and line
 */
export const loadJob = (directory: string): StoredJob => {
  const file = join(directory, "events.jsonl");
  const lines = existsSync(file) ? readLines(file) : [];
  const entries = parseLines(file, lines);
  const head = readHead(directory);
  if (head !== undefined) checkHead({ file, lines, head });
  return { entries, head };
};

/** The entries of one `events.jsonl`, wherever it lies, checked as `loadJob` does. */
export const loadJournal = (file: string): readonly JournalEntry[] => {
  if (existsSync(file)) return parseLines(file, readLines(file));
  throw new ExpertStackError({
    code: "JOB_NOT_FOUND",
    message: `There is no ${file}.`,
    remedy: "Name the events.jsonl of a recorded job.",
  });
};

const readLines = (file: string): readonly string[] => readFileSync(file, "utf8").split("\n").slice(0, -1);

const parseLines = (file: string, lines: readonly string[]): readonly JournalEntry[] => {
  const entries = lines.map((line, index) => parseLine({ file, line, index }));
  checkChain(file, lines, entries);
  return entries;
};

/** `job.json`, or nothing when the job was killed before it was first written. */
export const readHead = (directory: string): JobHead | undefined => {
  const file = join(directory, "job.json");
  if (!existsSync(file)) return undefined;
  const head = StoredHead.safeParse(parseJson(readFileSync(file, "utf8")));
  if (head.success) return head.data;
  throw corrupt(`${file} is not a job of this version.`);
};

const parseLine = (at: { file: string; line: string; index: number }): JournalEntry => {
  const entry = StoredEntry.safeParse(parseJson(at.line));
  if (entry.success) return entry.data;
  throw corrupt(`${at.file}:${at.index + 1} is not a journal entry.`);
};

const checkChain = (file: string, lines: readonly string[], entries: readonly JournalEntry[]): void => {
  for (const [index, entry] of entries.entries()) {
    const before = lines[index - 1];
    const expected = before === undefined ? noHash : sha256(before);
    if (entry.seq === index + 1 && entry.prev === expected) continue;
    throw corrupt(`${file}:${index + 1} does not follow the line before it: the journal was changed.`);
  }
};

/** The chain cannot see that its tail was cut off; the head can. */
const checkHead = (at: { file: string; lines: readonly string[]; head: JobHead }): void => {
  const { seq, hash } = at.head.head;
  const line = at.lines[seq - 1];
  if (seq === 0 || (line !== undefined && sha256(line) === hash)) return;
  const what = line === undefined ? `ends before line ${seq}` : `has another line ${seq}`;
  throw corrupt(`${at.file} ${what} than job.json recorded: its tail was cut or changed.`);
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
    remedy: "Take the job's folder from its artifact again; a damaged journal is never used.",
  });
