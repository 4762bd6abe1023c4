import type { Failure, RunOutcome } from "../job/outcome.ts";
import { seconds } from "./seconds.ts";

/** `429 ProviderError: …`, as people search for it. */
export const describeFailure = (failure: Failure): string =>
  `${failure.statusCode === undefined ? "" : `${failure.statusCode} `}${failure.name}: ${failure.message}`;

/** How a job ended, in one sentence. */
export const describeOutcome = (outcome: RunOutcome): string => {
  switch (outcome.type) {
    case "completed":
      return "completed";
    case "failed":
      return `failed: ${describeFailure(outcome.error)}`;
    case "needsInput":
      return "stopped: waits for an answer";
    case "maxSteps":
      return `stopped: the limit of ${outcome.limit} steps was reached`;
    case "maxTokens":
      return `stopped: what is left of ${outcome.limit} tokens does not cover the next request`;
    case "maxCost":
      return `stopped: what is left of $${outcome.limitUsd} does not cover the next request`;
    case "jobTimeout":
      return `stopped: the job's time of ${seconds(outcome.limitMs)} was over`;
    case "interrupted":
      return `stopped by ${outcome.signal}`;
    default:
      return outcome satisfies never;
  }
};
