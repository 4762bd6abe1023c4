import { invalidCodes } from "../errors.ts";
import type { RunOutcome } from "../job/outcome.ts";

/** How a job ended for the person who waits for it: computed from what was delivered, not from what was said. */
export type Conclusion =
  | "success"
  | "planned"
  | "needs-input"
  | "skipped"
  | "denied"
  | "failure"
  | "limit"
  | "undelivered"
  | "invalid";

/** What was planned to leave the job and did not. */
export type Deliveries = { readonly failures: readonly { readonly output: string }[] };

/**
 * A job that was interrupted is a failure; the host that saw the signal exits with 130. One that failed because of
 * what a person wrote, such as a skill without its variable, is invalid.
 */
export const concludeJob = (outcome: RunOutcome, deliveries: Deliveries): Conclusion => {
  switch (outcome.type) {
    case "completed":
      return deliveries.failures.length === 0 ? "success" : "undelivered";
    case "failed":
      return invalidCodes.some((code) => code === outcome.error.name) ? "invalid" : "failure";
    case "interrupted":
      return "failure";
    case "needsInput":
      return deliveries.failures.length === 0 ? "needs-input" : "undelivered";
    case "maxSteps":
    case "maxTokens":
    case "maxCost":
    case "jobTimeout":
      return "limit";
    default:
      return outcome satisfies never;
  }
};

/**
 * The process's exit code: 0, 1 for what did not work, 2 for what the person must change.
 *
 * A job that did nothing passes, except where a pull request may require it: there `on-skip: fail` turns it red.
 */
export const exitCode = (
  conclusion: Conclusion,
  on: { readonly skip: "pass" | "fail"; readonly event: "pullRequest" | "other" },
): 0 | 1 | 2 => {
  switch (conclusion) {
    case "success":
    case "planned":
      return 0;
    case "needs-input":
    case "skipped":
    case "denied":
      return on.skip === "fail" && on.event === "pullRequest" ? 1 : 0;
    case "failure":
    case "limit":
    case "undelivered":
      return 1;
    case "invalid":
      return 2;
    default:
      return conclusion satisfies never;
  }
};
