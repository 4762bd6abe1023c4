import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJob } from "../../../src/edges/store/create-job.ts";
import { fsStore } from "../../../src/edges/store/fs-store.ts";
import { ExpertStackError } from "../../../src/errors.ts";
import type { JobEvent } from "../../../src/job/event.ts";
import type { JobHead, JobLog, Store } from "../../../src/run/ports.ts";
import { playJob, tokens } from "../../helpers/scripted-job.ts";

/** A store in a folder of its own, which disposing removes. */
export type ScratchStore = Disposable & {
  readonly store: Store;
  readonly create: (jobId: string) => JobLog;
  readonly root: string;
};

export const scratchStore = (hide: "hide" | "plain" = "plain"): ScratchStore => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-store-"));
  const root = join(folder, "jobs");
  return {
    store: fsStore(root),
    create: (jobId) => createJob({ root, jobId, hide }),
    root,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Events of a job with every kind of message in it, letters beyond ASCII among them. */
export const someEvents: readonly JobEvent[] = playJob({
  answers: [
    {
      thinking: "Hm — naïve?",
      text: "Ich lese „a.txt“ \u{1F600}.",
      calls: [{ tool: "todo", args: { newTodos: ["one"] } }, { tool: "read" }],
    },
    { calls: [{ tool: "todo", args: { completedTodos: [0] } }] },
    { text: "Done.", calls: [{ tool: "attemptCompletion" }] },
  ],
}).events;

export const headFields = (fields: Partial<JobHead> = {}): Omit<JobHead, "head"> => ({
  v: 1,
  id: "job1",
  status: "running",
  coordinator: "reviewer",
  experts: [{ key: "reviewer", digest: "sha256:00", source: "file:perstack.toml" }],
  model: { provider: "anthropic", model: "claude-test" },
  totals: { steps: 1, usage: tokens(10, 5) },
  startedAt: 1_000,
  ...fields,
});

/** A stored job, one event a batch. */
export type WrittenJob = {
  readonly log: JobLog;
  readonly file: string;
  /** Lines of `events.jsonl`, without their newlines. */
  readonly lines: () => string[];
  readonly rewrite: (lines: readonly string[]) => void;
};

/** @param headAfter how many events are there when `job.json` is saved; none is saved for `never` */
export const writeJob = (
  { create }: ScratchStore,
  options: { readonly id?: string; readonly headAfter: number | "never" | "end" },
): WrittenJob => {
  using log = create(options.id ?? "job1");
  const headAfter = options.headAfter === "end" ? someEvents.length : options.headAfter;
  for (const [index, event] of someEvents.entries()) {
    log.append([event], 1_000 + index);
    if (index + 1 === headAfter) log.saveHead(headFields({ id: options.id ?? "job1" }));
  }
  const file = join(log.directory, "events.jsonl");
  return {
    log,
    file,
    lines: () => readFileSync(file, "utf8").split("\n").slice(0, -1),
    rewrite: (lines) => writeFileSync(file, lines.map((line) => `${line}\n`).join("")),
  };
};

/** What an action refused with: the error's code and its message. */
export const refusalOf = (action: () => unknown): { readonly code: string; readonly message: string } => {
  try {
    action();
  } catch (error) {
    if (error instanceof ExpertStackError) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: "none", message: "" };
};
