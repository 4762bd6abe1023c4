import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fsStore } from "../edges/store/fs-store.ts";
import { describeJob } from "../report/describe-job.ts";
import { dollars } from "../report/markdown.ts";
import type { JobHead } from "../run/ports.ts";
import { jobsFolder } from "./jobs-folder.ts";
import type { Terminal } from "./terminal.ts";

type LogOptions = { readonly job: string | undefined; readonly json?: true; readonly workspace?: string };

/** `expert-stack log`: the jobs of a workspace, newest first, or the journal of one. */
export const logCommand = async (options: LogOptions, terminal: Terminal): Promise<number> => {
  const folder = jobsFolder(resolve(terminal.cwd, options.workspace ?? "."));
  const store = fsStore(folder);
  if (options.job === undefined) {
    const jobs = store.list();
    if (jobs.length === 0 && options.json === undefined) terminal.out("No jobs here yet.\n");
    for (const job of jobs) {
      if (job.type === "unreadable") terminal.err(`warning: job ${job.id} is not listed: ${job.reason}\n`);
      else terminal.out(`${options.json ? JSON.stringify(job.head) : describeHead(job.head)}\n`);
    }
    return 0;
  }
  const { entries } = store.load(options.job);
  if (options.json) {
    // The very bytes, since the chain hashes them; a torn last line is not part of the journal.
    const lines = readFileSync(join(folder, options.job, "events.jsonl"), "utf8").split("\n");
    for (const line of lines.slice(0, entries.length)) terminal.out(`${line}\n`);
    return 0;
  }
  for (const line of describeJob(entries)) terminal.out(`${line}\n`);
  return 0;
};

const describeHead = (head: JobHead): string => {
  const { steps, usage, costUsd } = head.totals;
  const time = new Date(head.startedAt).toISOString().replace("T", " ").slice(0, 19);
  return [
    head.id,
    `${time} UTC`,
    (head.status === "running" ? "unfinished" : head.status).padEnd(10),
    head.coordinator,
    `${steps} ${steps === 1 ? "step" : "steps"}`,
    `${usage.inputTokens} in, ${usage.outputTokens} out`,
    ...(costUsd ? [dollars(costUsd)] : []),
  ].join("  ");
};
