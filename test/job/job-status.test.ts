import { describe, expect, test } from "vitest";
import { jobStatus } from "../../src/job/job-status.ts";
import { emptyState } from "../../src/job/state.ts";
import { playJob, unauthorized } from "../helpers/scripted-job.ts";

describe("a job's status", () => {
  test("is running until there is an outcome", () => {
    expect(jobStatus(emptyState)).toBe("running");
  });

  test.each([
    ["completed", { answers: [{ text: "Looks good." }] }],
    ["stoppedByMaxSteps", { answers: [{ calls: [{ tool: "read" }] }], limits: { maxSteps: 1 } }],
    ["stoppedByError", { answers: [{ fails: unauthorized }] }],
    [
      "stoppedByError",
      { answers: [], stopAt: { n: 1, event: { type: "interrupted", signal: "SIGINT" } as const } },
    ],
  ])("is %s", (status, script) => {
    expect(jobStatus(playJob(script).state)).toBe(status);
  });
});
