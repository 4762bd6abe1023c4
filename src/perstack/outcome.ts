import { statusAfter } from "../job/job-status.ts";
import type { Failure, RunOutcome } from "../job/outcome.ts";

export type CheckpointStatus =
  | "init"
  | "proceeding"
  | "completed"
  | "stoppedByInteractiveTool"
  | "stoppedByDelegate"
  | "stoppedByExceededMaxSteps"
  | "stoppedByError";

export type PerstackError = {
  readonly name: string;
  readonly message: string;
  readonly statusCode?: number;
  readonly isRetryable: boolean;
};

/** A Run's status is a job's, but for one word. */
export const statusOf = (outcome: RunOutcome): CheckpointStatus => {
  const status = statusAfter(outcome);
  return status === "stoppedByMaxSteps" ? "stoppedByExceededMaxSteps" : status;
};

/** Perstack knows no deadline, no signal and no budget but steps, so all of them are errors whose name says what they are. */
export const errorOf = (outcome: RunOutcome): PerstackError | undefined => {
  switch (outcome.type) {
    case "failed":
      return failureError(outcome.error);
    case "jobTimeout": {
      const message = `The job did not end within ${outcome.limitMs / 1000} s.`;
      return { name: "JobTimeout", message, isRetryable: false };
    }
    case "interrupted": {
      const message = `The job was interrupted by ${outcome.signal}.`;
      return { name: "JobInterrupted", message, isRetryable: false };
    }
    case "maxTokens": {
      const message = `The job's budget of ${outcome.limit} tokens is spent.`;
      return { name: "TokenBudgetSpent", message, isRetryable: false };
    }
    case "maxCost": {
      const message = `The job's budget of $${outcome.limitUsd} is spent.`;
      return { name: "CostBudgetSpent", message, isRetryable: false };
    }
    case "completed":
    case "needsInput":
    case "maxSteps":
      return undefined;
    default:
      return outcome satisfies never;
  }
};

const failureError = ({ name, message, statusCode, isRetryable }: Failure): PerstackError => ({
  name,
  message,
  ...(statusCode === undefined ? {} : { statusCode }),
  isRetryable,
});

/** A job that went on after it was cut off: whoever was at work then ended there, and nobody could say so. */
export const cutOff: PerstackError = {
  name: "JobCutOff",
  message: "The job was cut off here and goes on later.",
  isRetryable: false,
};
