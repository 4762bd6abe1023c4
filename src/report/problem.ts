import type { Failure, RunOutcome } from "../job/outcome.ts";
import type { Problem } from "./job-report.ts";

const byName: Readonly<Record<string, string>> = {
  Defect: "This is a defect of Expert Stack. Please report it, with this text.",
  TruncatedStream: "The provider's answer broke off. Run the job again.",
  EmptyAnswer: "The model answered nothing. Run the job again or choose another model.",
  OutputTokenLimit:
    "The answer was cut at the model's output limit. Ask for a shorter answer or choose a model with a larger one.",
  Refusal: "The model declined. Rephrase the query or choose another model.",
  GenerationTimeout: "The model took too long. Raise `timeout` in the manifest or lower `reasoning-budget`.",
  SKILL_ENV_MISSING: "Set the variable in the environment (in a workflow: the step's `env:`).",
  SKILL_START_FAILED: "The skill's own words are above; run its command by hand to see more.",
  SKILL_REFUSED: "Change the skill as the message says.",
  TOOL_NAME_COLLISION: "Leave the tool out of one of the two skills with `omit`.",
  REPLAY_EXHAUSTED: "The recording holds fewer answers than the job asked for. Record it again.",
};

const byStatus = (status: number): string => {
  if (status === 401 || status === 403)
    return "Check that the environment (in a workflow: the step's `env:`) holds a valid key of this provider and that the key may use the model.";
  if (status === 402) return "The provider account has no credit left. Top it up.";
  if (status === 404)
    return "Check `model` and the provider's `baseUrl`: the provider does not know one of them.";
  if (status === 413)
    return "The conversation is too large for the model. Narrow the query or choose a larger model.";
  if (status === 429) return "The provider's rate limit was reached. Wait, or raise `max-retries`.";
  if (status >= 500)
    return "The provider had a problem of its own. Run the job again, or raise `max-retries`.";
  return "The provider refused the request; its message says why.";
};

/** What a person can do about a failed Run. */
export const remedyOf = (failure: Failure): string => {
  if (failure.statusCode !== undefined) return byStatus(failure.statusCode);
  const known = Object.hasOwn(byName, failure.name) ? byName[failure.name] : undefined;
  if (known !== undefined) return known;
  return failure.isRetryable
    ? "The provider could not be reached. Check the network and `baseUrl`, then run the job again."
    : "The job's `events.jsonl` shows what led to it.";
};

const failureProblem = (error: Failure): Problem => ({
  message: `${error.name}: ${error.message}`,
  ...(error.statusCode === undefined ? {} : { statusCode: error.statusCode }),
  remedy: remedyOf(error),
});

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** Why the job did not complete, or undefined when it did. */
export const problemOf = (outcome: RunOutcome): Problem | undefined => {
  switch (outcome.type) {
    case "completed":
    case "needsInput":
      return undefined;
    case "failed":
      return failureProblem(outcome.error);
    case "maxSteps":
      return {
        message: `The job reached its limit of ${outcome.limit} steps.`,
        remedy: "Raise `max-steps`, or ask for less at a time.",
      };
    case "maxTokens":
      return {
        message: `What is left of the job's ${outcome.limit} tokens does not cover another request.`,
        remedy: "Raise `max-tokens`, or ask for less at a time.",
      };
    case "maxCost":
      return {
        message: `What is left of the job's $${outcome.limitUsd} does not cover another request.`,
        remedy: "Raise `max-cost-usd`, or ask for less at a time.",
      };
    case "jobTimeout":
      return {
        message: `The job reached its limit of ${seconds(outcome.limitMs)}.`,
        remedy: "Raise `timeout-minutes`, or ask for less at a time.",
      };
    case "interrupted":
      return {
        message: `The job was stopped by ${outcome.signal}.`,
        remedy: "Go on with it, or run it again.",
      };
    default:
      return outcome satisfies never;
  }
};
