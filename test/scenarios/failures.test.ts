import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JobHead } from "../../src/run/ports.ts";
import { type ExpertRun, type ExpertScene, manifestOf, startScene } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { readZip } from "../helpers/read-zip.ts";

const reviewed = "Looks good to me.";
const good: ScriptedAnswer = { text: reviewed };

const pullRequest = async (answers: readonly ScriptedAnswer[], manifest = manifestOf()) =>
  await startScene({ on: "pull request", answers, manifest });

/** The record is whole on disk, is the artifact's, and nothing runs any more. */
const expectRecorded = (scene: ExpertScene, run: ExpertRun, status: JobHead["status"]) => {
  const recorded = run.recorded();
  expect(recorded.head.status).toBe(status);
  const uploaded = readZip(scene.world.results.artifacts.at(-1)?.bytes ?? Buffer.alloc(0));
  expect(
    uploaded
      .get("events.jsonl")
      ?.toString()
      .split("\n")
      .filter((line) => line !== ""),
  ).toHaveLength(recorded.entries.length);
  expect(run.orphans).toEqual([]);
  expect(run.log).not.toContain("defect of Expert Stack");
  return recorded;
};

/** Red, with the cause where people look: the annotation, the job's page, the thread. */
const expectFailure = (scene: ExpertScene, run: ExpertRun, cause: readonly (string | RegExp)[]) => {
  expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "failure"]);
  expect(run.log).toMatch(/^::error title=Expert Stack%3A failure::/m);
  expect(run.comments).toHaveLength(1);
  for (const words of cause) {
    expect(run.summary).toMatch(words);
    expect(run.comments[0]).toMatch(words);
  }
  return expectRecorded(scene, run, "stoppedByError");
};

const expectSuccess = (scene: ExpertScene, run: ExpertRun) => {
  expect([run.exitCode, run.outputs.conclusion, run.outputs["final-message"]]).toEqual([
    0,
    "success",
    reviewed,
  ]);
  expect(run.summary).toContain(reviewed);
  expect(run.comments).toHaveLength(1);
  expect(run.comments[0]).toContain(reviewed);
  return expectRecorded(scene, run, "completed");
};

/** Milliseconds between the requests the model got. */
const waits = ({ world }: ExpertScene): readonly number[] =>
  world.model.requests.slice(1).map(({ at }, index) => at - (world.model.requests[index]?.at ?? at));

describe("a provider that refuses", () => {
  test.each([
    [401, "authentication_error", "invalid x-api-key", /valid key/],
    [
      400,
      "invalid_request_error",
      "prompt is too long: 250000 tokens > 200000 maximum",
      /refused the request/,
    ],
    [404, "not_found_error", "model: claude-nope", /Check `model`/],
  ] as const)("with %i is asked once and its words are shown", async (status, type, message, remedy) => {
    await using scene = await pullRequest([{ status, type, message }]);
    const run = await scene.run();
    const recorded = expectFailure(scene, run, [
      `The provider answered with status ${status}`,
      message,
      remedy,
    ]);
    expect(scene.world.model.requests).toHaveLength(1);
    expect(recorded.outcome).toMatchObject({ type: "failed", error: { statusCode: status, message } });
    expect(run.outputs["final-message"]).toBe("");
  });
});

const rateLimited: ScriptedAnswer = {
  status: 429,
  type: "rate_limit_error",
  message: "This request would exceed your rate limit.",
};
const overloaded: ScriptedAnswer = { status: 529, type: "overloaded_error", message: "Overloaded" };

describe("a provider that cannot answer now", () => {
  test("says how long to wait, and is not asked before", async () => {
    await using scene = await pullRequest([{ ...rateLimited, headers: { "retry-after": "2" } }, good]);
    const run = await scene.run();
    expectSuccess(scene, run);
    expect(waits(scene)).toHaveLength(1);
    expect(waits(scene)[0]).toBeGreaterThanOrEqual(2_000);
    expect(run.summary).toContain("1 request to the model failed");
  });

  test("asks for a longer wait than a runner should be billed for, and is not waited for", async () => {
    await using scene = await pullRequest([{ ...rateLimited, headers: { "retry-after": "3600" } }]);
    const run = await scene.run();
    expectFailure(scene, run, ["status 429", "would exceed your rate limit"]);
    expect(run.elapsedMs).toBeLessThan(10_000);
  });

  test("limits the rate without saying for how long, until the retries are used up", async () => {
    await using scene = await pullRequest([rateLimited, rateLimited]);
    const run = await scene.run({ inputs: { "max-retries": "1" } });
    expectFailure(scene, run, ["status 429", "would exceed your rate limit", /raise `max-retries`/]);
    expect(waits(scene)).toHaveLength(1);
    expect(waits(scene)[0]).toBeGreaterThanOrEqual(1_000);
  });

  test("is overloaded once", async () => {
    await using scene = await pullRequest([overloaded, good]);
    const recorded = expectSuccess(scene, await scene.run());
    expect(recorded.events("generationFailed").map(({ error }) => error.statusCode)).toEqual([529]);
  });

  test("is overloaded for ever", async () => {
    await using scene = await pullRequest([overloaded, overloaded, good]);
    const run = await scene.run({ inputs: { "max-retries": "1" } });
    expectFailure(scene, run, ["status 529", "Overloaded", /problem of its own/]);
    expect(scene.world.model.requests).toHaveLength(2);
  });
});

describe("a connection that fails", () => {
  const faults = [
    ["reset before the answer", "reset", /ECONNRESET|socket hang up|other side closed/],
    ["reset in the middle of the answer", "resetMidStream", /terminated|ECONNRESET/],
    ["an answer that ends half way", "truncate", /ended in the middle of an answer/],
    ["an overload in the middle of the answer", "overloadedMidStream", /Overloaded/],
  ] as const;

  test.each(faults)("%s: the answer after it is the whole answer", async (_, fault) => {
    await using scene = await pullRequest([{ fault }, good]);
    const recorded = expectSuccess(scene, await scene.run());
    expect(recorded.events("generationFailed")).toHaveLength(1);
    const [retried] = scene.world.model.requests.slice(1);
    expect(JSON.stringify(retried?.body)).not.toContain("never going to be whole");
  });

  test.each(faults)("%s, again and again: failure", async (_, fault, cause) => {
    await using scene = await pullRequest([{ fault }, { fault }]);
    const run = await scene.run({ inputs: { "max-retries": "1" } });
    expectFailure(scene, run, [cause]);
    expect(run.comments[0]).not.toContain("never going to be whole");
  });
});

describe("time", () => {
  test("a model that stalls is left after the manifest's `timeout`", async () => {
    await using scene = await pullRequest([{ fault: "stall" }], manifestOf({ top: "timeout = 500" }));
    const run = await scene.run({ inputs: { "max-retries": "0" } });
    expectFailure(scene, run, [/no complete answer within 0\.5 s/, /Raise `timeout`/]);
    expect(run.elapsedMs).toBeLessThan(10_000);
  });

  test("a model that stalls once is asked again", async () => {
    await using scene = await pullRequest([{ fault: "stall" }, good], manifestOf({ top: "timeout = 1000" }));
    expectSuccess(scene, await scene.run());
  });

  test("a job is stopped after `timeout-minutes`, in the middle of a call", async () => {
    await using scene = await pullRequest([
      { toolCalls: [{ name: "exec", args: { command: "sleep", args: ["600"] } }] },
    ]);
    const shortMinute = join(import.meta.dirname, "../fixtures/preload/short-minute.mjs");
    const run = await scene.run({
      inputs: { "timeout-minutes": "1" },
      env: { NODE_OPTIONS: `--import=${shortMinute}` },
    });
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "limit"]);
    for (const text of [run.summary, run.comments[0]]) {
      expect(text).toContain("reached its limit of 60 s");
      expect(text).toContain("Raise `timeout-minutes`");
    }
    const recorded = expectRecorded(scene, run, "stoppedByError");
    expect(recorded.outcome).toEqual({ type: "jobTimeout", limitMs: 60_000 });
    expect(run.elapsedMs).toBeLessThan(15_000);
  });
});

describe("an answer that is none", () => {
  test("a refusal is not asked again", async () => {
    await using scene = await pullRequest([{ fault: "refusal" }, good]);
    const run = await scene.run();
    expectFailure(scene, run, ["refused to answer", /Rephrase the query/]);
    expect(scene.world.model.requests).toHaveLength(1);
  });

  test("a cut answer is shown, and said to be cut", async () => {
    await using scene = await pullRequest([
      { text: "First finding: the loop never", finishReason: "length" },
    ]);
    const run = await scene.run();
    expectFailure(scene, run, ["cut off at its output token limit", "First finding: the loop never"]);
    expect(run.outputs["final-message"]).toBe("First finding: the loop never");
  });

  test("an empty answer is asked for again", async () => {
    await using scene = await pullRequest([{ text: "" }, good]);
    expectSuccess(scene, await scene.run());
  });

  test("empty answers until the retries are used up are a failure", async () => {
    await using scene = await pullRequest([{ text: "" }, { text: "" }, good]);
    const run = await scene.run({ inputs: { "max-retries": "1" } });
    expectFailure(scene, run, ["neither text nor a tool call", /choose another model/]);
    expect(scene.world.model.requests).toHaveLength(2);
  });
});

describe("a call that cannot be made", () => {
  test.each([
    ["an unknown tool", "noSuchTool", "{}", /UnknownTool.*no tool \\"noSuchTool\\".*readTextFile/],
    ["arguments that break the schema", "readTextFile", '{"path": 7}', /InvalidArguments.*path.*string/],
    ["a missing argument", "readTextFile", "{}", /InvalidArguments.*'path'/],
    ["arguments that are no JSON", "readTextFile", '{"path": "a.t', /InvalidArguments.*not a JSON object/],
    ["arguments that are no object", "readTextFile", '["a.txt"]', /InvalidArguments.*not a JSON object/],
  ] as const)("%s: the model is told, and goes on", async (_, call, rawArguments, error) => {
    await using scene = await pullRequest([{ call, rawArguments }, good]);
    const run = await scene.run();
    const [heard, ...others] = expectSuccess(scene, run).heard;
    expect(others).toEqual([]);
    expect(heard).toMatchObject({ tool: call, isError: true });
    expect(heard?.text).toMatch(error);
    expect(JSON.stringify(scene.world.model.requests[1]?.body.messages)).toContain(
      JSON.stringify(heard?.text).slice(1, -1),
    );
  });

  test("completion with open todos is refused, and accepted once they are done", async () => {
    await using scene = await pullRequest([
      { toolCalls: [{ name: "todo", args: { newTodos: ["read a.txt"] } }] },
      { text: "Done already.", toolCalls: [{ name: "attemptCompletion", args: {} }] },
      { toolCalls: [{ name: "todo", args: { completedTodos: [0] } }] },
      { text: reviewed, toolCalls: [{ name: "attemptCompletion", args: {} }] },
    ]);
    const recorded = expectSuccess(scene, await scene.run());
    const answers = recorded.heard.filter(({ tool }) => tool === "attemptCompletion");
    expect(answers[0]?.text).toContain("read a.txt");
    expect(answers).toHaveLength(2);
  });
});

test("a job that goes on and on is stopped after `max-steps`", async () => {
  const read: ScriptedAnswer = { toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] };
  await using scene = await pullRequest([read, read, read]);
  const run = await scene.run({ inputs: { "max-steps": "2" } });
  expect([run.exitCode, run.outputs.conclusion, run.outputs.steps]).toEqual([1, "limit", "2"]);
  for (const text of [run.summary, run.comments[0]]) {
    expect(text).toContain("reached its limit of 2 steps");
    expect(text).toContain("Raise `max-steps`");
  }
  expect(scene.world.model.requests).toHaveLength(2);
  expectRecorded(scene, run, "stoppedByMaxSteps");
});
