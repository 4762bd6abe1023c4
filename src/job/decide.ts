import { spentBudget } from "./budget.ts";
import { resultsToReduce } from "./context.ts";
import { decideTools } from "./decide-tools.ts";
import type { Effect } from "./effect.ts";
import type { RunOutcome } from "./outcome.ts";
import { chosenAlternative, retryDelayMs } from "./retry.ts";
import { type JobState, liveRuns, type Phase, type Run, rootRunId } from "./state.ts";

/** What should be going on in this state, whatever already is. Pure: no clock, no randomness, never throws. */
export const decide = (state: JobState): readonly Effect[] => {
  if (state.started === undefined || state.outcome !== undefined) return [];
  const live = liveRuns(state);
  const root = state.outcomes.get(rootRunId);
  if (root !== undefined && live.length === 0) {
    return [{ type: "record", id: "jobFinished", event: { type: "jobFinished", outcome: root } }];
  }
  const { stop } = state;
  if (stop !== undefined) return decideStop(state, live, stop);
  if (root === undefined && !state.runs.has(rootRunId)) {
    const { coordinator, query } = state.started;
    return [{ type: "openRun", id: `open:${rootRunId}`, runId: rootRunId, expert: coordinator, query }];
  }
  const effects = live.flatMap((run) => decideRun(state, run));
  return effects.length > 0 ? effects : decideSpent(state);
};

/** The generations of `decide` alone, in the order in which the Runs began to ask. */
export const decideGenerations = (state: JobState): readonly Generate[] => {
  if (state.started === undefined || state.outcome !== undefined || state.stop !== undefined) return [];
  return [...state.granted.keys()].flatMap((runId) => {
    const run = state.runs.get(runId);
    return run === undefined || state.outcomes.has(runId) ? [] : decideRun(state, run).filter(isGenerate);
  });
};

type Generate = Extract<Effect, { type: "generate" }>;
const isGenerate = (effect: Effect): effect is Generate => effect.type === "generate";

/** Everybody is ended at once; the job's own outcome waits for the last of them. */
const decideStop = (state: JobState, live: readonly Run[], stop: RunOutcome): readonly Effect[] => {
  const isUnknown = !state.runs.has(rootRunId) && !state.outcomes.has(rootRunId);
  return [
    ...(isUnknown ? [closeRun(rootRunId, stop)] : []),
    // What was already said when the stop came stands.
    ...live.map(({ id, phase }) => closeRun(id, phase.type === "settled" ? phase.outcome : stop)),
  ];
};

/** Nobody can do anything, since whoever asks next cannot be paid for. */
const decideSpent = (state: JobState): readonly Effect[] => {
  const stop = spentBudget(state);
  return stop === undefined
    ? []
    : [{ type: "record", id: `spent:${state.resumptions}`, event: { type: "budgetSpent", stop } }];
};

/** Like any stop it is taken back when the job goes on: the work itself did not fail. */
const endOfCaller: RunOutcome = { type: "interrupted", signal: "the end of whoever called it" };

const decideRun = (state: JobState, run: Run): readonly Effect[] => {
  const { phase } = run;
  if (phase.type === "settled") return [closeRun(run.id, phase.outcome)];
  // Whoever called it has failed to go on, so nobody would hear what it says.
  const abandoned = run.parent === undefined ? undefined : state.outcomes.get(run.parent.runId);
  if (abandoned !== undefined) return [closeRun(run.id, endOfCaller)];
  if (run.skills === "closed") {
    const known = phase.type === "callingTools" ? decideTools(state, run, phase) : [];
    if (known.length > 0) return known;
    const id = `reopen:${run.id}:${state.resumptions}`;
    return [{ type: "reopenRun", id, runId: run.id, expert: run.expert }];
  }
  switch (phase.type) {
    case "callingTools":
      return decideTools(state, run, phase);
    case "checkingAnswer":
      return [{ type: "checkAnswer", id: `check:${run.id}:${run.step}`, runId: run.id, text: phase.text }];
    case "generating":
      return decideGeneration(state, run, phase);
    default:
      return phase satisfies never;
  }
};

const decideGeneration = (
  state: JobState,
  run: Run,
  phase: Extract<Phase, { type: "generating" }>,
): readonly Effect[] => {
  const { started, resumptions } = state;
  const results = resultsToReduce(run);
  if (results.length > 0) {
    return [{ type: "reduceContext", id: `reduce:${run.id}:${run.step}`, runId: run.id, results }];
  }
  const grant = state.granted.get(run.id);
  if (grant === undefined || started === undefined) return [];
  return [
    {
      type: "generate",
      id: `generate:${run.id}:${run.step}:${phase.failures.length}:${resumptions}`,
      runId: run.id,
      alternative: chosenAlternative(started, phase.failures),
      toolChoice: phase.toolChoice,
      form: phase.form,
      delayMs: retryDelayMs(started, phase.failures),
      ...grant,
    },
  ];
};

const closeRun = (runId: string, outcome: RunOutcome): Effect => ({
  type: "closeRun",
  id: `close:${runId}`,
  runId,
  outcome,
});
