import { statSync } from "node:fs";
import { join } from "node:path";
import type { fsStore } from "../edges/store/fs-store.ts";
import { ExpertStackError } from "../errors.ts";

/** The one that was worked on last, which need not have begun last. */
export const newestJob = (
  root: string,
  jobs: ReturnType<ReturnType<typeof fsStore>["list"]>,
  expert: string,
): string => {
  const own = jobs.flatMap((job) =>
    job.type === "readable" && job.head.coordinator === expert ? [job.head.id] : [],
  );
  const writtenAt = (id: string): number =>
    statSync(join(root, id, "events.jsonl"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const [newest] = own.toSorted((a, b) => writtenAt(b) - writtenAt(a));
  const since = newest === undefined ? 0 : writtenAt(newest);
  for (const job of jobs) {
    if (job.type === "unreadable" && writtenAt(job.id) > since) throw mayBeMeant(job);
  }
  if (newest !== undefined) return newest;
  throw new ExpertStackError({
    code: "JOB_NOT_FOUND",
    message: `There is no job of "${expert}" here to continue.`,
    remedy: "Leave out --continue to begin one; `expert-stack log` lists the jobs of this workspace.",
  });
};

const mayBeMeant = ({ id, reason }: { readonly id: string; readonly reason: string }): ExpertStackError =>
  new ExpertStackError({
    code: "JOB_NOT_FOUND",
    message: `The newest job here, ${id}, cannot be read, and may be the one that is meant. ${reason}`,
    remedy: "Name the job that is to go on: `--continue-job <id>`; `expert-stack log` lists them.",
  });
