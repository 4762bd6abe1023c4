import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import { emptyState } from "../../src/job/state.ts";
import { checkpointOf } from "../../src/perstack/checkpoint.ts";
import type { PerstackEvent } from "../../src/perstack/event.ts";
import { createProjection } from "../../src/perstack/projection.ts";
import { arbitraryAnswers, arbitraryOrder } from "../helpers/arbitrary-script.ts";
import { entriesOf, playJob } from "../helpers/scripted-job.ts";
import { EventShape } from "./perstack-schemas.ts";

const project = (events: readonly JobEvent[]): readonly PerstackEvent[] => {
  const projection = createProjection();
  return entriesOf(events).flatMap((entry) => projection.push(entry));
};

describe("whatever happens in a job", () => {
  const script = fc.record(
    {
      answers: arbitraryAnswers,
      limits: fc.record({ maxSteps: fc.integer({ min: 1, max: 6 }), maxRetries: fc.nat({ max: 2 }) }),
      order: arbitraryOrder,
      stopAt: fc.record({
        n: fc.nat({ max: 30 }),
        event: fc.constant<JobEvent>({ type: "interrupted", signal: "SIGTERM" }),
      }),
    },
    { requiredKeys: ["answers", "limits", "order"] },
  );

  test("it is told the same by who is handed the state with each entry as by who folds it again", () => {
    fc.assert(
      fc.property(script, ({ order, ...rest }) => {
        const { events } = playJob({ ...rest, pick: order() });
        const projection = createProjection();
        let state = emptyState;
        const told = entriesOf(events).flatMap((entry) => {
          state = evolve(state, entry.event);
          return projection.push(entry, state);
        });
        expect(told).toEqual(project(events));
      }),
    );
  });

  test("every event has Perstack's shape and an id of its own, and the last one ends the Run", () => {
    fc.assert(
      fc.property(script, ({ order, ...rest }) => {
        const events = project(playJob({ ...rest, pick: order() }).events);
        for (const event of events) EventShape.parse(event);
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
        const ends = events.filter(({ type }) => type === "completeRun" || type.startsWith("stopRunBy"));
        expect(ends).toEqual([events.at(-1)]);
      }),
    );
  });

  test("input and the steps' new messages add up to the exported checkpoint's messages", () => {
    fc.assert(
      fc.property(script, ({ order, ...rest }) => {
        const job = playJob({ ...rest, pick: order() });
        const events = project(job.events);
        const shown = events.flatMap((event) => {
          if (event.type === "startRun") return event.inputMessages;
          return "step" in event ? event.step.newMessages : [];
        });
        const checkpoint = checkpointOf(job.state, "r0");
        expect(shown).toEqual(checkpoint?.messages ?? []);
        const end = events.at(-1);
        const { messages: _messages, ...embedded } = checkpoint ?? { messages: [] };
        if (checkpoint !== undefined && end !== undefined && "checkpoint" in end) {
          expect(end.checkpoint).toEqual(embedded);
        }
      }),
    );
  });

  test("steps and told costs add up to the Run's usage", () => {
    fc.assert(
      fc.property(script, ({ order, ...rest }) => {
        const job = playJob({ ...rest, pick: order() });
        const events = project(job.events);
        const tokensOf = { steps: 0, told: 0 };
        for (const event of events) {
          if ("step" in event) tokensOf.steps += event.step.usage.totalTokens;
          if ("usage" in event) tokensOf.told += event.usage.totalTokens;
        }
        const { inputTokens, outputTokens } = job.state.usage;
        expect(tokensOf.steps).toBe(inputTokens + outputTokens);
        if (job.state.outcome?.type === "completed") expect(tokensOf.told).toBe(inputTokens + outputTokens);
      }),
    );
  });
});
