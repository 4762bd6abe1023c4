import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { JobHead, JobLog, Store, StoredJob } from "../../run/ports.ts";
import { createLog } from "./job-log.ts";
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
  list: () => listHeads(root),
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
  if (existsSync(directory)) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: `There already is a job "${at.jobId}".`,
      remedy: "Choose another --job-id, or leave it out to get a new one.",
    });
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (at.hide === "hide") writeFileSync(join(at.root, "..", ".gitignore"), "*\n");
  return createLog(directory);
};

const loadExisting = (root: string, jobId: string): StoredJob => {
  const directory = folderOf(root, jobId);
  if (existsSync(directory)) return loadJob(directory);
  throw new ExpertStackError({
    code: "JOB_NOT_FOUND",
    message: `There is no job "${jobId}" here.`,
    remedy: "`expert-stack log` lists the jobs of this workspace.",
  });
};

const listHeads = (root: string): readonly JobHead[] => {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => jobIdPattern.test(name) && statSync(join(root, name)).isDirectory())
    .flatMap((name) => readHead(join(root, name)) ?? [])
    .sort((a, b) => b.startedAt - a.startedAt);
};
