import { withGrants, withLossOf } from "./budget.ts";
import type { JobEvent } from "./event.ts";
import { afterCheck, heldToSchema } from "./evolve-check.ts";
import { afterGeneration } from "./evolve-generation.ts";
import {
  afterQuery,
  afterReduction,
  afterToolCall,
  type CallingRun,
  reopenedRun,
  startedRun,
} from "./evolve-run.ts";
import type { RunOutcome, Stop } from "./outcome.ts";
import { resumed } from "./resumed.ts";
import { type JobState, type Run, rootRunId } from "./state.ts";
import { withTools } from "./tool-changes.ts";

type EventOf<Type extends JobEvent["type"]> = Extract<JobEvent, { type: Type }>;

/** The state after an event. Never throws: an event that does not fit the state leaves it as it is. */
export const evolve = (state: JobState, event: JobEvent): JobState => {
  const after = evolved(state, event);
  return after === state ? state : withGrants(after);
};

const evolved = (state: JobState, event: JobEvent): JobState => {
  switch (event.type) {
    case "jobStarted":
      return state.started === undefined ? { ...state, started: event } : state;
    case "jobResumed":
      return resumed(state, event);
    case "generationFinished":
    case "generationFailed":
      return afterGeneration(state, event, withRun);
    case "deadlineReached":
      return withStop(state, { type: "jobTimeout", limitMs: event.limitMs });
    case "interrupted":
      return withStop(state, { type: "interrupted", signal: event.signal });
    case "budgetSpent":
      return withStop(state, event.stop);
    case "runFinished":
      return state.outcomes.has(event.runId) ? state : afterRun(state, event);
    case "jobFinished":
      return { ...state, outcome: state.outcome ?? event.outcome };
    default:
      return withinRun(state, event);
  }
};

type WithinRun = Exclude<
  JobEvent,
  EventOf<
    | "jobStarted"
    | "jobResumed"
    | "generationFinished"
    | "generationFailed"
    | "deadlineReached"
    | "interrupted"
    | "budgetSpent"
    | "runFinished"
    | "jobFinished"
  >
>;

/** What changes one Run and nothing else. */
const withinRun = (state: JobState, event: WithinRun): JobState => {
  switch (event.type) {
    case "runStarted":
      return isKnown(state, event.runId) ? state : withRun(state, startedRun(state, event));
    case "runResumed":
      return changed(state, event.runId, (run) => reopenedRun(run, event));
    case "toolsChanged":
      return changed(state, event.runId, (run) =>
        state.granted.has(run.id)
          ? { ...run, laterTools: [...run.laterTools, event] }
          : withTools(run, event),
      );
    case "queryAdded":
      return changed(state, rootRunId, (run) => afterQuery(run, event));
    case "contextReduced":
      return changed(state, event.runId, (run) => afterReduction(run, event));
    case "answerChecked":
      return changed(state, event.runId, (run) => afterCheck(run, event));
    case "toolCallFinished":
      return changed(state, event.runId, (run) =>
        isCalling(run) ? heldToSchema(state, afterToolCall(run, event)) : run,
      );
    case "note":
    case "sandboxOpened":
    case "proxyAccess":
    case "outputPlanned":
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

/** A Run that has not ended, as it is after the change. */
const changed = (state: JobState, runId: string, change: (run: Run) => Run): JobState => {
  const run = state.outcomes.has(runId) ? undefined : state.runs.get(runId);
  const next = run === undefined ? undefined : change(run);
  return next === undefined || next === run ? state : withRun(state, next);
};

const withRun = (state: JobState, run: Run): JobState => ({
  ...state,
  runs: new Map(state.runs).set(run.id, run),
  asking: queue(state.asking, run),
});

/** Who begins to ask comes last. */
const queue = (asking: readonly string[], { id, phase }: Run): readonly string[] => {
  const isAsking = phase.type === "generating";
  if (asking.includes(id) === isAsking) return asking;
  return isAsking ? [...asking, id] : asking.filter((other) => other !== id);
};

/** What stopped the job first is what it was stopped by. */
const withStop = (state: JobState, stop: Stop): JobState =>
  state.stop === undefined ? { ...withLossOf(state, state.granted.keys()), stop } : state;

const isCalling = (run: Run): run is CallingRun => run.phase.type === "callingTools";

/** The steps of whoever delegated run on after those of the delegate. */
const afterRun = (state: JobState, { runId, outcome }: { runId: string; outcome: RunOutcome }): JobState => {
  const run = state.runs.get(runId);
  const parent = run?.parent === undefined ? undefined : state.runs.get(run.parent.runId);
  const runs = new Map(state.runs);
  if (run !== undefined && parent !== undefined) {
    const reached = Math.max(parent.delegatedSteps, run.delegatedSteps, run.step);
    runs.set(parent.id, { ...parent, delegatedSteps: reached });
  }
  // Ended in the midst of a request, which a stop of the whole job has counted already.
  const isBrokenOff = state.stop === undefined && state.granted.has(runId);
  return {
    ...(isBrokenOff ? withLossOf(state, [runId]) : state),
    runs,
    outcomes: new Map(state.outcomes).set(runId, outcome),
    asking: state.asking.filter((other) => other !== runId),
  };
};
