import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import { emptyState } from "../../src/job/state.ts";
import { checkpointOf } from "../../src/perstack/checkpoint.ts";
import type { PerstackEvent, PerstackRunEvent } from "../../src/perstack/event.ts";
import { createProjection } from "../../src/perstack/projection.ts";
import { arbitraryOrder } from "../helpers/arbitrary-script.ts";
import {
  entriesOf,
  overloaded,
  type ScriptedAnswer,
  type ScriptedCall,
  tokens,
  unauthorized,
} from "../helpers/scripted-job.ts";
import { CheckpointShape, EventShape } from "./perstack-schemas.ts";
import { playTree, type TreeScript } from "./tree-job.ts";

const toolCall: fc.Arbitrary<ScriptedCall> = fc.constantFrom<ScriptedCall>(
  { tool: "read" },
  { tool: "write" },
  { tool: "todo", args: { newTodos: ["a"] } },
  { tool: "clearTodo" },
  { tool: "attemptCompletion" },
  { tool: "noSuchTool" },
);
const delegateCall = (name: string): fc.Arbitrary<ScriptedCall> =>
  fc.constantFrom<ScriptedCall>(
    { tool: name, args: { query: "Do it." } },
    { tool: name, args: { query: "Do it all." } },
    { tool: name, args: { query: " " } },
    { tool: name, malformed: "{oops" },
  );
const question = fc.constant<ScriptedCall>({ tool: "ask", args: { what: "Which one?" } });

const answersWith = (call: fc.Arbitrary<ScriptedCall>): fc.Arbitrary<readonly ScriptedAnswer[]> => {
  const usage = fc.tuple(fc.nat(1_000), fc.nat(1_000)).map(([input, output]) => tokens(input, output));
  const text = fc.constantFrom("Well.", "Looks good.", '{"ok": true}', " ");
  return fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record(
          { text, calls: fc.array(call, { minLength: 1, maxLength: 4 }), usage },
          { requiredKeys: ["calls", "usage"] },
        ),
      },
      { weight: 1, arbitrary: fc.record({ text, usage }) },
      { weight: 1, arbitrary: fc.constant<ScriptedAnswer>({ fails: overloaded }) },
      { weight: 1, arbitrary: fc.constant<ScriptedAnswer>({ fails: unauthorized }) },
    ),
    { maxLength: 6 },
  );
};

const input = fc.constantFrom(
  { type: "none" } as const,
  { type: "answer", text: "That one." } as const,
  { type: "query", text: "And now?" } as const,
);
const writer = delegateCall("writer");
const critic = delegateCall("critic");
const script: fc.Arbitrary<TreeScript> = fc
  .record(
    {
      answers: fc.record({
        lead: answersWith(fc.oneof(toolCall, writer, critic, question)),
        "@team/writer@2.0.0": answersWith(fc.oneof(toolCall, critic)),
        critic: answersWith(toolCall),
      }),
      limits: fc.record(
        { maxSteps: fc.integer({ min: 1, max: 12 }), maxTokens: fc.integer({ min: 1_000, max: 60_000 }) },
        { requiredKeys: [] },
      ),
      outputSchema: fc.constant({ type: "object", required: ["ok"] }),
      contextWindow: fc.constant(1_500),
      resultLength: fc.constant(800),
      doNotOpen: fc.subarray(["@team/writer@2.0.0", "critic"] as const),
      order: arbitraryOrder,
      sittings: fc.array(
        fc.record({
          after: fc.nat({ max: 25 }),
          by: fc.constantFrom("cut" as const, "signal" as const),
          input,
        }),
        { maxLength: 2 },
      ),
      more: fc.array(input, { maxLength: 3 }),
    },
    { requiredKeys: ["answers", "order"] },
  )
  .map(({ order, ...rest }) => ({ ...rest, pick: order() }));

const project = (events: readonly JobEvent[]): readonly PerstackEvent[] => {
  const projection = createProjection();
  return entriesOf(events).flatMap((entry) => projection.push(entry));
};

/** A Run's events; those of the runtime around it left out. */
const ofRun = (events: readonly PerstackEvent[], runId: string): readonly PerstackRunEvent[] =>
  events.filter((event): event is PerstackRunEvent => "expertKey" in event && event.runId === runId);
const runIdsOf = (events: readonly PerstackEvent[]): readonly string[] => [
  ...new Set(events.flatMap((event) => ("expertKey" in event ? [event.runId] : []))),
];
const isEnd = ({ type }: PerstackEvent): boolean => type === "completeRun" || type.startsWith("stopRunBy");

/** The messages a Run's stream shows, in order, the instruction among them. */
const shownOf = (events: readonly PerstackRunEvent[]) =>
  events.flatMap((event) => {
    if (event.type === "startRun") return event.inputMessages;
    return "step" in event ? event.step.newMessages : [];
  });

const always = (law: (job: ReturnType<typeof playTree>, events: readonly PerstackEvent[]) => void): void => {
  fc.assert(
    fc.property(script, (scripted) => {
      const job = playTree(scripted);
      law(job, project(job.events));
    }),
    { numRuns: 300 },
  );
};

describe("whatever happens in a job of several Experts that is taken up again and again", () => {
  test("every event has Perstack's shape and an id of its own", () => {
    always((_job, events) => {
      for (const event of events) EventShape.parse(event);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    });
  });

  test("every Run has a whole checkpoint at any moment", () => {
    fc.assert(
      fc.property(script, fc.nat({ max: 60 }), (scripted, count) => {
        const { events } = playTree(scripted);
        const states = [events, events.slice(0, count)].map((some) => some.reduce(evolve, emptyState));
        for (const state of states) {
          for (const runId of state.runs.keys()) {
            CheckpointShape.parse(checkpointOf(state, runId, () => new Uint8Array()));
          }
        }
      }),
    );
  });

  test("a Run's starts and ends take turns, nothing happens between an end and a start, and steps go on", () => {
    always(({ state }, events) => {
      for (const runId of runIdsOf(events)) {
        const own = ofRun(events, runId);
        let isOpen = false;
        let step = 0;
        for (const event of own) {
          const isUnstarted = "checkpoint" in event && event.checkpoint.id === "r0.unstarted";
          expect(isOpen || isUnstarted).toBe(event.type !== "startRun");
          isOpen = !isEnd(event);
          expect(event.stepNumber).toBeGreaterThanOrEqual(step);
          expect(event.expertKey).toBe(own[0]?.expertKey);
          step = event.stepNumber;
        }
        expect(isOpen).toBe(false);
        expect(own.at(-1)?.type).not.toBe("stopRunByDelegate");
      }
      // A job that is stopped ends everybody at once, in any order.
      if (state.stop === undefined) expect(events.findLast(isEnd)?.runId).toBe("r0");
    });
  });

  test("inputs and the steps' new messages are the Run's messages", () => {
    always(({ state }, events) => {
      for (const [runId, run] of state.runs) {
        const shown = shownOf(ofRun(events, runId));
        const held = checkpointOf(state, runId)?.messages ?? [];
        expect(shown.map(({ id }) => id)).toEqual(held.map(({ id }) => id));
        if (run.context.reduced.size === 0) expect(shown).toEqual(held);
      }
    });
  });

  test("what the model was asked with are the Run's first messages, none of them twice", () => {
    always(({ state }, events) => {
      for (const runId of state.runs.keys()) {
        const asked = ofRun(events, runId).flatMap((event) =>
          event.type === "startGeneration" ? event.messages.map(({ id }) => id) : [],
        );
        const held = checkpointOf(state, runId)?.messages.map(({ id }) => id) ?? [];
        expect(asked).toEqual(held.slice(0, asked.length));
      }
    });
  });

  test("a Run's last checkpoint in the stream is the one that is exported", () => {
    always(({ state }, events) => {
      for (const runId of state.runs.keys()) {
        const end = ofRun(events, runId).at(-1);
        const { messages: _messages, ...exported } = checkpointOf(state, runId) ?? { messages: [] };
        // Nobody can tell from the state that a step was begun before its job was cut off.
        const isCutShort = state.resumptions > 0 && state.outcomes.get(runId)?.type === "maxSteps";
        const step = isCutShort ? { stepNumber: end?.stepNumber } : {};
        expect(end !== undefined && "checkpoint" in end && end.checkpoint).toEqual({ ...exported, ...step });
      }
    });
  });

  test("a Run's steps add up to what it used, and a completed Run has told all of it", () => {
    always(({ state }, events) => {
      for (const [runId, run] of state.runs) {
        const own = ofRun(events, runId);
        const used = run.usage.inputTokens + run.usage.outputTokens;
        const sum = (tokensOf: (event: PerstackRunEvent) => number) =>
          own.reduce((total, event) => total + tokensOf(event), 0);
        expect(sum((event) => ("step" in event ? event.step.usage.totalTokens : 0))).toBe(used);
        const told = sum((event) => ("usage" in event ? event.usage.totalTokens : 0));
        expect(told).toBeLessThanOrEqual(used);
        if (own.at(-1)?.type === "completeRun") expect(told).toBe(used);
      }
    });
  });

  test("a call's id is one call's in the whole job, and a delegate is started by the call of a delegate", () => {
    always(({ state }, events) => {
      const ids = [...state.runs.keys()].flatMap((runId) =>
        (checkpointOf(state, runId)?.messages ?? []).flatMap(({ contents }) =>
          contents.flatMap((part) => (part.type === "toolCallPart" ? [part.toolCallId] : [])),
        ),
      );
      expect(new Set(ids).size).toBe(ids.length);
      const called = new Map<string, string>();
      const delegated = new Map<string, { readonly runId: string; readonly skillName: string }>();
      for (const event of events) {
        const toolCalls = "toolCalls" in event ? event.toolCalls : [];
        for (const call of toolCalls) {
          expect(called.get(call.id) ?? event.runId).toBe(event.runId);
          called.set(call.id, event.runId);
          if (event.type === "callDelegate") delegated.set(call.id, { ...call, runId: event.runId });
        }
        if (event.type !== "startRun" || event.runId === "r0") continue;
        const by = event.initialCheckpoint.delegatedBy;
        const call = delegated.get(by?.toolCallId ?? "");
        expect(call).toMatchObject({ runId: by?.runId, skillName: event.expertKey });
      }
    });
  });

  test("a parent waits stopped until its delegates have ended", () => {
    always((_job, events) => {
      const running = new Set<string>();
      for (const event of events) {
        if (!("expertKey" in event)) continue;
        if (event.type === "startRun") running.add(event.runId);
        if (isEnd(event)) running.delete(event.runId);
        const isGoingOn =
          event.type === "finishAllToolCalls" ||
          event.type === "startGeneration" ||
          event.type === "completeRun";
        if (!isGoingOn) continue;
        expect([...running].filter((runId) => runId.startsWith(`${event.runId}.`))).toEqual([]);
      }
    });
  });

  test("a stream watched is the journal's stream, but for what streamed", () => {
    fc.assert(
      fc.property(
        script,
        fc.array(fc.constantFrom("thinking", "text"), { maxLength: 20 }),
        (scripted, kinds) => {
          const { events } = playTree(scripted);
          const projection = createProjection();
          const watched = entriesOf(events).flatMap((entry, index) => {
            const { event } = entry;
            const kind = kinds[index % Math.max(kinds.length, 1)];
            const deltas =
              event.type === "generationFinished" && (kind === "thinking" || kind === "text")
                ? projection.delta(
                    { type: kind, text: "Hm.", runId: event.runId, step: event.step },
                    entry.at,
                  )
                : [];
            for (const delta of deltas) EventShape.parse(delta);
            return [...deltas, ...projection.push(entry)];
          });
          expect(new Set(watched.map(({ id }) => id)).size).toBe(watched.length);
          const isStreamed = ({ type }: PerstackEvent) => /stream/i.test(type);
          expect(watched.filter((event) => !isStreamed(event))).toEqual(project(events));
          for (const event of watched.filter(isStreamed)) {
            expect(event).toHaveProperty("expertKey", ofRun(watched, event.runId)[0]?.expertKey);
          }
        },
      ),
    );
  });
});
