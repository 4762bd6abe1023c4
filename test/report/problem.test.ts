import { describe, expect, it } from "vitest";
import { problemOf, remedyOf } from "../../src/report/problem.ts";

const failure = { name: "ProviderError", message: "nope", isRetryable: false };

describe("what to do", () => {
  it.each([
    [401, /valid key/],
    [402, /credit/],
    [404, /`model`/],
    [413, /too large/],
    [429, /rate limit/],
    [529, /again/],
    [400, /refused the request/],
  ])("about status %i", (statusCode, expected) => {
    expect(remedyOf({ ...failure, statusCode })).toMatch(expected);
  });

  it.each([
    ["OutputTokenLimit", /output limit/],
    ["Refusal", /declined/],
    ["toString", /events\.jsonl/],
  ])("about %s", (name, expected) => {
    expect(remedyOf({ ...failure, name })).toMatch(expected);
  });

  it("about a provider that did not answer", () => {
    expect(remedyOf({ ...failure, isRetryable: true })).toMatch(/network/);
  });
});

it("a completed Run has no problem, each other one says what happened", () => {
  expect(problemOf({ type: "completed", text: "" })).toBeUndefined();
  expect(problemOf({ type: "failed", error: { ...failure, statusCode: 401 } })).toMatchObject({
    message: "ProviderError: nope",
    statusCode: 401,
  });
  expect(problemOf({ type: "maxSteps", limit: 12 })?.message).toBe("The job reached its limit of 12 steps.");
  expect(problemOf({ type: "jobTimeout", limitMs: 90_000 })?.message).toBe(
    "The job reached its limit of 90 s.",
  );
  expect(problemOf({ type: "interrupted", signal: "SIGTERM" })?.message).toBe(
    "The job was stopped by SIGTERM.",
  );
});
