import type { JobState } from "./state.ts";
import { rootRunId } from "./state.ts";

/** A job's status as Perstack names it; `stoppedByError` is also a job that was timed out or interrupted. */
export type JobStatus =
  | "running"
  | "completed"
  | "stoppedByMaxSteps"
  | "stoppedByInteractiveTool"
  | "stoppedByError";

export const jobStatus = (state: JobState): JobStatus => {
  const outcome = state.outcome ?? state.outcomes.get(rootRunId);
  switch (outcome?.type) {
    case undefined:
      return "running";
    case "completed":
      return "completed";
    case "maxSteps":
      return "stoppedByMaxSteps";
    case "failed":
    case "jobTimeout":
    case "interrupted":
      return "stoppedByError";
    default:
      return outcome satisfies never;
  }
};
