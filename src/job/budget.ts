import { mostTokens, resultsToReduce } from "./context.ts";
import type { Limits, ModelChoice, PriceCeiling } from "./limits.ts";
import { isStop, type Stop } from "./outcome.ts";
import { choiceAt, chosenAlternative } from "./retry.ts";
import { type Grant, type JobState, type Run, rootRunId } from "./state.ts";
import { addUsage, noUsage, type Usage } from "./usage.ts";

/** An answer that could not hold at least this many tokens is not worth asking for. */
const leastAnswerTokens = 1_024;
/** Tokens an answer may take where the job has a budget; a thinking budget comes on top. */
const mostAnswerTokens = 16_000;

type Left = { steps: number; tokens: number; costUsd: number };

/**
 * The state with the Runs that may ask the model now. What each may take at the most is set aside before the next one
 * is looked at, so that nothing starts that cannot be paid for, however many Runs ask at the same time. Whoever was
 * served stays served until its attempt has ended, whatever another's turned out to cost; the others are served in the
 * order in which they began their attempts.
 */
export const withGrants = (state: JobState): JobState => {
  const limits = state.started?.limits;
  if (limits === undefined) return state;
  if (state.granted.size === state.asking.length && state.asking.every((id) => state.granted.has(id))) {
    return state;
  }
  const left = leftOf(state, limits);
  const granted = new Map<string, Grant>();
  const asking = state.asking.flatMap((runId) => state.runs.get(runId) ?? []);
  for (const run of asking) {
    const grant = state.granted.get(run.id);
    if (grant === undefined) continue;
    granted.set(run.id, grant);
    setAside(state, run, { grant, left });
  }
  for (const run of asking) {
    if (granted.has(run.id) || !isReady(run)) continue;
    const grant = grantTo(state, run, left);
    // While others have shares that they may not need, nobody begins with less than a usual one.
    if (grant === undefined || (grant.limitedBy !== undefined && granted.size > 0)) break;
    granted.set(run.id, grant);
    setAside(state, run, { grant, left });
  }
  const isSame =
    granted.size === state.granted.size && [...granted.keys()].every((id) => state.granted.has(id));
  return isSame ? state : { ...state, granted };
};

/** How large its request is, is certain only then. */
const isReady = (run: Run): boolean => run.skills === "open" && resultsToReduce(run).length === 0;

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

const grantTo = (state: JobState, run: Run, left: Left): Grant | undefined => {
  if (left.steps < 1) return undefined;
  const infinite = Number.POSITIVE_INFINITY;
  if (left.tokens === infinite && left.costUsd === infinite) return {};
  const choice = choiceOf(state, run);
  const input = mostTokens(run.context);
  const byTokens = left.tokens - input;
  const byCost = payable(left.costUsd, input, choice?.ceiling);
  const room = Math.floor(Math.min(byTokens, byCost));
  if (!(room >= leastAnswerTokens)) return undefined;
  const most = mostAnswerTokens + thinkingTokens(choice);
  if (room >= most) return { maxOutputTokens: most };
  const { maxTokens: limit = infinite, maxCostUsd: limitUsd = infinite } = state.started?.limits ?? {};
  const limitedBy: Stop = byTokens <= byCost ? { type: "maxTokens", limit } : { type: "maxCost", limitUsd };
  return { maxOutputTokens: room, limitedBy };
};

const setAside = (
  state: JobState,
  run: Run,
  { grant, left }: { readonly grant: Grant; readonly left: Left },
): void => {
  left.steps -= 1;
  const { maxOutputTokens } = grant;
  if (maxOutputTokens === undefined) return;
  const input = mostTokens(run.context);
  left.tokens -= input + maxOutputTokens;
  left.costUsd -= costOf(choiceOf(state, run)?.ceiling, input, maxOutputTokens);
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

/** What may be lost with requests that are under way, when they are broken off: their input at the least. */
export const withLossOf = (state: JobState, runIds: Iterable<string>): JobState => {
  let after = state;
  for (const runId of runIds) {
    const run = state.runs.get(runId);
    const choice = run === undefined ? undefined : choiceOf(state, run);
    if (run === undefined || choice === undefined) continue;
    after = withLoss(after, choice, { inputTokens: mostTokens(run.context), outputTokens: 0 });
  }
  return after;
};

/** Tokens that nobody has billed and that may have been taken. Without a price they wait for one, as billed ones do. */
export const withLoss = (
  state: JobState,
  choice: ModelChoice,
  { inputTokens, outputTokens }: Pick<Usage, "inputTokens" | "outputTokens">,
): JobState => ({
  ...state,
  lost: {
    tokens: state.lost.tokens + inputTokens + outputTokens,
    costUsd: state.lost.costUsd + costOf(choice.ceiling, inputTokens, outputTokens),
  },
  unpriced:
    choice.ceiling === undefined
      ? addUsage(state.unpriced, { ...noUsage, inputTokens, outputTokens })
      : state.unpriced,
});

/** Few answers are longer. */
const usualAnswerTokens = 4_096;

/** Budgets of the whole job that surely pay for the next request of whoever was stopped and a usual answer, rounded up. */
export const neededBudget = (state: JobState): { readonly tokens: number; readonly costUsd: number } => {
  const { started, usage, lost, unpriced } = state;
  const stopped = [...state.runs.values()].filter(({ id }) => {
    const outcome = state.outcomes.get(id);
    return id === rootRunId || outcome === undefined || isStop(outcome);
  });
  const input = Math.max(0, ...stopped.map(({ context }) => mostTokens(context)));
  const ceiling = started?.model.ceiling;
  const spent = state.costUsd + lost.costUsd + costOf(ceiling, unpriced.inputTokens, unpriced.outputTokens);
  const tokens = usage.inputTokens + usage.outputTokens + lost.tokens + input + usualAnswerTokens;
  const costUsd = spent + costOf(ceiling, input, usualAnswerTokens);
  return { tokens: Math.ceil(tokens / 1_000) * 1_000, costUsd: Math.ceil(costUsd * 100) / 100 };
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
