import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fsStore } from "../../src/edges/store/fs-store.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import { jobStatus } from "../../src/job/job-status.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import type { StoredJob } from "../../src/run/ports.ts";
import { livingIn } from "../helpers/living-processes.ts";
import { type ModelServer, type ScriptedAnswer, startModelServer } from "../helpers/model-server.ts";

/** A job of the command line that is killed at every moment of its life, always the same job in the same folder. */

const root = join(import.meta.dirname, "../..");
const workspace = realpathSync(mkdtempSync(join(tmpdir(), "expert-stack-kill-")));
const jobs = join(workspace, ".expert-stack", "jobs");
const journal = join(jobs, "job1", "events.jsonl");
const store = fsStore(jobs);

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review."
[experts.reviewer.skills.follower]
type = "mcpStdioSkill"
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(join(root, "test/fixtures/mcp-servers/follower.mjs"))}]
`;

/** Waits until a call's result is in the journal. */
const follow = (id: string) => ({
  name: "follow",
  args: { file: ".expert-stack/jobs/job1/events.jsonl", text: `"toolCallId":"${id}"` },
});

const answers: readonly ScriptedAnswer[] = [
  {
    thinking: "First the small file.",
    text: "I read.",
    toolCalls: [
      { name: "todo", args: { newTodos: ["read", "write"] } },
      { name: "readTextFile", args: { path: "small.txt" } },
    ],
  },
  // Three calls side by side, which settle as second, first, third.
  {
    toolCalls: [
      follow("call_2_1"),
      { name: "readTextFile", args: { path: "large.txt" } },
      follow("call_2_0"),
    ],
  },
  {
    toolCalls: [
      { name: "writeTextFile", args: { path: "out.txt", text: "done" } },
      { name: "todo", args: { completedTodos: [0, 1] } },
    ],
  },
  { text: "All is well.", toolCalls: [{ name: "attemptCompletion", args: {} }] },
];

/** The answer after as many as the conversation already holds: the same for every run, however many there were. */
const answerTo = (_index: number, body: Record<string, unknown>): ScriptedAnswer => {
  const given = JSON.stringify(body).split('"role":"assistant"').length - 1;
  return answers[given] ?? { status: 400, type: "invalid_request_error", message: "The script is over." };
};

let model: ModelServer;

beforeAll(async () => {
  model = await startModelServer(answerTo);
  writeFileSync(join(workspace, "perstack.toml"), manifest);
  writeFileSync(join(workspace, "small.txt"), "one\n");
  writeFileSync(join(workspace, "large.txt"), "a line of text\n".repeat(3_000));
});

afterAll(async () => {
  await model[Symbol.asyncDispose]();
  rmSync(workspace, { recursive: true, force: true });
});

const start = (killAt?: string) => {
  rmSync(join(workspace, ".expert-stack"), { recursive: true, force: true });
  rmSync(join(workspace, "out.txt"), { force: true });
  const preload = join(root, "test/fixtures/preload/kill-at.mjs");
  const child = spawn(
    process.execPath,
    // Without a sandbox, so that the skill sees the journal by which the test keeps order.
    [join(root, "dist/index.js"), "run", "reviewer", "Go.", "--job-id=job1", "--json", "--sandbox=off"],
    {
      cwd: workspace,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: workspace,
        ANTHROPIC_API_KEY: "sk-ant-api03-canary-0123456789abcdef",
        ANTHROPIC_BASE_URL: model.url,
        ...(killAt === undefined ? {} : { NODE_OPTIONS: `--import=${preload}`, KILL_AT: killAt }),
      },
      stdio: "ignore",
    },
  );
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  return { child, ended };
};

/** Whether nothing that the job started is left, within two seconds. */
const orphansGone = async (): Promise<boolean> => {
  for (const end = performance.now() + 2_000; performance.now() < end; await sleep(20)) {
    if (livingIn(workspace).length === 0) return true;
  }
  return false;
};

const measured = new Set(["durationMs", "spawnMs", "handshakeMs", "discoveryMs"]);

/** What happened, without how long it took. */
const withoutTimes = (event: JobEvent): JobEvent =>
  JSON.parse(JSON.stringify(event, (key, value) => (measured.has(key) ? 0 : value)));

const eventsOf = ({ entries }: StoredJob): readonly JobEvent[] => entries.map(({ event }) => event);
const fold = (events: readonly JobEvent[]): JobState => events.reduce(evolve, emptyState);

/** The checkpoints that a job passed, in order. */
const checkpointsOf = (events: readonly JobEvent[]): readonly string[] => {
  const ids = events.map((_, index) => fold(events.slice(0, index + 1)).runs.get("r0")?.checkpoint.id ?? "");
  return [...new Set(ids)].filter((id) => id !== "");
};

const expectBlobs = (events: readonly JobEvent[]): void => {
  const named = JSON.stringify(events).matchAll(/"type":"blob","sha256":"([0-9a-f]+)"/g);
  for (const [, hash = ""] of named) {
    const bytes = readFileSync(join(jobs, "job1", "blobs", hash));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
  }
};

/** `job.json` says of the log what was so when it was written. */
const expectHead = ({ entries, head }: StoredJob): void => {
  if (head === undefined) return;
  const { seq } = head.head;
  expect(seq).toBeLessThanOrEqual(entries.length);
  const then = fold(entries.slice(0, seq).map(({ event }) => event));
  const { steps, usage, costUsd } = then;
  expect(head.totals).toEqual({ steps, usage, ...(costUsd === 0 ? {} : { costUsd }) });
  expect(head.status).toBe(jobStatus(then));
};

let whole: readonly JobEvent[] = [];

/** Everything that must hold of what a killed job left. @returns how many events that is */
const expectPrefix = (): number => {
  const stored = store.load("job1");
  const events = eventsOf(stored);
  const before = whole.slice(0, events.length);
  expect(events.map(withoutTimes)).toEqual(before.map(withoutTimes));
  expect(fold(events.map(withoutTimes))).toEqual(fold(before.map(withoutTimes)));
  expect(checkpointsOf(events)).toEqual(checkpointsOf(before));
  expectHead(stored);
  expectBlobs(events);
  return events.length;
};

describe("a job that nobody disturbs", { timeout: 60_000 }, () => {
  it("is the same twice, checkpoint ids included", async () => {
    for (const _run of ["first", "second"]) {
      // A count of job.json's renames that is never reached.
      expect(await start("head:1000").ended).toEqual({ code: 0, signal: null });
      const stored = store.load("job1");
      if (whole.length === 0) whole = eventsOf(stored);
      expect(expectPrefix()).toBe(whole.length);
      expect(stored.head?.head.seq).toBe(whole.length);
      expect(await orphansGone()).toBe(true);
    }
    expect(checkpointsOf(whole)).toHaveLength(5);
    expect(whole.map(({ type }) => type)).toContain("skillConnected");
    expect(
      whole.some((event) => event.type === "toolCallFinished" && event.contents[0]?.type === "blob"),
    ).toBe(true);
    expect(whole.at(-1)).toMatchObject({ type: "jobFinished", outcome: { text: "All is well." } });
    expect(readFileSync(join(workspace, "out.txt"), "utf8")).toBe("done");
  });
});

describe("a job that is killed with SIGKILL", { timeout: 60_000 }, () => {
  it("right after an event was appended keeps that event and all before, for every event of the job", async () => {
    const kept: number[] = [];
    for (const line of whole.keys()) {
      expect(await start(`line:${line + 1}`).ended).toEqual({ code: null, signal: "SIGKILL" });
      kept.push(expectPrefix());
      expect(await orphansGone(), `after line ${line + 1}`).toBe(true);
    }
    expect(kept).toEqual(whole.map((_, index) => index + 1));
  });

  it("in the middle of writing an event loses that event alone, for every event of the job", async () => {
    const kept: number[] = [];
    for (const line of whole.keys()) {
      expect(await start(`torn:${line + 1}`).ended).toEqual({ code: null, signal: "SIGKILL" });
      expect(readFileSync(journal, "utf8")).not.toMatch(/\n$|^$/);
      kept.push(expectPrefix());
    }
    expect(kept).toEqual([...whole.keys()]);
    expect(await orphansGone()).toBe(true);
  });

  it("before job.json has got its name keeps the one before, and the journal is ahead of it", async () => {
    const kept: number[] = [];
    while ((await start(`head:${kept.length + 1}`).ended).code !== 0) {
      expect(existsSync(join(jobs, "job1", "job.json"))).toBe(kept.length > 0);
      kept.push(expectPrefix());
    }
    // The start, the end of every step, and the end: each further on than the one before.
    expect(kept[0]).toBe(1);
    expect(kept.at(-1)).toBe(whole.length);
    expect(kept.length).toBeGreaterThanOrEqual(4);
    expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
  });

  it("from outside, whenever it is, leaves a job that `log` lists", async () => {
    for (const line of [1, 4, 7, 10, 13]) {
      const { child, ended } = start();
      while (!existsSync(journal) || readFileSync(journal, "utf8").split("\n").length <= line) {
        if (child.exitCode !== null) throw new Error(`ended before line ${line}`);
        await sleep(1);
      }
      child.kill("SIGKILL");
      expect(await ended).toEqual({ code: null, signal: "SIGKILL" });
      expect(expectPrefix()).toBeGreaterThanOrEqual(line);
      expect(store.list()).toHaveLength(1);
      expect(await orphansGone()).toBe(true);
    }
  });
});
