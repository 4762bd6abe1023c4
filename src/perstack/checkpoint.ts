import { windowUsage } from "../job/context.ts";
import type { RunOutcome } from "../job/outcome.ts";
import type { JobState, Run } from "../job/state.ts";
import { noUsage } from "../job/usage.ts";
import type { ReadBlob } from "./content-part.ts";
import {
  type DelegatedBy,
  type DelegationTarget,
  delegatedBy,
  type Origin,
  originOf,
  waitingFor,
} from "./delegation.ts";
import { type PerstackExpert, perstackExpert } from "./expert.ts";
import { instructionMessage, type PerstackMessage, perstackMessage } from "./message.ts";
import { type CheckpointStatus, errorOf, type PerstackError, statusOf } from "./outcome.ts";
import {
  type PerstackToolCall,
  type PerstackToolResult,
  perstackToolCall,
  perstackToolResult,
} from "./tool-call.ts";
import { type PerstackUsage, perstackUsage } from "./usage.ts";

/** A checkpoint as the stream carries it: without its messages, which the stream has already shown. */
export type EmbeddedCheckpoint = {
  /** Id of the newest checkpoint the job can be resumed from. */
  readonly id: string;
  readonly jobId: string;
  readonly runId: string;
  readonly status: CheckpointStatus;
  readonly stepNumber: number;
  readonly expert: PerstackExpert;
  readonly delegateTo?: readonly DelegationTarget[];
  readonly delegatedBy?: DelegatedBy;
  /** What the Run itself used, without its delegates. */
  readonly usage: PerstackUsage;
  /** Tokens that the model can hold, where that is known, and the share of them in use, 0 to 1. */
  readonly contextWindow?: number;
  readonly contextWindowUsage?: number;
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
  const messages = [
    instructionMessage(runId, run.system),
    ...run.messages.map((message, index) => perstackMessage(message, { runId, index }, readBlob)),
  ];
  const outcome = state.outcomes.get(runId);
  const error = outcome === undefined ? undefined : errorOf(outcome);
  const at = { status: statusNow(state, run), stepNumber: stepNumberOf(run, outcome), error, readBlob };
  return { ...embeddedCheckpoint(state, run, at), messages };
};

const statusNow = (state: JobState, run: Run): CheckpointStatus => {
  const outcome = state.outcomes.get(run.id);
  if (outcome !== undefined) return statusOf(outcome);
  return waitingFor(state, run).length > 0 ? "stoppedByDelegate" : "proceeding";
};

/** A Run that was stopped by the step limit before it could begin another step is in the one that is over. */
const stepNumberOf = (run: Run, outcome: RunOutcome | undefined): number => {
  const isBetweenSteps =
    run.phase.type === "generating" &&
    run.phase.failures.length === 0 &&
    run.messages.some((message) => message.role === "expert");
  return outcome?.type === "maxSteps" && isBetweenSteps ? run.checkpoint.step : run.step;
};

export const embeddedCheckpoint = (
  state: JobState,
  run: Run,
  at: {
    readonly status: CheckpointStatus;
    readonly stepNumber: number;
    readonly error?: PerstackError | undefined;
    readonly readBlob?: ReadBlob | undefined;
  },
): EmbeddedCheckpoint => {
  const delegateTo = at.status === "stoppedByDelegate" ? waitingFor(state, run) : [];
  const { pendingToolCalls = [], partialToolResults } = toolCallsUnderWay(run, at.readBlob);
  // Those of delegates are in `delegateTo`: Perstack calls again what is left here when the Run goes on.
  const pending = pendingToolCalls.filter(
    ({ id }) => !delegateTo.some(({ toolCallId }) => toolCallId === id),
  );
  return {
    id: run.checkpoint.id,
    jobId: state.started?.jobId ?? "",
    runId: run.id,
    status: at.status,
    stepNumber: at.stepNumber,
    expert: perstackExpert(state, run.expert),
    ...(delegateTo.length === 0 ? {} : { delegateTo }),
    ...delegatedBy(state, run),
    usage: perstackUsage(run.usage),
    ...windowOf(run),
    ...(pending.length === 0 ? {} : { pendingToolCalls: pending }),
    ...(partialToolResults === undefined ? {} : { partialToolResults }),
    metadata: { runtime: "local" },
    ...(at.error === undefined ? {} : { error: at.error }),
  };
};

const windowOf = ({ context }: Run): Pick<EmbeddedCheckpoint, "contextWindow" | "contextWindowUsage"> => {
  const usage = windowUsage(context);
  return context.window === undefined || usage === undefined
    ? {}
    : { contextWindow: context.window, contextWindowUsage: Math.min(usage, 1) };
};

/** For a Run that there is not: of a delegate whose skill did not start, or of a Coordinator that was stopped. */
export const unstartedCheckpoint = (
  state: JobState,
  runId: string,
  at: { readonly status: CheckpointStatus; readonly error?: PerstackError },
): EmbeddedCheckpoint => {
  const origin: Origin | undefined = originOf(state, runId);
  return {
    id: `${runId}.unstarted`,
    jobId: state.started?.jobId ?? "",
    runId,
    status: at.status,
    stepNumber: origin?.stepNumber ?? 1,
    expert: perstackExpert(state, origin?.expert ?? state.started?.coordinator ?? ""),
    ...(origin === undefined ? {} : { delegatedBy: origin.delegatedBy }),
    usage: perstackUsage(noUsage),
    metadata: { runtime: "local" },
    ...(at.error === undefined ? {} : { error: at.error }),
  };
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
    ...(pending.length === 0 ? {} : { pendingToolCalls: pending.map((call) => perstackToolCall(run, call)) }),
    partialToolResults: results.map((result) => perstackToolResult(run, result, readBlob)),
  };
};
