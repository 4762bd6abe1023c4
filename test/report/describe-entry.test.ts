import { expect, test } from "vitest";
import type { JobEvent } from "../../src/job/event.ts";
import { entryTeller } from "../../src/report/describe-entry.ts";
import { describeJob } from "../../src/report/describe-job.ts";
import { describeProblem } from "../../src/report/describe-problem.ts";
import { events, journalOf } from "./journal.ts";

const linesOf = (event: JobEvent): readonly string[] => journalOf([event]).flatMap(entryTeller());
const long = "x".repeat(300);

test("what explains a failure is shown whole, line by line, and none of its lines is a command", () => {
  const message = `${long}\n::error::forged\n\u001b[2Jlast`;
  const explained = [long, "| ::error::forged", "  \\x1b[2Jlast"];
  const error = { name: "SKILL_START_FAILED", message, isRetryable: false };
  expect(linesOf({ type: "note", level: "warning", text: message })).toEqual([
    `warning: ${explained[0]}`,
    ...explained.slice(1),
  ]);
  expect(linesOf({ type: "jobFinished", outcome: { type: "failed", error } })).toEqual([
    `failed: SKILL_START_FAILED: ${explained[0]}`,
    ...explained.slice(1),
  ]);
  const failed = { runId: "r0", step: 2, error, partial: [], durationMs: 1 };
  expect(linesOf({ type: "generationFailed", ...failed })[0]).toBe(`step 2: SKILL_START_FAILED: ${long}`);
});

test("who answered in place of the first model is named, and how long the provider wants to be left alone", () => {
  const error = { name: "ProviderError", message: "slow down", statusCode: 429, isRetryable: true };
  const failed = { runId: "r0", step: 1, partial: [], durationMs: 1 };
  expect(
    linesOf({ type: "generationFailed", ...failed, error: { ...error, retryAfterMs: 600_000 } }),
  ).toEqual([expect.stringMatching(/\(may be tried again in 600\.0 s, as the provider wishes\)$/)]);
  const answer = { runId: "r0", step: 1, parts: [], finishReason: "stop", durationMs: 1_000 } as const;
  const [line] = linesOf({
    type: "generationFinished",
    ...answer,
    usage: { inputTokens: 10, outputTokens: 5, reasoningTokens: 0, cachedInputTokens: 0 },
    model: "gpt-5.1",
    alternative: 1,
  });
  expect(line).toBe("step 1: gpt-5.1 answered, 10 tokens in, 5 out, 1.0 s");
});

test("a tool's result stays one short line", () => {
  const contents = [{ type: "text", text: `one\n  two\n${long}` }] as const;
  const [line = "", ...more] = linesOf({
    type: "toolCallFinished",
    runId: "r0",
    toolCallId: "call_1_0",
    contents,
    isError: false,
    durationMs: 10,
  });
  expect(more).toEqual([]);
  expect(line).toMatch(/^ {2}call_1_0 done in 0\.0 s: one two x+…$/);
  expect(line).toHaveLength(160);
});

test("what a skill says is not cut in a token, which without its end would not be found", () => {
  const token = ["ghp", "q7Z2mX9vK4tR8wL1nB6cY3sD5fG0hJ2kPaWe"].join("_");
  const before = "word ".repeat(24);
  const text = `${before}${token}`;
  expect(`fs: ${text}`).toHaveLength(164);
  expect(linesOf({ type: "skillStderr", runId: "r0", skill: "fs", text })).toEqual([`fs: ${before}…`]);
});

test("a problem is told with what to do about it; a completed job has none", () => {
  const error = { name: "ProviderError", message: "invalid key", statusCode: 401, isRetryable: false };
  expect(describeProblem({ type: "failed", error })).toEqual([
    "error: 401 ProviderError: invalid key",
    expect.stringMatching(/^ {2}Check that the environment .*step's `env:`.* valid key/),
  ]);
  expect(describeProblem({ type: "completed", text: "Done." })).toEqual([]);
});

test("a job is its query, what happened, its whole answer and what it took", () => {
  const lines = describeJob(
    journalOf([
      ...events.slice(0, 3),
      { type: "jobFinished", outcome: { type: "completed", text: "A.\n\n\u001b[1AB." } },
    ]),
  );
  expect(lines.slice(0, 2)).toEqual(["query:", "  review"]);
  expect(lines.slice(-6)).toEqual([
    "completed",
    "answer:",
    "  A.",
    "  ",
    "  \\x1b[1AB.",
    "0 steps, 0 tokens in, 0 out, 3.0 s",
  ]);
});
