import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { JournalEntry } from "../../job/event.ts";
import type { BlobPart } from "../../job/message.ts";
import type { JobHead, JobLog } from "../../run/ports.ts";

/** `prev` of a journal's first line. */
export const noHash = "0".repeat(64);

export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** A new log in an existing folder. Everything in it is for its owner's eyes only. */
export const createLog = (directory: string): JobLog => {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;
  const file = openSync(join(directory, "events.jsonl"), flags, 0o600);
  let head = { seq: 0, hash: noHash };
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
      writeWhole(file, text);
      return entries;
    },
    saveHead: (fields) => saveHead(directory, { ...fields, head }),
    putBlob: (data, mediaType) => putBlob(directory, data, mediaType),
    readBlob: (hash) => readFileSync(join(directory, "blobs", hash)),
    [Symbol.dispose]: () => closeSync(file),
  };
};

/** One `write` as a rule; the kernel may take a long one in pieces. */
const writeWhole = (file: number, text: string): void => {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
};

const saveHead = (directory: string, head: JobHead): JobHead => {
  const temporary = join(directory, "job.json.tmp");
  writeFileSync(temporary, `${JSON.stringify(head, null, 2)}\n`, { mode: 0o600 });
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
