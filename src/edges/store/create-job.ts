import { lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JobLog } from "../../run/ports.ts";
import { openLog, storeFailed } from "./job-log.ts";
import { ownJob } from "./job-owner.ts";

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
 * A new job's folder and log, apart from what reads jobs back. In a checkout (`hide`) the jobs folder ignores itself in
 * git, and neither the jobs folder nor the one it lies in may be a link: a commit can hold one that leads anywhere.
 *
 * @throws ExpertStackError INPUT_INVALID when the id is taken or none, STORE_FAILED when the folder cannot be made
 */
export const createJob = (at: {
  readonly root: string;
  readonly jobId: string;
  readonly hide: "hide" | "plain";
}): JobLog => {
  const directory = folderOf(at.root, at.jobId);
  if (at.hide === "hide") for (const folder of [dirname(at.root), at.root]) refuseLink(folder);
  try {
    mkdirSync(at.root, { recursive: true, mode: 0o700 });
    // Not recursive: of two processes that want the same id, the one that makes the folder has it.
    mkdirSync(directory, { mode: 0o700 });
    if (at.hide === "hide") ignoreItself(dirname(at.root));
  } catch (error) {
    throw isTaken(error, directory) ? taken(at.jobId) : storeFailed(directory, error);
  }
  return openLog(directory, ownNew(directory));
};

const ownNew = (directory: string): Disposable => {
  try {
    return ownJob(directory);
  } catch (error) {
    throw error instanceof ExpertStackError ? error : storeFailed(directory, error);
  }
};

/** @throws ExpertStackError STORE_FAILED when something else than a folder is there */
export const refuseLink = (folder: string): void => {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? true) return;
  throw new ExpertStackError({
    code: "STORE_FAILED",
    message: `${folder} is no folder of its own but a link or a file, so no job's record is written there.`,
    remedy: "Delete it, and take it out of the repository if it was committed.",
  });
};

/** Leaves what is there, which also keeps a link from being followed. */
const ignoreItself = (folder: string): void => {
  try {
    writeFileSync(join(folder, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
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
