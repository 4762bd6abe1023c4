import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JobLog } from "../../run/ports.ts";
import { createLog, storeFailed } from "./job-log.ts";

export const jobIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** @throws ExpertStackError INPUT_INVALID when the id is none */
export const folderOf = (root: string, jobId: string): string => {
  if (jobIdPattern.test(jobId)) return join(root, jobId);
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `"${jobId}" is not a job id.`,
    remedy: "Use 1 to 64 letters, digits, hyphens and underscores, beginning with a letter or a digit.",
  });
};

/**
 * A new job's folder and log. Apart from `fsStore`, so that a job can start without what reads jobs back.
 *
 * @throws ExpertStackError INPUT_INVALID when the id is taken or none, STORE_FAILED when the folder cannot be made
 */
export const createJob = (at: {
  readonly root: string;
  readonly jobId: string;
  readonly hide: "hide" | "plain";
}): JobLog => {
  const directory = folderOf(at.root, at.jobId);
  try {
    mkdirSync(at.root, { recursive: true, mode: 0o700 });
    // Not recursive: of two processes that want the same id, the one that makes the folder has it.
    mkdirSync(directory, { mode: 0o700 });
    if (at.hide === "hide") writeFileSync(join(at.root, "..", ".gitignore"), "*\n");
  } catch (error) {
    throw isTaken(error, directory) ? taken(at.jobId) : storeFailed(directory, error);
  }
  return createLog(directory);
};

const isTaken = (error: unknown, directory: string): boolean =>
  error instanceof Error &&
  "code" in error &&
  error.code === "EEXIST" &&
  "path" in error &&
  error.path === directory;

const taken = (jobId: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `There already is a job "${jobId}".`,
    remedy: "Choose another --job-id, or leave it out to get a new one.",
  });
