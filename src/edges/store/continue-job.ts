import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JournalEntry } from "../../job/event.ts";
import type { JobLog } from "../../run/ports.ts";
import { createJob, folderOf, refuseLink } from "./create-job.ts";
import { openLog, sha256 } from "./job-log.ts";
import { ownJob } from "./job-owner.ts";

/**
 * The log of a job that goes on where it ended or was cut off.
 *
 * @param entries what `load` read of it
 * @throws ExpertStackError JOB_RUNNING while another process writes it, or when one has since it was read;
 *   JOURNAL_CORRUPT when a blob is missing that it names
 */
export const continueJob = (at: {
  readonly root: string;
  readonly jobId: string;
  readonly entries: readonly JournalEntry[];
}): JobLog => {
  const directory = folderOf(at.root, at.jobId);
  refuseMissingBlobs(directory, at.entries);
  const owner = ownJob(directory);
  try {
    const whole = readFileSync(join(directory, "events.jsonl"), "utf8").split("\n").slice(0, -1);
    // Nobody else writes from here on; what somebody wrote in between must not be cut off.
    if (whole.length > at.entries.length) throw wentOn(at.jobId);
    const bytes = whole.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    return openLog(directory, owner, {
      head: { seq: whole.length, hash: sha256(whole.at(-1) ?? "") },
      bytes,
    });
  } catch (error) {
    owner[Symbol.dispose]();
    throw error;
  }
};

/**
 * A new job that begins with the first entries of another one, at their times, and with the blobs they name. The other
 * one stays as it is.
 *
 * @throws as `createJob` does; JOURNAL_CORRUPT when a blob is missing
 */
export const forkJob = (at: {
  readonly root: string;
  readonly jobId: string;
  readonly from: string;
  readonly entries: readonly JournalEntry[];
}): JobLog => {
  const source = folderOf(at.root, at.from);
  refuseMissingBlobs(source, at.entries);
  const log = createJob({ root: at.root, jobId: at.jobId, hide: "hide" });
  const blobs = join(log.directory, "blobs");
  for (const hash of blobsOf(at.entries)) {
    mkdirSync(blobs, { recursive: true, mode: 0o700 });
    copyFileSync(join(source, "blobs", hash), join(blobs, hash));
  }
  for (const { event, at: time } of at.entries) log.append([event], time);
  return log;
};

/**
 * Refuses jobs that lie behind links: a commit can hold one that leads anywhere, and what goes on is written there.
 *
 * @throws ExpertStackError STORE_FAILED, INPUT_INVALID when the id is none
 */
export const refuseLinks = (root: string, jobId: string | undefined): void => {
  for (const folder of [dirname(root), root]) refuseLink(folder);
  if (jobId === undefined) return;
  const directory = folderOf(root, jobId);
  for (const folder of [directory, join(directory, "blobs")]) refuseLink(folder);
  for (const file of ["events.jsonl", "job.json"].map((name) => join(directory, name))) {
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new ExpertStackError({
        code: "STORE_FAILED",
        message: `${file} is a link, so the job does not go on.`,
        remedy: "Delete the job's folder, and take it out of the repository if it was committed.",
      });
    }
  }
};

const blobsOf = (entries: readonly JournalEntry[]): ReadonlySet<string> =>
  new Set(
    (JSON.stringify(entries).match(/"type":"blob","sha256":"[0-9a-f]{64}"/g) ?? []).map((name) =>
      name.slice(-65, -1),
    ),
  );

const refuseMissingBlobs = (directory: string, entries: readonly JournalEntry[]): void => {
  const missing = [...blobsOf(entries)].find((hash) => !existsSync(join(directory, "blobs", hash)));
  if (missing === undefined) return;
  throw new ExpertStackError({
    code: "JOURNAL_CORRUPT",
    message: `${join(directory, "blobs", missing)} is missing, which the job's journal names.`,
    remedy: "Take the job's `blobs` folder from its artifact or a backup.",
  });
};

const wentOn = (jobId: string): ExpertStackError =>
  new ExpertStackError({
    code: "JOB_RUNNING",
    message: `The job "${jobId}" went on in another process in the meantime.`,
    remedy: "Look at it with `expert-stack log`, then continue it again.",
  });
