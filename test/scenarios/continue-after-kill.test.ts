import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { type CliWorld, runCli, startCliWorld } from "../helpers/run-cli.ts";

/** A job whose delegates work side by side, killed at every event of it, and continued each time. */

const manifest = `model = "claude-sonnet-4-5"

[provider]
providerName = "anthropic"

[experts.lead]
instruction = "You are LEAD."
delegates = ["reader", "writer"]

[experts.reader]
description = "Reads."
instruction = "You are READER."

[experts.writer]
description = "Writes."
instruction = "You are WRITER."
`;

const answers: Readonly<Record<string, readonly ScriptedAnswer[]>> = {
  LEAD: [
    {
      toolCalls: [
        { name: "reader", args: { query: "Read a.txt." } },
        { name: "writer", args: { query: "Write b.txt." } },
        { name: "listDirectory", args: { path: "." } },
      ],
    },
    { text: "It is done." },
  ],
  READER: [{ toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] }, { text: "It says one." }],
  WRITER: [
    { toolCalls: [{ name: "appendTextFile", args: { path: "b.txt", text: "two\n" } }] },
    { text: "It is written." },
  ],
};

/** The answer after as many as the conversation holds, so that it is the same however often a job was begun. */
const answerTo = (_index: number, body: Record<string, unknown>): ScriptedAnswer => {
  const name = /You are ([A-Z]+)/.exec(JSON.stringify(body.system))?.[1] ?? "";
  const given = JSON.stringify(body.messages).split('"role":"assistant"').length - 1;
  return (
    answers[name]?.[given] ?? { status: 400, type: "invalid_request_error", message: "The script is over." }
  );
};

const startWorld = (): Promise<CliWorld> =>
  startCliWorld({ files: { "perstack.toml": manifest, "a.txt": "one\n", "b.txt": "" }, answers: answerTo });

const preload = join(import.meta.dirname, "../fixtures/preload/kill-at.mjs");

const killAt = (world: CliWorld, moment: string) =>
  runCli(world, ["run", "lead", "Go.", "--job-id", "job1", "--json"], {
    env: { NODE_OPTIONS: `--import=${preload}`, KILL_AT: moment },
  });

test("however far it was, it ends as it would have, and nothing is done twice", {
  timeout: 120_000,
}, async () => {
  let line = 1;
  for (; ; line++) {
    await using world = await startWorld();
    const killed = await killAt(world, `line:${line}`);
    expect(killed.signal).toBe("SIGKILL");
    const directory = world.workspace.directory;
    const before = readFileSync(join(directory, ".expert-stack/jobs/job1/events.jsonl"), "utf8");
    // Whole already: nothing is left to go on with.
    if (before.includes('"jobFinished"')) break;
    const run = await runCli(world, ["run", "lead", "--continue-job", "job1", "--json"]);
    expect([line, run.exitCode, run.stderr]).toEqual([
      line,
      0,
      expect.stringMatching(/^The job is in .*\n$/),
    ]);
    const job = world.recorded("job1");
    expect(job.outcome).toEqual({ type: "completed", text: "It is done." });
    expect(
      readFileSync(join(directory, ".expert-stack/jobs/job1/events.jsonl"), "utf8").startsWith(before),
    ).toBe(true);
    const written = readFileSync(join(directory, "b.txt"), "utf8");
    const told = job.heard.find(({ tool, isError }) => tool === "appendTextFile" && isError);
    // It was written once, or the model was told that nobody knows; never twice.
    if (told === undefined) expect(written).toBe("two\n");
    else {
      expect(told.text).toContain("OutcomeUnknown");
      expect(["", "two\n"]).toContain(written);
    }
    const runs = job.events("runStarted").map(({ runId }) => runId);
    expect(new Set(runs).size).toBe(runs.length);
    const calls = job.events("toolCallFinished").map(({ runId, toolCallId }) => `${runId} ${toolCallId}`);
    expect(new Set(calls).size).toBe(calls.length);
    expect(world.living()).toEqual([]);
  }
  expect(line).toBeGreaterThan(15);
});

test("a call that was under way is not made again, and the model hears that nobody knows", async () => {
  await using world = await startWorld();
  const killed = await killAt(world, "asks:appendTextFile");
  expect(killed.signal).toBe("SIGKILL");
  const run = await runCli(world, ["run", "lead", "--continue-job", "job1", "--json"]);
  expect([run.exitCode, world.recorded("job1").outcome]).toEqual([
    0,
    { type: "completed", text: "It is done." },
  ]);
  const told = world.recorded("job1").heard.filter(({ tool }) => tool === "appendTextFile");
  expect(told).toEqual([
    expect.objectContaining({ isError: true, text: expect.stringContaining("OutcomeUnknown") }),
  ]);
  expect(readFileSync(join(world.workspace.directory, "b.txt"), "utf8")).toBe("");
});

test("a job that is still being worked on is not taken over", async () => {
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest },
    answers: [{ fault: "stall" }],
  });
  let second: Promise<Awaited<ReturnType<typeof runCli>>> | undefined;
  const first = await runCli(world, ["run", "lead", "Go.", "--job-id", "job1"], {
    onStart: (child) => {
      const journal = join(world.workspace.directory, ".expert-stack/jobs/job1/job.json");
      const look = setInterval(() => {
        if (!existsSync(journal)) return;
        clearInterval(look);
        second = runCli(world, ["run", "lead", "--continue-job", "job1"]);
        void second.then(() => child.kill("SIGTERM"));
      }, 20);
    },
  });
  const refused = await second;
  expect(refused?.exitCode).toBe(2);
  expect(refused?.stderr).toMatch(/The job in \S+job1 is being worked on by the process \d+\./);
  expect(first.exitCode).toBe(130);
});
