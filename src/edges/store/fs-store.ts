import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { ListedJob, Store, StoredJob } from "../../run/ports.ts";
import { folderOf, jobIdPattern } from "./create-job.ts";
import { loadJob, readHead } from "./load-job.ts";

/**
 * Reads back the jobs that are folders below `root`, each with `events.jsonl`, `job.json` and `blobs/`.
 *
 * @param root absolute path of the jobs folder
 */
export const fsStore = (root: string): Store => ({
  load: (jobId) => loadExisting(root, jobId),
  list: () => listJobs(root),
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
