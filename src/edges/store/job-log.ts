import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JournalEntry } from "../../job/event.ts";
import type { BlobPart } from "../../job/message.ts";
import type { JobHead, JobLog } from "../../run/ports.ts";

/** `prev` of a journal's first line. */
export const noHash = "0".repeat(64);

export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** For a disk that is full, read-only or gone: the job cannot go on without its record. */
export const storeFailed = (directory: string, cause: unknown): ExpertStackError =>
  new ExpertStackError({
    code: "STORE_FAILED",
    message: `The job's record in ${directory} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: "Make room on that disk and check that its folder may be written, then run the job again.",
    cause,
  });

/**
 * The log of a job in an existing folder: a new one, or one that goes on after the lines it has. Everything in it is
 * for its owner's eyes only. Every write throws STORE_FAILED when it does not succeed.
 *
 * @param owner lets go of the job when the log is disposed
 * @param earlier the newest line of a log that goes on, and the bytes up to its end: what a killed process left behind
 *   it is cut off
 */
export const openLog = (
  directory: string,
  owner: Disposable,
  earlier?: { readonly head: JobHead["head"]; readonly bytes: number },
): JobLog => {
  const write = <Result>(what: () => Result): Result => {
    try {
      return what();
    } catch (error) {
      throw storeFailed(directory, error);
    }
  };
  const file = write(() => openEvents(directory, earlier?.bytes));
  let head = earlier?.head ?? { seq: 0, hash: noHash };
  return {
    directory,
    get head() {
      return head;
    },
    append(events, at) {
      let text = "";
      const entries = events.map((event): JournalEntry => {
        const entry = { seq: head.seq + 1, prev: head.hash, at, event };
        const line = JSON.stringify(entry);
        head = { seq: entry.seq, hash: sha256(line) };
        text += `${line}\n`;
        return entry;
      });
      write(() => writeWhole(file, text));
      return entries;
    },
    saveHead: (fields) => write(() => saveHead(directory, { ...fields, head })),
    putBlob: (data, mediaType) => write(() => putBlob(directory, data, mediaType)),
    readBlob: (hash) => readFileSync(join(directory, "blobs", hash)),
    [Symbol.dispose]: () => {
      closeSync(file);
      owner[Symbol.dispose]();
    },
  };
};

const openEvents = (directory: string, bytes: number | undefined): number => {
  const fresh = bytes === undefined ? constants.O_CREAT | constants.O_EXCL : 0;
  const flags = constants.O_WRONLY | constants.O_APPEND | fresh;
  const file = openSync(join(directory, "events.jsonl"), flags, 0o600);
  if (bytes !== undefined) ftruncateSync(file, bytes);
  return file;
};

/** One `write` as a rule; the kernel may take a long one in pieces. */
const writeWhole = (file: number, text: string): void => {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
};

const saveHead = (directory: string, head: JobHead): JobHead => {
  const temporary = join(directory, "job.json.tmp");
  // What a killed process left, or a link that somebody put there, is not written through.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, `${JSON.stringify(head, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(temporary, join(directory, "job.json"));
  return head;
};

const putBlob = (directory: string, data: Uint8Array, mediaType: string): BlobPart => {
  const hash = sha256(data);
  const path = join(directory, "blobs", hash);
  if (!existsSync(path)) {
    mkdirSync(join(directory, "blobs"), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.tmp`, data, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }
  return { type: "blob", sha256: hash, mediaType, size: data.byteLength };
};
