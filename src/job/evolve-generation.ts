import { judgeAnswer } from "./answer.ts";
import { paid, withLoss } from "./budget.ts";
import { isUnreported, spentAtMost } from "./context.ts";
import type { JobEvent } from "./event.ts";
import { heldToSchema } from "./evolve-check.ts";
import { afterAnswer, afterFailure, type GeneratingRun } from "./evolve-run.ts";
import type { ModelChoice } from "./limits.ts";
import { choiceAt } from "./retry.ts";
import type { JobState, Run } from "./state.ts";
import { withLaterTools } from "./tool-changes.ts";
import { addUsage, type Usage } from "./usage.ts";

type EventOf<Type extends JobEvent["type"]> = Extract<JobEvent, { type: Type }>;
type WithRun = (state: JobState, run: Run) => JobState;

/** An answer or a failed attempt. One that the Run is not waiting for changes nothing. */
export const afterGeneration = (
  state: JobState,
  event: EventOf<"generationFinished" | "generationFailed">,
  withRun: WithRun,
): JobState => {
  const run = generatingRun(state, event);
  if (run === undefined || state.started === undefined) return state;
  if (event.type === "generationFailed") {
    const lost = afterBreak(state, run, event);
    return withRun(
      askedAgain(lost, run),
      withLaterTools(afterFailure(run, { failure: event.error }, state.started)),
    );
  }
  const verdict = judgeAnswer(event, run.phase.toolChoice);
  const own: GeneratingRun = { ...run, usage: addUsage(run.usage, event.usage) };
  const paidFor = withBill(state, run, event);
  if (verdict.type === "unusable") {
    return withRun(askedAgain(paidFor, run), withLaterTools(afterFailure(own, verdict, state.started)));
  }
  const answered = heldToSchema(state, afterAnswer(own, event, verdict));
  return withRun({ ...paidFor, steps: state.steps + 1 }, withLaterTools(answered));
};

/** What its next attempt may take is set aside anew, which must not take from what others are already taking. */
const askedAgain = (state: JobState, run: Run): JobState => ({
  ...state,
  asking: state.asking.filter((other) => other !== run.id),
  granted: new Map([...state.granted].filter(([other]) => other !== run.id)),
});

const generatingRun = (
  state: JobState,
  event: { readonly runId: string; readonly step: number },
): GeneratingRun | undefined => {
  const run = state.outcomes.has(event.runId) ? undefined : state.runs.get(event.runId);
  if (run?.phase.type !== "generating" || run.step !== event.step) return undefined;
  return { ...run, phase: run.phase };
};

/** Every answer is paid for, so it counts; only one that can be used counts as a step. */
const withBill = (state: JobState, run: Run, event: EventOf<"generationFinished">): JobState => {
  if (state.started === undefined) return state;
  const choice = choiceAt(state.started, event.alternative ?? 0);
  const { usage, costUsd, parts } = event;
  // Some servers do not say what an answer took. Then the most that it can have taken counts, or no budget would hold.
  if (isUnreported(usage)) return withLoss(state, choice, spentAtMost(run.context, parts));
  return billed(state, choice, { usage, costUsd });
};

const billed = (
  state: JobState,
  choice: ModelChoice,
  { usage, costUsd }: { readonly usage: Usage; readonly costUsd: number | undefined },
): JobState => ({
  ...state,
  usage: addUsage(state.usage, usage),
  costUsd: state.costUsd + paid(choice, usage, costUsd),
  unpriced:
    costUsd === undefined && choice.ceiling === undefined ? addUsage(state.unpriced, usage) : state.unpriced,
});

/**
 * A request that never left or that the provider refused costs nothing. One that broke off may have been worked on to
 * its end.
 */
const afterBreak = (state: JobState, run: Run, event: EventOf<"generationFailed">): JobState => {
  if (state.started === undefined) return state;
  const { error, partial, usage } = event;
  const choice = choiceAt(state.started, event.alternative ?? 0);
  const known = usage === undefined ? state : billed(state, choice, { usage, costUsd: undefined });
  const isRefused = error.statusCode !== undefined && partial.length === 0;
  if (error.isUnsent === true || isRefused) return known;
  const { maxOutputTokens = Number.POSITIVE_INFINITY } = state.granted.get(run.id) ?? {};
  const { inputTokens, outputTokens } = spentAtMost(run.context, partial);
  return withLoss(known, choice, {
    inputTokens,
    outputTokens: Math.min(outputTokens, maxOutputTokens),
  });
};
