import type { Failure, RunOutcome } from "../job/outcome.ts";
import type { JobState, Run } from "../job/state.ts";
import { noUsage } from "../job/usage.ts";
import type { ReadBlob } from "./content-part.ts";
import { instructionMessage, type PerstackMessage, perstackMessage } from "./message.ts";
import {
  type PerstackToolCall,
  type PerstackToolResult,
  perstackToolCall,
  perstackToolResult,
} from "./tool-call.ts";
import { type PerstackUsage, perstackUsage } from "./usage.ts";

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

/** A checkpoint as the stream carries it: without its messages, which the stream has already shown. */
export type EmbeddedCheckpoint = {
  /** Id of the newest checkpoint the job can be resumed from. */
  readonly id: string;
  readonly jobId: string;
  readonly runId: string;
  readonly status: CheckpointStatus;
  readonly stepNumber: number;
  readonly expert: { readonly key: string; readonly name: string; readonly version: string };
  readonly usage: PerstackUsage;
  readonly pendingToolCalls?: readonly PerstackToolCall[];
  readonly partialToolResults?: readonly PerstackToolResult[];
  readonly metadata: { readonly runtime: "local" };
  readonly error?: PerstackError;
};

export type PerstackCheckpoint = EmbeddedCheckpoint & { readonly messages: readonly PerstackMessage[] };

/** The Run's state with everything a Perstack checkpoint has; nothing when there is no such Run. */
export const checkpointOf = (
  state: JobState,
  runId: string,
  readBlob?: ReadBlob,
): PerstackCheckpoint | undefined => {
  const run = state.runs.get(runId);
  if (run === undefined) return undefined;
  const outcome = state.outcomes.get(runId);
  const stepNumber = outcome?.type === "maxSteps" ? run.checkpoint.step : run.step;
  const messages = [
    instructionMessage(runId, run.system),
    ...run.messages.map((message, index) => perstackMessage(message, { runId, index }, readBlob)),
  ];
  const status = outcome === undefined ? "proceeding" : statusOf(outcome);
  return { ...embeddedCheckpoint(state, run, { status, stepNumber, readBlob }), messages };
};

export const embeddedCheckpoint = (
  state: JobState,
  run: Run,
  at: {
    readonly status: CheckpointStatus;
    readonly stepNumber: number;
    readonly readBlob?: ReadBlob | undefined;
  },
): EmbeddedCheckpoint => {
  const outcome = state.outcomes.get(run.id);
  return {
    id: run.checkpoint.id,
    jobId: state.started?.jobId ?? "",
    runId: run.id,
    status: at.status,
    stepNumber: at.stepNumber,
    expert: expertOf(state, run.expert),
    usage: perstackUsage(run.usage),
    ...toolCallsUnderWay(run, at.readBlob),
    metadata: { runtime: "local" },
    ...(outcome === undefined ? {} : stoppingError(outcome)),
  };
};

/** For a Run that ended before it began, because a skill did not start or the job was stopped. */
export const unstartedCheckpoint = (
  state: JobState,
  runId: string,
  outcome: RunOutcome,
): EmbeddedCheckpoint => ({
  id: `${runId}.unstarted`,
  jobId: state.started?.jobId ?? "",
  runId,
  status: statusOf(outcome),
  stepNumber: 1,
  expert: expertOf(state, state.started?.coordinator ?? ""),
  usage: perstackUsage(noUsage),
  metadata: { runtime: "local" },
  ...stoppingError(outcome),
});

const expertOf = (state: JobState, key: string): EmbeddedCheckpoint["expert"] => {
  const expert = state.started?.experts.find((candidate) => candidate.key === key);
  return { key, name: expert?.name ?? key, version: expert?.version ?? "" };
};

/** Calls without a result yet, and the results that are already there: what Perstack resumes from. */
export const toolCallsUnderWay = (
  run: Run,
  readBlob?: ReadBlob,
): Pick<EmbeddedCheckpoint, "pendingToolCalls" | "partialToolResults"> => {
  if (run.phase.type !== "callingTools") return {};
  const { calls, results } = run.phase;
  const pending = calls.filter((call) => !results.some((result) => result.id === call.id));
  return {
    pendingToolCalls: pending.map((call) => perstackToolCall(run, call)),
    partialToolResults: results.map((result) => perstackToolResult(run, result, readBlob)),
  };
};

export const statusOf = (outcome: RunOutcome): CheckpointStatus => {
  switch (outcome.type) {
    case "completed":
      return "completed";
    case "maxSteps":
      return "stoppedByExceededMaxSteps";
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

const stoppingError = (outcome: RunOutcome): { readonly error?: PerstackError } => {
  const error = errorOf(outcome);
  return error === undefined ? {} : { error };
};

const failureError = ({ name, message, statusCode, isRetryable }: Failure): PerstackError => ({
  name,
  message,
  ...(statusCode === undefined ? {} : { statusCode }),
  isRetryable,
});
