import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { type CliWorld, eventLines, runCli, startCliWorld } from "../helpers/run-cli.ts";

const manifest = `model = "claude-sonnet-4-5"

[provider]
providerName = "anthropic"

[experts.asker]
instruction = "You ask before you act."

[experts.asker.skills.people]
type = "interactiveSkill"

[experts.asker.skills.people.tools.askUser]
description = "Asks a person."
inputJsonSchema = '{"type":"object","properties":{"question":{"type":"string"}},"required":["question"]}'
`;

const look: ScriptedAnswer = { toolCalls: [{ name: "listDirectory", args: { path: "." } }] };
const ask: ScriptedAnswer = {
  text: "I need to know something.",
  toolCalls: [
    { name: "askUser", args: { question: "Which branch?" } },
    { name: "listDirectory", args: { path: "." } },
  ],
};

const startWorld = async (answers: readonly ScriptedAnswer[]): Promise<CliWorld> =>
  await startCliWorld({ files: { "perstack.toml": manifest, "a.txt": "one\n" }, answers });

const lastMessages = (world: CliWorld) => JSON.stringify(world.model.requests.at(-1)?.body.messages);

describe("a question to a person", () => {
  test("stops the job with what is settled kept, and the answer takes it on", async () => {
    await using world = await startWorld([ask, { text: "On main, then." }]);
    const asked = await runCli(world, ["run", "asker", "Release it."]);
    expect(asked.exitCode).toBe(0);
    expect(world.recorded().head.status).toBe("stoppedByInteractiveTool");
    expect(eventLines(asked).at(-1)).toMatchObject({
      type: "stopRunByInteractiveTool",
      checkpoint: {
        status: "stoppedByInteractiveTool",
        pendingToolCalls: [{ toolName: "askUser", args: { question: "Which branch?" } }],
        partialToolResults: [{ toolName: "listDirectory" }],
      },
    });
    const answered = await runCli(world, ["run", "asker", "main", "--continue", "-i"]);
    expect(answered.exitCode).toBe(0);
    expect(eventLines(answered).at(-1)).toMatchObject({ type: "completeRun", text: "On main, then." });
    expect(lastMessages(world)).toContain('"main"');
    const job = world.recorded();
    expect(job.heard).toEqual([
      { tool: "askUser", text: "main", isError: false },
      expect.objectContaining({ tool: "listDirectory" }),
    ]);
    // The directory was listed once: what was settled is not run again.
    expect(job.events("toolCallFinished")).toHaveLength(2);
  });

  test("is shown on a terminal's log with how to answer it", async () => {
    await using world = await startWorld([ask]);
    const run = await runCli(world, ["run", "asker", "Release it.", "--progress", "plain"]);
    expect(run.stderr).toContain('askUser {"question":"Which branch?"}');
    expect(run.stderr).toContain(`run asker "<answer>" --continue-job ${world.jobs()[0]} -i`);
  });

  test("may be passed over by saying something else", async () => {
    await using world = await startWorld([ask, { text: "Never mind, then." }]);
    await runCli(world, ["run", "asker", "Release it."]);
    const run = await runCli(world, ["run", "asker", "Forget the release.", "--continue"]);
    expect(run.exitCode).toBe(0);
    expect(lastMessages(world)).toContain("NotAnswered");
    expect(lastMessages(world)).toContain("Forget the release.");
  });
});

describe("a job that is continued", () => {
  test("goes on from its last word with what is said next", async () => {
    await using world = await startWorld([{ text: "One." }, { text: "Two." }]);
    await runCli(world, ["run", "asker", "First?"]);
    const run = await runCli(world, ["run", "asker", "And second?", "--continue"]);
    expect(run.exitCode).toBe(0);
    expect(eventLines(run).at(-1)).toMatchObject({ type: "completeRun", text: "Two." });
    expect(world.model.requests.at(-1)?.body.messages).toMatchObject([
      { role: "user" },
      { role: "assistant" },
      { role: "user" },
    ]);
    expect(world.jobs()).toHaveLength(1);
  });

  test("has a larger budget when it is given one, and counts on from where it was", async () => {
    await using world = await startWorld([look, look, { text: "Done." }]);
    const stopped = await runCli(world, ["run", "asker", "Go.", "--max-steps", "2"]);
    expect(stopped.exitCode).toBe(1);
    const run = await runCli(world, ["run", "asker", "--continue", "--max-steps", "3"]);
    expect(run.exitCode).toBe(0);
    expect(world.recorded().head.totals.steps).toBe(3);
    expect(world.model.requests).toHaveLength(3);
  });

  test("is the one that was worked on last, not the one that began last", async () => {
    await using world = await startWorld([
      { text: "A." },
      { text: "B." },
      { text: "A again." },
      { text: "And again." },
    ]);
    await runCli(world, ["run", "asker", "Go.", "--job-id", "a"]);
    await runCli(world, ["run", "asker", "Go.", "--job-id", "b"]);
    await runCli(world, ["run", "asker", "More.", "--continue-job", "a"]);
    await runCli(world, ["run", "asker", "And more.", "--continue"]);
    expect(world.recorded("a").outcome).toEqual({ type: "completed", text: "And again." });
    expect(world.recorded("b").outcome).toEqual({ type: "completed", text: "B." });
  });

  test("is none while a newer one cannot be read, which may be the one that is meant", async () => {
    await using world = await startWorld([{ text: "A." }, { text: "B." }]);
    await runCli(world, ["run", "asker", "Go.", "--job-id", "a"]);
    await runCli(world, ["run", "asker", "Go.", "--job-id", "b"]);
    writeFileSync(join(world.workspace.directory, ".expert-stack/jobs/b/job.json"), "x");
    const run = await runCli(world, ["run", "asker", "More.", "--continue"]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("The newest job here, b, cannot be read");
    expect(world.model.requests).toHaveLength(2);
  });

  test("is told with what the person has to say again, and with a budget that suffices", async () => {
    await using world = await startWorld([{ text: "Never asked." }]);
    const args = ["run", "asker", "Go.", "--max-tokens", "10", "--model", "claude-haiku-4-5"];
    const stopped = await runCli(world, args);
    const [, advised = ""] = /Go on with: expert-stack (run .*)/.exec(stopped.stderr) ?? [];
    expect(advised).toContain(" --model claude-haiku-4-5 ");
    expect((await runCli(world, advised.split(" "))).exitCode).toBe(0);
    expect(world.model.requests[0]?.body.model).toBe("claude-haiku-4-5");
  });

  test("keeps its budget in tokens unless it is given another one", async () => {
    const again: ScriptedAnswer = { ...look, usage: { input: 4_000, output: 1_000 } };
    await using world = await startWorld(Array.from({ length: 20 }, () => again));
    const stopped = await runCli(world, ["run", "asker", "Go.", "--max-tokens", "12000"]);
    const [, advised = ""] = /Go on with: expert-stack (run .*)/.exec(stopped.stderr) ?? [];
    expect(advised).toMatch(/--continue-job \S+ --max-tokens 24000$/);
    const silent = await runCli(world, ["run", "asker", "--continue"]);
    expect(silent.exitCode).toBe(1);
    const { usage } = world.recorded().head.totals;
    expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(12_000);
    await runCli(world, advised.split(" "));
    const more = world.recorded().head.totals.usage;
    expect(more.inputTokens + more.outputTokens).toBeGreaterThan(12_000);
    expect(more.inputTokens + more.outputTokens).toBeLessThanOrEqual(24_000);
  });

  test("is not begun again where its steps are spent", async () => {
    await using world = await startWorld([look, look]);
    await runCli(world, ["run", "asker", "Go.", "--max-steps", "2", "--job-id", "job1"]);
    const run = await runCli(world, ["run", "asker", "--continue", "--max-steps", "2"]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(
      'The job "job1" has taken 2 steps already, and the limit is 2 for all of it.',
    );
  });

  test("from its newest checkpoint goes on as it is: what was done since is not done again", async () => {
    await using world = await startWorld([ask, { text: "On main, then." }]);
    const asked = await runCli(world, ["run", "asker", "Release it.", "--job-id", "job1"]);
    const stop = eventLines(asked).at(-1);
    const id = /[0-9a-f]{64}/.exec(JSON.stringify(stop))?.[0] ?? "";
    const run = await runCli(world, [
      "run",
      "asker",
      "main",
      "--continue-job",
      "job1",
      "--resume-from",
      id,
      "-i",
    ]);
    expect(run.exitCode).toBe(0);
    expect(world.jobs()).toEqual(["job1"]);
    expect(world.recorded("job1").outcome).toEqual({ type: "completed", text: "On main, then." });
  });

  test("from an earlier checkpoint is a job of its own, and the first stays what it was", async () => {
    await using world = await startWorld([look, { text: "One." }, { text: "Another." }]);
    await runCli(world, ["run", "asker", "Go.", "--job-id", "first"]);
    const before = world.recorded("first");
    const stream = await runCli(world, [
      "run",
      "asker",
      "--resume-from",
      "nonsense",
      "--continue-job",
      "first",
    ]);
    expect(stream.exitCode).toBe(2);
    // The checkpoint after the first step: the second of the three there are.
    const ids = [...stream.stderr.matchAll(/[0-9a-f]{64}/g)].map(([text]) => text);
    expect(ids).toHaveLength(3);
    const run = await runCli(world, [
      "run",
      "asker",
      "--continue-job",
      "first",
      "--resume-from",
      ids[1] ?? "",
    ]);
    expect(run.exitCode).toBe(0);
    expect(eventLines(run).at(-1)).toMatchObject({ type: "completeRun", text: "Another." });
    const [fork = ""] = world.jobs().filter((job) => job !== "first");
    expect(world.recorded(fork).outcome).toEqual({ type: "completed", text: "Another." });
    expect(world.recorded("first").entries).toEqual(before.entries);
  });

  test.each([
    ["no job is there", ["run", "asker", "x", "--continue"], 'There is no job of "asker" here to continue.'],
    [
      "the job named is not there",
      ["run", "asker", "x", "--continue-job", "nope"],
      'There is no job "nope" here.',
    ],
  ])("is refused when %s", async (_, args, message) => {
    await using world = await startWorld([]);
    const run = await runCli(world, args);
    expect([run.exitCode, world.model.requests.length]).toEqual([2, 0]);
    expect(run.stderr).toContain(message);
  });

  test("is refused without a word to say when it has said its last, and with an answer when it asked nothing", async () => {
    await using world = await startWorld([{ text: "One." }]);
    await runCli(world, ["run", "asker", "Go.", "--job-id", "first"]);
    const silent = await runCli(world, ["run", "asker", "--continue"]);
    expect(silent.exitCode).toBe(2);
    expect(silent.stderr).toContain('The job "first" has said its last word.');
    const answer = await runCli(world, ["run", "asker", "main", "-i"]);
    expect(answer.exitCode).toBe(2);
    expect(answer.stderr).toContain('The job "first" waits for no answer.');
    expect(world.recorded("first").head.status).toBe("completed");
  });
});
