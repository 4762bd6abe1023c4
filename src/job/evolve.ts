import { judgeAnswer } from "./answer.ts";
import type { JobEvent, RunOutcome } from "./event.ts";
import {
  afterAnswer,
  afterFailure,
  afterToolCall,
  type CallingRun,
  type GeneratingRun,
  startedRun,
  withTools,
} from "./evolve-run.ts";
import type { JobState, Run } from "./state.ts";
import { addUsage } from "./usage.ts";

type EventOf<Type extends JobEvent["type"]> = Extract<JobEvent, { type: Type }>;

/** The state after an event. Never throws: an event that does not fit the state leaves it as it is. */
export const evolve = (state: JobState, event: JobEvent): JobState => {
  switch (event.type) {
    case "jobStarted":
      return state.started === undefined ? { ...state, started: event } : state;
    case "runStarted":
      return isKnown(state, event.runId) ? state : withRun(state, startedRun(state, event));
    case "generationFinished":
      return afterGeneration(state, event);
    case "generationFailed":
      return afterFailedGeneration(state, event);
    case "toolsChanged": {
      const run = state.runs.get(event.runId);
      return run === undefined ? state : withRun(state, withTools(run, event));
    }
    case "toolCallFinished": {
      const run = callingRun(state, event.runId);
      const next = run === undefined ? undefined : afterToolCall(run, event);
      return next === undefined || next === run ? state : withRun(state, next);
    }
    case "deadlineReached":
      return withStop(state, { type: "jobTimeout", limitMs: event.limitMs });
    case "interrupted":
      return withStop(state, { type: "interrupted", signal: event.signal });
    case "runFinished":
      if (state.outcomes.has(event.runId)) return state;
      return { ...state, outcomes: new Map(state.outcomes).set(event.runId, event.outcome) };
    case "jobFinished":
      return { ...state, outcome: state.outcome ?? event.outcome };
    case "note":
    case "toolProgress":
    case "packageInstalled":
    case "skillStarting":
    case "skillConnected":
    case "skillStderr":
    case "skillDisconnected":
      return state;
    default:
      return event satisfies never;
  }
};

const isKnown = (state: JobState, runId: string): boolean =>
  state.runs.has(runId) || state.outcomes.has(runId);

const withRun = (state: JobState, run: Run): JobState => ({
  ...state,
  runs: new Map(state.runs).set(run.id, run),
});

/** What stopped the job first is what it was stopped by. */
const withStop = (state: JobState, stop: RunOutcome): JobState => ({ ...state, stop: state.stop ?? stop });

const generatingRun = (
  state: JobState,
  event: { readonly runId: string; readonly step: number },
): GeneratingRun | undefined => {
  const run = state.outcomes.has(event.runId) ? undefined : state.runs.get(event.runId);
  if (run?.phase.type !== "generating" || run.step !== event.step) return undefined;
  return { ...run, phase: run.phase };
};

const callingRun = (state: JobState, runId: string): CallingRun | undefined => {
  const run = state.outcomes.has(runId) ? undefined : state.runs.get(runId);
  return run?.phase.type === "callingTools" ? { ...run, phase: run.phase } : undefined;
};

/** Every answer is paid for, so it counts in `usage`; only one that can be used counts as a step. */
const afterGeneration = (state: JobState, event: EventOf<"generationFinished">): JobState => {
  const run = generatingRun(state, event);
  if (run === undefined) return state;
  const verdict = judgeAnswer(event, run.phase.toolChoice);
  const paid: GeneratingRun = { ...run, usage: addUsage(run.usage, event.usage) };
  const next =
    verdict.type === "unusable"
      ? afterFailure(paid, verdict.failure, maxRetries(state))
      : afterAnswer(paid, event.parts, verdict);
  const steps = verdict.type === "unusable" ? state.steps : state.steps + 1;
  return withRun({ ...state, steps, usage: addUsage(state.usage, event.usage) }, next);
};

const afterFailedGeneration = (state: JobState, event: EventOf<"generationFailed">): JobState => {
  const run = generatingRun(state, event);
  return run === undefined ? state : withRun(state, afterFailure(run, event.error, maxRetries(state)));
};

const maxRetries = (state: JobState): number => state.started?.limits.maxRetries ?? 0;
