import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JobLog, ListedJob, Store, StoredJob } from "../../run/ports.ts";
import { createLog, storeFailed } from "./job-log.ts";
import { loadJob, readHead } from "./load-job.ts";

/**
 * Jobs as folders below `root`, each with `events.jsonl`, `job.json` and `blobs/`.
 *
 * @param root absolute path of the jobs folder; made when the first job is
 * @param hide whether the folder ignores itself in git, as it must inside a checkout
 */
export const fsStore = (root: string, hide: "hide" | "plain"): Store => ({
  create: (jobId) => createJob({ root, jobId, hide }),
  load: (jobId) => loadExisting(root, jobId),
  list: () => listJobs(root),
});

const jobIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

const folderOf = (root: string, jobId: string): string => {
  if (jobIdPattern.test(jobId)) return join(root, jobId);
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `"${jobId}" is not a job id.`,
    remedy: "Use 1 to 64 letters, digits, hyphens and underscores, beginning with a letter or a digit.",
  });
};

const createJob = (at: { root: string; jobId: string; hide: "hide" | "plain" }): JobLog => {
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

const loadExisting = (root: string, jobId: string): StoredJob => {
  const directory = folderOf(root, jobId);
  if (existsSync(directory)) return loadJob(directory);
  throw new ExpertStackError({
    code: "JOB_NOT_FOUND",
    message: `There is no job "${jobId}" here.`,
    remedy: "`expert-stack log` lists the jobs of this workspace.",
  });
};

const listJobs = (root: string): readonly ListedJob[] => {
  if (!existsSync(root)) return [];
  const jobs = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && jobIdPattern.test(entry.name))
    .map((entry) => listed(root, entry.name));
  const readable = jobs.filter((job) => job.type === "readable");
  return [
    ...readable.sort((a, b) => b.head.startedAt - a.head.startedAt),
    ...jobs.filter((job) => job.type === "unreadable"),
  ];
};

const listed = (root: string, id: string): ListedJob => {
  try {
    const head = readHead(join(root, id));
    if (head !== undefined) return { type: "readable", head };
    return { type: "unreadable", id, reason: `${join(root, id)} has no job.json.` };
  } catch (error) {
    return { type: "unreadable", id, reason: error instanceof Error ? error.message : String(error) };
  }
};
