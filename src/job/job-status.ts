import type { RunOutcome } from "./outcome.ts";
import type { JobState } from "./state.ts";
import { rootRunId } from "./state.ts";

/** A job's status as Perstack names it; `stoppedByError` is also one whose time, tokens or money were spent. */
export type JobStatus =
  | "running"
  | "completed"
  | "stoppedByMaxSteps"
  | "stoppedByInteractiveTool"
  | "stoppedByError";

export const jobStatus = (state: JobState): JobStatus => {
  const outcome = state.outcome ?? state.outcomes.get(rootRunId);
  return outcome === undefined ? "running" : statusAfter(outcome);
};

export const statusAfter = (outcome: RunOutcome): Exclude<JobStatus, "running"> => {
  switch (outcome.type) {
    case "completed":
      return "completed";
    case "maxSteps":
      return "stoppedByMaxSteps";
    case "needsInput":
      return "stoppedByInteractiveTool";
    case "maxTokens":
    case "maxCost":
    case "failed":
    case "jobTimeout":
    case "interrupted":
      return "stoppedByError";
    default:
      return outcome satisfies never;
  }
};
