import { withLossOf } from "./budget.ts";
import { callsUnderWay, pendingCalls } from "./decide-tools.ts";
import type { JobEvent } from "./event.ts";
import { isStop, type RunOutcome } from "./outcome.ts";
import { type JobState, type Phase, type Run, rootRunId } from "./state.ts";

/**
 * The state of a job that goes on: whoever was stopped with it is not any more, the Coordinator is not at its end
 * either, and nobody's skills are up. Delegates that had ended stay ended.
 */
export const resumed = (state: JobState, event: Extract<JobEvent, { type: "jobResumed" }>): JobState => {
  if (state.started === undefined) return state;
  const { type: _type, ...given } = event;
  // A job that was cut off has broken off what was under way; one that was stopped has counted it, and one that goes
  // another way from an earlier checkpoint has not asked yet.
  const isCutOff = state.stop === undefined && event.jobId === state.started.jobId;
  const counted = isCutOff ? withLossOf(state, state.granted.keys()) : state;
  const { stop: _stop, outcome: _outcome, started = state.started, ...kept } = counted;
  const { fallbacks: _fallbacks, ...origin } = started;
  const outcomes = new Map([...state.outcomes].filter(([runId, outcome]) => !isLifted(runId, outcome)));
  const runs = new Map(
    [...state.runs].map(([id, run]) => [id, outcomes.has(id) ? run : reopened(run)] as const),
  );
  return {
    ...kept,
    granted: new Map(),
    started: { ...origin, ...given },
    resumptions: state.resumptions + 1,
    outcomes,
    runs,
    asking: [...runs.values()]
      .filter((run) => run.phase.type === "generating" && !outcomes.has(run.id))
      .map((run) => run.id),
  };
};

const isLifted = (runId: string, outcome: RunOutcome): boolean => runId === rootRunId || isStop(outcome);

/** A generation that failed for good is due again; an answer that ended the Run stays its last word until more is asked. */
const reopened = (run: Run): Run => {
  const { phase } = run;
  const asked = phase.type === "settled" ? phase.again : undefined;
  if (asked !== undefined) {
    return { ...run, skills: "closed", phase: { type: "generating", failures: [], ...asked } };
  }
  if (phase.type === "callingTools") {
    // Without its skills a Run that was cut off once before had not come to any call yet.
    const unknown = run.skills === "open" ? callsWithEffect(phase) : phase.unknown;
    return { ...run, skills: "closed", phase: { ...phase, unknown } };
  }
  const isRetried = phase.type === "generating" && phase.failures.length > 0;
  return { ...run, skills: "closed", phase: isRetried ? { ...phase, failures: [] } : phase };
};

/** The calls under way that may have had an effect. */
const callsWithEffect = (phase: Extract<Phase, { readonly type: "callingTools" }>): readonly string[] => {
  const readOnly = new Set(phase.tools.filter((tool) => tool.readOnly).map((tool) => tool.name));
  return callsUnderWay(pendingCalls(phase))
    .filter((call) => !readOnly.has(call.tool))
    .map((call) => call.id);
};
