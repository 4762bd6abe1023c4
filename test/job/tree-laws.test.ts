import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../src/job/decide.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import { emptyState, type JobState, liveRuns } from "../../src/job/state.ts";
import { arbitraryOrder } from "../helpers/arbitrary-script.ts";
import { arbitraryTree, askingTree } from "../helpers/arbitrary-tree.ts";
import { playTree } from "../helpers/play-tree.ts";

const stop = fc.record({
  n: fc.nat({ max: 60 }),
  event: fc.constantFrom<JobEvent>(
    { type: "deadlineReached", limitMs: 1_000 },
    { type: "interrupted", signal: "SIGTERM" },
  ),
});
const limits = fc.record(
  { maxSteps: fc.integer({ min: 1, max: 20 }), maxTokens: fc.integer({ min: 1_000, max: 200_000 }) },
  { requiredKeys: [] },
);
const job = fc.record(
  { tree: askingTree, limits, order: arbitraryOrder, stopAt: stop },
  { requiredKeys: ["tree", "limits", "order"] },
);
const freeJob = fc.record({ tree: arbitraryTree, order: arbitraryOrder });

const fold = (events: readonly JobEvent[]): JobState => events.reduce(evolve, emptyState);

describe("whatever a tree of Runs does, and whenever the job is stopped", () => {
  test("the fold of the journal is the state, and it has an end", () => {
    fc.assert(
      fc.property(job, ({ order, ...play }) => {
        const { state, events } = playTree({ ...play, pick: order() });
        const stored: readonly JobEvent[] = JSON.parse(JSON.stringify(events));
        expect(fold(stored)).toEqual(state);
        expect(state.outcome).toEqual(state.outcomes.get("r0"));
      }),
    );
  });

  test("nothing is wanted twice at a time, and what has begun is wanted until it settles or all is stopped", () => {
    fc.assert(
      fc.property(job, ({ order, ...play }) => {
        const { events, dropped } = playTree({ ...play, pick: order() });
        expect(dropped).toEqual([]);
        let state = emptyState;
        for (const event of events) {
          state = evolve(state, event);
          const ids = decide(state).map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
        }
      }),
    );
  });

  test("every Run ends once, and the job after the last of them", () => {
    fc.assert(
      fc.property(job, ({ order, ...play }) => {
        const { state, events } = playTree({ ...play, pick: order() });
        const ended = events.flatMap((event) => (event.type === "runFinished" ? [event.runId] : []));
        expect(new Set(ended).size).toBe(ended.length);
        expect(liveRuns(state)).toEqual([]);
        expect(ended).toEqual(expect.arrayContaining([...state.runs.keys()]));
        expect(events.at(-1)?.type).toBe("jobFinished");
        // Whoever delegated ends after its delegates, unless all are stopped at once.
        if (state.stop === undefined) expect(ended.at(-1)).toBe("r0");
      }),
    );
  });

  test("an event that comes a second time changes nothing", () => {
    fc.assert(
      fc.property(job, ({ order, ...play }) => {
        let state = emptyState;
        const { events } = playTree({ ...play, contextWindow: 300, resultBytes: 500, pick: order() });
        for (const event of events) {
          state = evolve(state, event);
          const isAttempt = event.type === "generationFailed" || event.type === "generationFinished";
          if (!isAttempt) expect(evolve(state, event)).toEqual(state);
        }
      }),
    );
  });
});

describe("each Run of a tree", () => {
  test("hears of no other's context but the query it was given and the last words of its own delegates", () => {
    fc.assert(
      fc.property(freeJob, ({ order, ...play }) => {
        const { requests } = playTree({ ...play, pick: order() });
        for (const { run } of requests) {
          for (const { kind, owner } of canaries({ system: run.system, messages: run.messages })) {
            const isChild = owner.startsWith(`${run.id}.`) && !owner.slice(run.id.length + 1).includes(".");
            const isMeant = isChild && (kind === "FIN" || kind === "QRY");
            expect(owner === run.id || isMeant, `${run.id} read ${kind} of ${owner}`).toBe(true);
          }
        }
      }),
    );
  });

  test("has exactly one result a call, in the order of the calls, in whatever order they settled", () => {
    fc.assert(
      fc.property(job, ({ order, ...play }) => {
        const { requests } = playTree({ ...play, contextWindow: 300, resultBytes: 500, pick: order() });
        for (const { run } of requests) {
          const calls = run.messages.flatMap(({ role, parts }) =>
            role === "expert" ? parts.flatMap((part) => (part.type === "toolCall" ? [part.id] : [])) : [],
          );
          const results = run.messages.flatMap((message) =>
            message.role === "tool" ? message.parts.map(({ id }) => id) : [],
          );
          expect(results).toEqual(calls);
          expect(new Set(calls).size).toBe(calls.length);
        }
      }),
    );
  });

  test("gives the same checkpoints and ends the same for the same answers, in whatever order they come", () => {
    fc.assert(
      fc.property(freeJob, arbitraryOrder, fc.boolean(), ({ order, tree }, otherOrder, isFull) => {
        const play = { tree, ...(isFull ? { contextWindow: 300, resultBytes: 500 } : {}) };
        const one = playTree({ ...play, pick: order() });
        const other = playTree({ ...play, pick: otherOrder() });
        expect(checkpointIds(other.events)).toEqual(checkpointIds(one.events));
        expect(other.state.outcomes).toEqual(one.state.outcomes);
      }),
    );
  });

  test("counts its first step after its parent's, and its next after the last of its delegates'", () => {
    fc.assert(
      fc.property(freeJob, ({ order, ...play }) => {
        const { state, requests } = playTree({ ...play, pick: order() });
        for (const { run } of requests) {
          const calledIn = Number(/\.(\d+)_\d+$/.exec(run.id)?.[1] ?? 0);
          expect(run.step).toBeGreaterThan(calledIn);
        }
        for (const [id, run] of state.runs) {
          const own = requests.filter((request) => request.run.id === id).map((request) => request.run.step);
          expect(own).toEqual(own.toSorted((a, b) => a - b));
          const parent = run.parent === undefined ? undefined : run.parent.runId;
          const calledIn = Number(/\.(\d+)_\d+$/.exec(id)?.[1] ?? 0);
          const next = requests
            .filter((request) => request.run.id === parent)
            .map((request) => request.run.step)
            .find((step) => step > calledIn);
          expect(own[0]).toBe(calledIn + 1);
          if (next !== undefined) expect(next).toBeGreaterThan(Math.max(...own));
        }
      }),
    );
  });

  test("counts as a step of the job whenever it gives an answer of use", () => {
    fc.assert(
      fc.property(job, ({ order, ...play }) => {
        const { state } = playTree({ ...play, pick: order() });
        const answers = [...state.runs.values()].flatMap(({ messages }) =>
          messages.filter(({ role }) => role === "expert"),
        );
        expect(state.steps).toBe(answers.length);
      }),
    );
  });
});

const canaries = (said: unknown): readonly { readonly kind: string; readonly owner: string }[] =>
  [...JSON.stringify(said).matchAll(/«(\w+) ([^»]+)»/g)].map(([, kind = "", owner = ""]) => ({
    kind,
    owner,
  }));

/** The checkpoints of every Run, each Run's in order. */
const checkpointIds = (events: readonly JobEvent[]): Readonly<Record<string, readonly string[]>> => {
  const ids = new Map<string, string[]>();
  let state = emptyState;
  for (const event of events) {
    state = evolve(state, event);
    for (const run of state.runs.values()) {
      const known = ids.get(run.id) ?? [];
      if (known.at(-1) !== run.checkpoint.id) ids.set(run.id, [...known, run.checkpoint.id]);
    }
  }
  return Object.fromEntries([...ids].toSorted(([a], [b]) => a.localeCompare(b)));
};
