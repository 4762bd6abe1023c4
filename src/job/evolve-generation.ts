import { judgeAnswer } from "./answer.ts";
import { paid } from "./budget.ts";
import { mostTokens, tokensOf } from "./context.ts";
import type { JobEvent } from "./event.ts";
import { afterAnswer, afterFailure, type GeneratingRun, heldToSchema } from "./evolve-run.ts";
import { choiceAt } from "./retry.ts";
import type { JobState, Run } from "./state.ts";
import { addUsage } from "./usage.ts";

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
    return withRun(withLoss(state, run, event), afterFailure(run, event.error, state.started));
  }
  const verdict = judgeAnswer(event, run.phase.toolChoice);
  const own: GeneratingRun = { ...run, usage: addUsage(run.usage, event.usage) };
  return verdict.type === "unusable"
    ? withRun(withBill(state, event), afterFailure(own, verdict.failure, state.started))
    : withRun(
        { ...withBill(state, event), steps: state.steps + 1 },
        heldToSchema(state, afterAnswer(own, event, verdict)),
      );
};

const generatingRun = (
  state: JobState,
  event: { readonly runId: string; readonly step: number },
): GeneratingRun | undefined => {
  const run = state.outcomes.has(event.runId) ? undefined : state.runs.get(event.runId);
  if (run?.phase.type !== "generating" || run.step !== event.step) return undefined;
  return { ...run, phase: run.phase };
};

/** Every answer is paid for, so it counts; only one that can be used counts as a step. */
const withBill = (state: JobState, event: EventOf<"generationFinished">): JobState => {
  if (state.started === undefined) return state;
  const choice = choiceAt(state.started, event.alternative ?? 0);
  return {
    ...state,
    usage: addUsage(state.usage, event.usage),
    costUsd: state.costUsd + paid(choice, event.usage, event.costUsd),
  };
};

/** A request that the provider refused costs nothing. One that broke off may have been worked on to its end. */
const withLoss = (state: JobState, run: Run, event: EventOf<"generationFailed">): JobState => {
  if (state.started === undefined || event.error.statusCode !== undefined) return state;
  const usage = { ...run.usage, inputTokens: mostTokens(run.context), outputTokens: tokensOf(event.partial) };
  const { tokens, costUsd } = state.lost;
  const choice = choiceAt(state.started, event.alternative ?? 0);
  return {
    ...state,
    lost: {
      tokens: tokens + usage.inputTokens + usage.outputTokens,
      costUsd: costUsd + paid(choice, usage, undefined),
    },
  };
};
