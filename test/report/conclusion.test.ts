import { describe, expect, it } from "vitest";
import type { RunOutcome } from "../../src/job/outcome.ts";
import { type Conclusion, concludeJob, exitCode } from "../../src/report/conclusion.ts";

const delivered = { failures: [] };

describe("how a job ended", () => {
  const cases: readonly (readonly [RunOutcome, Conclusion])[] = [
    [{ type: "completed", text: "done" }, "success"],
    [{ type: "failed", error: { name: "E", message: "m", isRetryable: false } }, "failure"],
    [{ type: "failed", error: { name: "SKILL_ENV_MISSING", message: "m", isRetryable: false } }, "invalid"],
    [{ type: "maxSteps", limit: 5 }, "limit"],
    [{ type: "jobTimeout", limitMs: 5 }, "limit"],
    [{ type: "interrupted", signal: "SIGTERM" }, "failure"],
  ];

  it.each(cases)("%j is %s", (outcome, expected) => {
    expect(concludeJob(outcome, delivered)).toBe(expected);
  });

  it("is undelivered when the answer came and the comment did not", () => {
    const failures = [{ output: "comment" }];
    expect(concludeJob({ type: "completed", text: "done" }, { failures })).toBe("undelivered");
    expect(concludeJob({ type: "maxSteps", limit: 5 }, { failures })).toBe("limit");
  });
});

describe("the exit code", () => {
  it.each([
    ["success", 0],
    ["planned", 0],
    ["needs-input", 0],
    ["skipped", 0],
    ["denied", 0],
    ["failure", 1],
    ["limit", 1],
    ["undelivered", 1],
    ["invalid", 2],
  ] as const)("of %s is %i", (conclusion, code) => {
    expect(exitCode(conclusion, { skip: "pass", event: "pullRequest" })).toBe(code);
  });

  it.each(["needs-input", "skipped", "denied"] as const)(
    "of %s turns red where a check is required",
    (conclusion) => {
      expect(exitCode(conclusion, { skip: "fail", event: "pullRequest" })).toBe(1);
      expect(exitCode(conclusion, { skip: "fail", event: "other" })).toBe(0);
    },
  );
});
