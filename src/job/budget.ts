import { mostTokens } from "./context.ts";
import type { Limits, ModelChoice, PriceCeiling } from "./limits.ts";
import type { Stop } from "./outcome.ts";
import { choiceAt, chosenAlternative } from "./retry.ts";
import type { JobState, Run } from "./state.ts";
import type { Usage } from "./usage.ts";

/** What a Run may take with its next generation. */
export type Grant = {
  /** Tokens of the answer, thinking included; unlimited when missing. */
  readonly maxOutputTokens?: number;
};

/** An answer that could not hold at least this many tokens is not worth asking for. */
const leastAnswerTokens = 1_024;
/** Tokens an answer may take where the job has a budget; a thinking budget comes on top. */
const mostAnswerTokens = 16_000;

type Left = { steps: number; tokens: number; costUsd: number };

/**
 * The Runs that may ask the model now. What each may take at the most is set aside before the next one is looked at,
 * so that nothing starts that cannot be paid for, however many Runs ask at the same time. Served in the order in which
 * they began their attempts: whoever was served stays served during it, since those before it only leave.
 */
export const grants = (state: JobState): ReadonlyMap<string, Grant> => {
  const limits: Limits | undefined = state.started?.limits;
  const granted = new Map<string, Grant>();
  if (limits === undefined) return granted;
  const left = leftOf(state, limits);
  for (const runId of state.asking) {
    const run = state.runs.get(runId);
    const grant = run === undefined ? undefined : grantTo(state, run, left);
    if (grant === undefined) break;
    granted.set(runId, grant);
  }
  return granted;
};

const leftOf = (state: JobState, limits: Limits): Left => {
  const { steps, usage, costUsd, unpriced, lost } = state;
  const infinite = Number.POSITIVE_INFINITY;
  const late = costOf(state.started?.model.ceiling, unpriced.inputTokens, unpriced.outputTokens);
  return {
    steps: (limits.maxSteps ?? infinite) - steps,
    tokens: (limits.maxTokens ?? infinite) - usage.inputTokens - usage.outputTokens - lost.tokens,
    costUsd: (limits.maxCostUsd ?? infinite) - costUsd - late - lost.costUsd,
  };
};

/** Takes what it grants out of what is left. */
const grantTo = (state: JobState, run: Run, left: Left): Grant | undefined => {
  if (left.steps < 1) return undefined;
  left.steps -= 1;
  if (left.tokens === Number.POSITIVE_INFINITY && left.costUsd === Number.POSITIVE_INFINITY) return {};
  const choice = choiceOf(state, run);
  const input = mostTokens(run.context);
  const room = Math.floor(Math.min(left.tokens - input, payable(left.costUsd, input, choice?.ceiling)));
  if (!(room >= leastAnswerTokens)) return undefined;
  const maxOutputTokens = Math.min(room, mostAnswerTokens + thinkingTokens(choice));
  left.tokens -= input + maxOutputTokens;
  left.costUsd -= costOf(choice?.ceiling, input, maxOutputTokens);
  return { maxOutputTokens };
};

const choiceOf = (state: JobState, run: Run): ModelChoice | undefined =>
  run.phase.type === "generating" && state.started !== undefined
    ? choiceAt(state.started, chosenAlternative(state.started, run.phase.failures))
    : state.started?.model;

const thinkingTokens = (choice: ModelChoice | undefined): number =>
  typeof choice?.reasoningBudget === "number" ? choice.reasoningBudget : 0;

/** Output tokens that the money left pays for; none where a job has a budget in dollars and the price is not known. */
const payable = (leftUsd: number, input: number, ceiling: PriceCeiling | undefined): number => {
  if (leftUsd === Number.POSITIVE_INFINITY) return leftUsd;
  if (ceiling === undefined) return 0;
  const forOutput = leftUsd - costOf(ceiling, input, 0);
  if (forOutput < 0) return 0;
  return ceiling.outputUsd === 0 ? Number.POSITIVE_INFINITY : (forOutput / ceiling.outputUsd) * 1e6;
};

/** US dollars at the most. */
const costOf = (ceiling: PriceCeiling | undefined, input: number, output: number): number =>
  ceiling === undefined ? 0 : (input * ceiling.inputUsd + output * ceiling.outputUsd) / 1e6;

/** What a generation cost: as it was priced, else at the most that its tokens may cost. */
export const paid = (choice: ModelChoice, usage: Usage, pricedUsd: number | undefined): number =>
  pricedUsd ?? costOf(choice.ceiling, usage.inputTokens, usage.outputTokens);

/** What may be lost with the requests that are under way, when they are broken off: their input at the least. */
export const lostUnderWay = (state: JobState): JobState["lost"] => {
  let { tokens, costUsd } = state.lost;
  for (const runId of grants(state).keys()) {
    const run = state.runs.get(runId);
    if (run === undefined || run.skills === "closed") continue;
    const input = mostTokens(run.context);
    tokens += input;
    costUsd += costOf(choiceOf(state, run)?.ceiling, input, 0);
  }
  return { tokens, costUsd };
};

/** Why the first Run in the queue cannot be served: which budget is spent. */
export const spentBudget = (state: JobState): Stop | undefined => {
  const limits = state.started?.limits;
  if (limits === undefined) return undefined;
  const left = leftOf(state, limits);
  if (limits.maxSteps !== undefined && left.steps < 1) return { type: "maxSteps", limit: limits.maxSteps };
  const run = state.runs.get(state.asking[0] ?? "");
  const input = run === undefined ? 0 : mostTokens(run.context);
  const { maxTokens, maxCostUsd } = limits;
  if (maxTokens !== undefined && left.tokens - input < leastAnswerTokens) {
    return { type: "maxTokens", limit: maxTokens };
  }
  return maxCostUsd === undefined ? undefined : { type: "maxCost", limitUsd: maxCostUsd };
};
