import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { neededBudget } from "../../src/job/budget.ts";
import { mostTokens } from "../../src/job/context.ts";
import { decide } from "../../src/job/decide.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import type { Limits } from "../../src/job/limits.ts";
import { resumeEvents } from "../../src/job/resume.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import { arbitraryOrder } from "../helpers/arbitrary-script.ts";
import { arbitraryTree, soundTree } from "../helpers/arbitrary-tree.ts";
import { playTree, type TreePlay } from "../helpers/play-tree.ts";
import { jobResumed, jobStarted } from "../helpers/scripted-job.ts";
import type { TreeRun } from "../helpers/scripted-tree.ts";

const cheap = { provider: "anthropic", model: "claude-test", ceiling: { inputUsd: 1, outputUsd: 5 } };
const dear = { ...cheap, model: "claude-dear", ceiling: { inputUsd: 20, outputUsd: 90 } };

/** How much of what it may take each answer takes. */
const greed = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });

const spending = (shares: readonly number[]): NonNullable<TreePlay["usage"]> => {
  let next = 0;
  return ({ effect, run }) => {
    const share = shares[next++ % shares.length] ?? 0;
    return {
      inputTokens: Math.floor(mostTokens(run.context) * share),
      outputTokens: Math.floor((effect.maxOutputTokens ?? 50_000) * (share > 0.5 ? 1 : share)),
      reasoningTokens: 0,
      cachedInputTokens: 0,
    };
  };
};

const limits = fc.record(
  {
    maxSteps: fc.integer({ min: 1, max: 12 }),
    maxTokens: fc.integer({ min: 1_000, max: 150_000 }),
    maxCostUsd: fc.double({ min: 0.001, max: 3, noNaN: true }),
  },
  { requiredKeys: [] },
);
const job = fc.record({ tree: arbitraryTree, limits, shares: greed, order: arbitraryOrder });

const played = ({
  tree,
  limits: given,
  shares,
  order,
  ...more
}: {
  readonly tree: TreeRun;
  readonly limits: Partial<Limits>;
  readonly shares: readonly number[];
  readonly order: () => (count: number) => number;
} & Pick<TreePlay, "from" | "stopAt">) =>
  playTree({
    ...more,
    tree,
    limits: given,
    started: { model: cheap, fallbacks: [dear] },
    usage: spending(shares),
    resultBytes: 2_000,
    pick: order(),
  });

/** What a state says that was spent, the lost included. */
const spent = ({ usage, costUsd, lost }: JobState) => ({
  tokens: usage.inputTokens + usage.outputTokens + lost.tokens,
  costUsd: costUsd + lost.costUsd,
});

describe("however much of its grant every answer takes, in however many Runs at once", () => {
  test("no budget is exceeded", () => {
    fc.assert(
      fc.property(job, (given) => {
        const { state } = played(given);
        const { maxSteps = Infinity, maxTokens = Infinity, maxCostUsd = Infinity } = given.limits;
        expect(state.steps).toBeLessThanOrEqual(maxSteps);
        expect(spent(state).tokens).toBeLessThanOrEqual(maxTokens);
        expect(spent(state).costUsd).toBeLessThanOrEqual(maxCostUsd + 1e-9);
      }),
      { numRuns: 400 },
    );
  });

  test("no budget is exceeded by a job that is cut off or stopped at any moment and goes on with the same", () => {
    const interrupted: JobEvent = { type: "interrupted", signal: "SIGTERM" };
    fc.assert(
      fc.property(job, fc.nat({ max: 40 }), fc.boolean(), (given, n, isStopped) => {
        const whole = played({ ...given, stopAt: isStopped ? { n, event: interrupted } : undefined });
        const journal = isStopped ? whole.events : whole.events.slice(0, n + 1);
        const resumed = { ...jobResumed(given.limits), model: cheap, fallbacks: [dear] };
        const events = resumeEvents(journal.reduce(evolve, emptyState), { resumed, input: { type: "none" } });
        if (typeof events === "string") return;
        const { state, dropped } = played({ ...given, from: [...journal, ...events] });
        const { maxSteps = Infinity, maxTokens = Infinity, maxCostUsd = Infinity } = given.limits;
        expect(dropped).toEqual([]);
        expect(state.steps).toBeLessThanOrEqual(maxSteps);
        expect(spent(state).tokens).toBeLessThanOrEqual(maxTokens);
        expect(spent(state).costUsd).toBeLessThanOrEqual(maxCostUsd + 1e-9);
      }),
      { numRuns: 400 },
    );
  });

  test("a grant, once given, stays while its Run asks", () => {
    fc.assert(
      fc.property(job, (given) => {
        expect(played(given).dropped).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("the job says which budget it was that is spent", () => {
    fc.assert(
      fc.property(job, (given) => {
        const { state } = played(given);
        const keys = { maxSteps: "maxSteps", maxTokens: "maxTokens", maxCost: "maxCostUsd" } as const;
        const { stop } = state;
        if (stop === undefined) return;
        expect(Object.keys(keys)).toContain(stop.type);
        if (stop.type === "maxCost") expect(stop.limitUsd).toBe(given.limits.maxCostUsd);
        if (stop.type === "maxSteps" || stop.type === "maxTokens") {
          expect(stop.limit).toBe(given.limits[keys[stop.type]]);
        }
      }),
    );
  });

  test("a budget that is ample stops nothing and holds nobody up", () => {
    const ample = { maxSteps: 10_000, maxTokens: 1e9, maxCostUsd: 1e6 };
    fc.assert(
      fc.property(fc.record({ tree: soundTree, shares: greed, order: arbitraryOrder }), (given) => {
        const free = played({ ...given, limits: {} });
        const bound = played({ ...given, limits: ample });
        expect(bound.state.stop).toBeUndefined();
        expect(bound.state.outcomes).toEqual(free.state.outcomes);
        expect(bound.mostGenerations).toBe(free.mostGenerations);
      }),
    );
  });
});

const leaf: TreeRun = { turns: [], end: "text" };
const parallel = (count: number): TreeRun => ({
  turns: [
    {
      calls: Array.from({ length: count }, () => ({ kind: "delegate", run: leaf }) as const),
      text: false,
      failures: [],
    },
  ],
  end: "text",
});

/** Always what is newest, so that every delegate opens before the first answers. */
const openFirst = (count: number): number => count - 1;

describe("16 delegates at once", () => {
  test("all ask at the same time where the budget pays for all", () => {
    const { mostGenerations, state } = playTree({
      tree: parallel(16),
      limits: { maxSteps: 18, maxTokens: 400_000 },
      pick: (count) => (count > 1 ? 0 : 0),
      usage: () => ({ inputTokens: 100, outputTokens: 10, reasoningTokens: 0, cachedInputTokens: 0 }),
    });
    expect(mostGenerations).toBe(16);
    expect(state.outcome).toEqual({ type: "completed", text: "«FIN r0»" });
  });

  test("with steps for three of them, three ask and the job stops", () => {
    const { mostGenerations, state } = playTree({
      tree: parallel(16),
      limits: { maxSteps: 4 },
      pick: () => 0,
    });
    expect(mostGenerations).toBe(3);
    expect(state.steps).toBe(4);
    expect(state.outcome).toEqual({ type: "maxSteps", limit: 4 });
  });

  test("with tokens for one answer of full length at a time, one after the other asks", () => {
    const { mostGenerations, state } = playTree({
      tree: parallel(16),
      limits: { maxTokens: 20_000 },
      pick: openFirst,
      usage: () => ({ inputTokens: 100, outputTokens: 10, reasoningTokens: 0, cachedInputTokens: 0 }),
    });
    expect(mostGenerations).toBeLessThan(4);
    expect(state.outcome).toEqual({ type: "completed", text: "«FIN r0»" });
  });
});

test("what one Run may take, its request included, is set aside before the next is looked at", () => {
  const run = (runId: string): JobEvent => ({
    type: "runStarted",
    runId,
    expert: "reviewer",
    system: "s".repeat(1_998),
    tools: [],
    input: [],
  });
  const state = [jobStarted({ maxTokens: 20_000 }), run("r0"), run("r0.1_0")].reduce(evolve, emptyState);
  // Two requests of 3,000 tokens at the most, and 16,000 for the first answer, leave too little for a second.
  expect([...state.granted]).toEqual([["r0", { maxOutputTokens: 16_000 }]]);
});

test("the budget that is proposed pays for whoever was stopped, a delegate with a long instruction among them", () => {
  const run = (runId: string, length: number): JobEvent => ({
    type: "runStarted",
    runId,
    expert: "reviewer",
    system: "s".repeat(length),
    tools: [],
    input: [],
  });
  const state = [jobStarted({ maxTokens: 9_000 }), run("r0", 10), run("r0.1_0", 50_000)].reduce(
    evolve,
    emptyState,
  );
  expect(neededBudget(state).tokens).toBeGreaterThanOrEqual(51_000 + 1_024);
});

describe("what an attempt that failed may have cost", () => {
  const once = (fails: Partial<Extract<JobEvent, { type: "generationFailed" }>>): TreePlay["from"] => [
    jobStarted({ maxTokens: 100_000 }),
    { type: "runStarted", runId: "r0", expert: "reviewer", system: "s".repeat(200), tools: [], input: [] },
    {
      type: "generationFailed",
      runId: "r0",
      step: 1,
      error: { name: "TypeError", message: "terminated", isRetryable: true },
      partial: [],
      durationMs: 1,
      ...fails,
    },
  ];
  const lost = (fails: Partial<Extract<JobEvent, { type: "generationFailed" }>>) =>
    playTree({ tree: leaf, from: once(fails) ?? [] }).state.lost.tokens;

  test("is its request, where nobody knows", () => {
    // A thousand tokens for what the provider itself says to the model.
    expect(lost({})).toBe(1_204);
  });

  test("is nothing, where the provider refused it", () => {
    expect(lost({ error: { name: "Overloaded", message: "", statusCode: 529, isRetryable: true } })).toBe(0);
  });

  test("is its request and what had come of its answer, where an overload broke it off", () => {
    const error = { name: "Overloaded", message: "", statusCode: 529, isRetryable: true };
    expect(lost({ error, partial: [{ type: "text", text: "Half an answer" }] })).toBeGreaterThan(1_204);
  });

  test("is never more than it was granted", () => {
    const partial = [{ type: "text", text: "x".repeat(1_000_000) } as const];
    expect(lost({ partial })).toBe(1_202 + 16_000);
  });

  test("is priced once there is a budget in dollars, as answers are", () => {
    const state = (once({}) ?? []).reduce(evolve, emptyState);
    const ceiling = { inputUsd: 1_000, outputUsd: 1_000 };
    const resumed = jobResumed({ maxCostUsd: 3 });
    const goesOn = evolve(state, { ...resumed, model: { ...resumed.model, ceiling } });
    const opened = evolve(goesOn, { type: "runResumed", runId: "r0", system: "s", tools: [] });
    expect(decide(opened)).toMatchObject([{ event: { type: "budgetSpent", stop: { type: "maxCost" } } }]);
  });
});
