import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JournalEntry } from "../../job/event.ts";
import type { JobLog } from "../../run/ports.ts";
import { createJob, folderOf } from "./create-job.ts";
import { openLog, ownerFile, sha256 } from "./job-log.ts";

/**
 * The log of a job that goes on where it ended or was cut off.
 *
 * @param entries what `load` read of it
 * @throws ExpertStackError JOB_RUNNING while another process writes it
 */
export const continueJob = (at: {
  readonly root: string;
  readonly jobId: string;
  readonly entries: readonly JournalEntry[];
}): JobLog => {
  const directory = folderOf(at.root, at.jobId);
  refuseRunning(directory, at.jobId);
  const lines = readFileSync(join(directory, "events.jsonl"), "utf8").split("\n").slice(0, at.entries.length);
  const last = lines.at(-1) ?? "";
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  return openLog(directory, { head: { seq: lines.length, hash: sha256(last) }, bytes });
};

/**
 * A new job that begins with the first entries of another one, at their times, and with the blobs they name. The other
 * one stays as it is.
 */
export const forkJob = (at: {
  readonly root: string;
  readonly jobId: string;
  readonly from: string;
  readonly entries: readonly JournalEntry[];
}): JobLog => {
  const source = folderOf(at.root, at.from);
  const log = createJob({ root: at.root, jobId: at.jobId, hide: "hide" });
  for (const { event, at: time } of at.entries) log.append([event], time);
  const named = new Set(JSON.stringify(at.entries).match(/"sha256":"[0-9a-f]{64}"/g) ?? []);
  for (const name of named) {
    const hash = name.slice(-65, -1);
    if (!existsSync(join(source, "blobs", hash))) continue;
    mkdirSync(join(log.directory, "blobs"), { recursive: true, mode: 0o700 });
    copyFileSync(join(source, "blobs", hash), join(log.directory, "blobs", hash));
  }
  return log;
};

const refuseRunning = (directory: string, jobId: string): void => {
  const file = join(directory, ownerFile);
  const pid = readOwner(file);
  if (pid === undefined) return;
  if (pid === process.pid || !isAlive(pid)) {
    rmSync(file, { force: true });
    return;
  }
  throw new ExpertStackError({
    code: "JOB_RUNNING",
    message: `The job "${jobId}" is being worked on by the process ${pid}.`,
    remedy: `Wait until it ends. If that process is none of expert-stack, delete ${file}.`,
  });
};

const readOwner = (file: string): number | undefined => {
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, "latin1"), 10);
  return Number.isNaN(pid) ? undefined : pid;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is alive, too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};
