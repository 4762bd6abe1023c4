import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../src/job/decide.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import type { Message } from "../../src/job/message.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import { addUsage, noUsage } from "../../src/job/usage.ts";
import { arbitraryAnswers, arbitraryOrder } from "../helpers/arbitrary-script.ts";
import { playJob, rootRun } from "../helpers/scripted-job.ts";

const limits = fc.record({ maxSteps: fc.integer({ min: 1, max: 6 }), maxRetries: fc.nat({ max: 2 }) });
const stop = fc.record({
  n: fc.nat({ max: 30 }),
  event: fc.constantFrom<JobEvent>(
    { type: "deadlineReached", limitMs: 1_000 },
    { type: "interrupted", signal: "SIGTERM" },
  ),
});
const job = fc.record({ answers: arbitraryAnswers, limits, order: arbitraryOrder });
const stoppedJob = fc.record(
  { answers: arbitraryAnswers, limits, order: arbitraryOrder, stopAt: stop },
  { requiredKeys: ["answers", "limits", "order"] },
);

const fold = (events: readonly JobEvent[]): JobState => events.reduce(evolve, emptyState);

describe("whatever the model answers, and whenever the job is stopped", () => {
  test("the job ends, and the fold of its journal is its state", () => {
    fc.assert(
      fc.property(stoppedJob, ({ order, ...script }) => {
        const { state, events } = playJob({ ...script, pick: order() });
        const stored: readonly JobEvent[] = JSON.parse(JSON.stringify(events));
        expect(fold(stored)).toEqual(state);
        expect(state.outcome).toEqual(state.outcomes.get("r0"));
      }),
    );
  });

  test("every prefix of the journal says what to do next, until the job is over", () => {
    fc.assert(
      fc.property(stoppedJob, ({ order, ...script }) => {
        const { events } = playJob({ ...script, pick: order() });
        let state = emptyState;
        for (const event of events) {
          state = evolve(state, event);
          expect(decide(state).length > 0).toBe(state.outcome === undefined);
        }
      }),
    );
  });

  test("no effect is wanted twice at a time", () => {
    fc.assert(
      fc.property(stoppedJob, ({ order, ...script }) => {
        const { events } = playJob({ ...script, pick: order() });
        let state = emptyState;
        for (const event of events) {
          state = evolve(state, event);
          const ids = decide(state).map((effect) => effect.id);
          expect(new Set(ids).size).toBe(ids.length);
        }
      }),
    );
  });

  test("steps never exceed the limit", () => {
    fc.assert(
      fc.property(stoppedJob, ({ order, ...script }) => {
        const { state } = playJob({ ...script, pick: order() });
        expect(state.steps).toBeLessThanOrEqual(script.limits.maxSteps);
      }),
    );
  });

  test("usage is the sum of what every answer cost", () => {
    fc.assert(
      fc.property(stoppedJob, ({ order, ...script }) => {
        const { state, events } = playJob({ ...script, pick: order() });
        const sum = events.reduce(
          (total, event) => (event.type === "generationFinished" ? addUsage(total, event.usage) : total),
          noUsage,
        );
        expect(state.usage).toEqual(sum);
        expect(state.runs.get("r0")?.usage ?? noUsage).toEqual(sum);
      }),
    );
  });

  test("an event that comes a second time changes nothing", () => {
    fc.assert(
      fc.property(stoppedJob, ({ order, ...script }) => {
        const { events } = playJob({ ...script, pick: order() });
        let state = emptyState;
        for (const event of events) {
          state = evolve(state, event);
          // A second failure of the same attempt cannot be told from a failure of the next one.
          const isAttempt = event.type === "generationFailed" || event.type === "generationFinished";
          if (!isAttempt) expect(evolve(state, event)).toEqual(state);
        }
      }),
    );
  });
});

describe("whatever tools the model calls", () => {
  test("each call that was made is answered once, unless the job is stopped", () => {
    fc.assert(
      fc.property(job, ({ order, ...script }) => {
        const { state, events } = playJob({ ...script, pick: order() });
        const answered = events.flatMap((event) =>
          event.type === "toolCallFinished" ? [event.toolCallId] : [],
        );
        expect(new Set(answered).size).toBe(answered.length);
        const made = callsWithResults(rootRun(state).messages).map(({ calls }) => calls);
        expect(answered.toSorted()).toEqual(made.flat().toSorted());
      }),
    );
  });

  test("every request holds exactly one result a call, in the order of the calls", () => {
    fc.assert(
      fc.property(stoppedJob, ({ order, ...script }) => {
        const { requests } = playJob({ ...script, pick: order() });
        for (const { messages } of requests) {
          expect(messages.at(-1)?.role).not.toBe("expert");
          for (const { calls, results } of callsWithResults(messages)) expect(results).toEqual(calls);
        }
      }),
    );
  });

  test("the same answers give the same checkpoints, in whatever order parallel calls settle", () => {
    fc.assert(
      fc.property(job, arbitraryOrder, ({ order, ...script }, otherOrder) => {
        const one = playJob({ ...script, pick: order() });
        const other = playJob({ ...script, pick: otherOrder() });
        expect(checkpointIds(other.events)).toEqual(checkpointIds(one.events));
        expect(other.state.outcome).toEqual(one.state.outcome);
      }),
    );
  });
});

describe("however many tools one answer calls", () => {
  const manyCalls = fc
    .array(fc.constantFrom("read", "todo", "noSuchTool", "attemptCompletion"), {
      minLength: 1,
      maxLength: 60,
      size: "max",
    })
    .map((tools) => tools.map((tool) => ({ tool, args: {} })));

  test("at most 16 calls are under way, in order, and one that began is wanted until it is settled", () => {
    fc.assert(
      fc.property(manyCalls, arbitraryOrder, (calls, order) => {
        const { events } = playJob({ answers: [{ calls }], pick: order() });
        let state = emptyState;
        let begun: readonly string[] = [];
        for (const event of events) {
          state = evolve(state, event);
          const wanted = toolEffects(state);
          const settled = event.type === "toolCallFinished" ? event.toolCallId : "";
          expect(wanted.length).toBeLessThanOrEqual(16);
          expect(wanted).toEqual(expect.arrayContaining(begun.filter((id) => id !== settled)));
          begun = wanted;
        }
        expect(begun).toEqual([]);
      }),
    );
  });

  test("the first 16 of 20 begin at once, and one more with each that settles", () => {
    const calls = Array.from({ length: 20 }, () => ({ tool: "read", args: {} }));
    const { events } = playJob({ answers: [{ calls }], pick: () => 0 });
    const states = events.map((_, index) => fold(events.slice(0, index + 1)));
    const counts = states.map((state) => toolEffects(state).length).filter((count) => count > 0);
    expect(counts).toEqual([16, 16, 16, 16, ...Array.from({ length: 16 }, (_, index) => 16 - index)]);
  });
});

const toolEffects = (state: JobState): readonly string[] =>
  decide(state).flatMap((effect) => (effect.type === "callTool" ? [effect.call.id] : []));

/** Calls of each answer that went on to its tools, and the ids of the results that follow it. */
const callsWithResults = (messages: readonly Message[]) =>
  messages.flatMap((message, index) => {
    const next = messages[index + 1];
    if (message.role !== "expert" || next?.role !== "tool") return [];
    const calls = message.parts.flatMap((part) => (part.type === "toolCall" ? [part.id] : []));
    return [{ calls, results: next.parts.map((part) => part.id) }];
  });

const checkpointIds = (events: readonly JobEvent[]): readonly string[] => {
  const ids: string[] = [];
  let state = emptyState;
  for (const event of events) {
    state = evolve(state, event);
    const id = state.runs.get("r0")?.checkpoint.id;
    if (id !== undefined && id !== ids.at(-1)) ids.push(id);
  }
  return ids;
};
