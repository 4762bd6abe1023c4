import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../src/job/decide.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import { type ResumeInput, resumeEvents } from "../../src/job/resume.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import { arbitraryOrder } from "../helpers/arbitrary-script.ts";
import { arbitraryTree, askingTree, soundTree } from "../helpers/arbitrary-tree.ts";
import { type PlayedTree, playTree, type TreePlay } from "../helpers/play-tree.ts";
import { jobResumed } from "../helpers/scripted-job.ts";

const fold = (events: readonly JobEvent[]): JobState => events.reduce(evolve, emptyState);

/** The journal so far with what the job goes on with, or nothing where it cannot. */
const goingOn = (
  journal: readonly JobEvent[],
  input: ResumeInput = { type: "none" },
  limits: Parameters<typeof jobResumed>[0] = {},
): readonly JobEvent[] | undefined => {
  const events = resumeEvents(fold(journal), { resumed: jobResumed(limits), input });
  return typeof events === "string" ? undefined : [...journal, ...events];
};

/** Calls that change something and would be under way where the journal was cut. */
const underWay = (journal: readonly JobEvent[]): readonly string[] =>
  decide(fold(journal)).flatMap((effect) =>
    effect.type === "callTool" && effect.call.tool === "write" ? [`${effect.runId}:${effect.call.id}`] : [],
  );

const results = (events: readonly JobEvent[]): ReadonlyMap<string, string> =>
  new Map(
    events.flatMap((event) =>
      event.type === "toolCallFinished"
        ? [[`${event.runId}:${event.toolCallId}`, JSON.stringify(event.contents)] as const]
        : [],
    ),
  );

const ending = ({ state }: Pick<PlayedTree, "state">) => ({
  outcome: state.outcome,
  outcomes: state.outcomes,
  steps: state.steps,
  runs: new Map([...state.runs].map(([id, run]) => [id, [run.checkpoint, run.messages, run.todos]])),
});

/** Nothing that was done is done again, and each Run hears at most one result a call. */
const expectNothingTwice = (journal: readonly JobEvent[], rest: PlayedTree): void => {
  const had = results(journal);
  expect(rest.made.filter((call) => had.has(call))).toEqual([]);
  const finished = new Set(fold(journal).outcomes.keys());
  const started = new Set(fold(journal).runs.keys());
  expect(rest.opened.filter((id) => finished.has(id) && id !== "r0")).toEqual([]);
  expect(rest.opened.filter((id) => started.has(id))).toEqual([]);
};

const cutAt = (events: readonly JobEvent[], share: number): readonly JobEvent[] =>
  events.slice(0, 1 + Math.floor(share * (events.length - 1)));

const share = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(1) },
);
const full = { contextWindow: 300, resultBytes: 500 };
const job = fc.record({ tree: arbitraryTree, order: arbitraryOrder, isFull: fc.boolean() });

const playOf = ({ tree, order, isFull }: { isFull: boolean; order: () => TreePlay["pick"] } & TreePlay) => ({
  tree,
  ...(isFull ? full : {}),
  ...(order === undefined ? {} : { pick: order() ?? (() => 0) }),
});

describe("a job that is cut off after any of its events and goes on", () => {
  test("ends as it would have, unless a call that changes something was under way", () => {
    fc.assert(
      fc.property(job, share, (given, at) => {
        const whole = playTree(playOf(given));
        const journal = cutAt(whole.events, at);
        const from = goingOn(journal);
        if (from === undefined || underWay(journal).length > 0) return;
        const rest = playTree({ ...playOf(given), from });
        expectNothingTwice(journal, rest);
        expect(ending(rest)).toEqual(ending(whole));
        expect(fold(JSON.parse(JSON.stringify(rest.events)))).toEqual(rest.state);
      }),
      { numRuns: 300 },
    );
  });

  test("never makes a call again that was under way, and tells the model that nobody knows what became of it", () => {
    fc.assert(
      fc.property(job, share, (given, at) => {
        const journal = cutAt(playTree(playOf(given)).events, at);
        const from = goingOn(journal);
        if (from === undefined) return;
        const rest = playTree({ ...playOf(given), from });
        const unknown = underWay(journal);
        expectNothingTwice(journal, rest);
        expect(rest.made.filter((call) => unknown.includes(call))).toEqual([]);
        const heard = results(rest.events);
        for (const call of unknown) expect(heard.get(call)).toContain("OutcomeUnknown");
        const told = [...heard.values()].filter((text) => text.includes("OutcomeUnknown"));
        expect(told.length).toBe(unknown.length);
      }),
      { numRuns: 300 },
    );
  });

  test("does so as often as it is cut off", () => {
    fc.assert(
      fc.property(job, fc.array(share, { minLength: 1, maxLength: 4 }), (given, cuts) => {
        const whole = playTree(playOf(given));
        let events = whole.events;
        let atEnd = false;
        const unknown = new Set<string>();
        for (const at of cuts) {
          const journal = cutAt(events, at);
          for (const call of skillsUp(journal)) unknown.add(call);
          const from = goingOn(journal);
          if (from === undefined) atEnd = true;
          else {
            const rest = playTree({ ...playOf(given), from });
            expectNothingTwice(journal, rest);
            expect(rest.made.filter((call) => unknown.has(call) && results(journal).has(call))).toEqual([]);
            events = rest.events;
          }
        }
        const told = [...results(events)].filter(([, text]) => text.includes("OutcomeUnknown"));
        for (const [call] of told) expect([...unknown]).toContain(call);
        if (told.length === 0 && !atEnd) expect(ending({ state: fold(events) })).toEqual(ending(whole));
      }),
      { numRuns: 300 },
    );
  });
});

/** Calls under way at the cut; none are while the Run's skills are not up again. */
const skillsUp = (journal: readonly JobEvent[]): readonly string[] => {
  const state = fold(journal);
  return underWay(journal).filter((call) => state.runs.get(call.split(":")[0] ?? "")?.skills === "open");
};

const stop = fc.record({
  n: fc.nat({ max: 40 }),
  event: fc.constantFrom<JobEvent>(
    { type: "deadlineReached", limitMs: 1_000 },
    { type: "interrupted", signal: "SIGTERM" },
  ),
});

describe("a job that was stopped and goes on", () => {
  test("with a larger budget ends as it would have", () => {
    fc.assert(
      fc.property(job, fc.integer({ min: 1, max: 8 }), (given, maxSteps) => {
        const whole = playTree(playOf(given));
        const stopped = playTree({ ...playOf(given), limits: { maxSteps } });
        const from = goingOn(stopped.events);
        if (from === undefined) {
          expect(ending(stopped)).toEqual(ending(whole));
          return;
        }
        const rest = playTree({ ...playOf(given), from });
        expectNothingTwice(stopped.events, rest);
        expect(ending(rest)).toEqual(ending(whole));
      }),
      { numRuns: 300 },
    );
  });

  test("by a signal or its deadline repeats nothing, and ends", () => {
    fc.assert(
      fc.property(job, stop, (given, stopAt) => {
        const whole = playTree(playOf(given));
        const stopped = playTree({ ...playOf(given), stopAt });
        const from = goingOn(stopped.events);
        if (from === undefined) return;
        const rest = playTree({ ...playOf(given), from });
        expectNothingTwice(stopped.events, rest);
        expect(rest.state.stop).toBeUndefined();
        const told = [...results(rest.events).values()].filter((text) => text.includes("OutcomeUnknown"));
        if (told.length === 0) expect(ending(rest)).toEqual(ending(whole));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a job that a person brings something to", () => {
  test("asks each of its questions once, and ends with all of them answered", () => {
    fc.assert(
      fc.property(askingTree, arbitraryOrder, (tree, order) => {
        let played = playTree({ tree, pick: order() });
        let answers = 0;
        while (played.state.outcome?.type === "needsInput") {
          expect(goingOn(played.events)).toBeUndefined();
          const from = goingOn(played.events, { type: "answer", text: "Yes." });
          if (from === undefined) throw new Error("It asks and takes no answer.");
          const { events } = played;
          played = playTree({ tree, pick: order(), from });
          expectNothingTwice(events, played);
          answers += 1;
        }
        const asked = [...played.state.runs.values()].flatMap((run) =>
          run.messages.flatMap((message) =>
            message.role === "tool" ? message.parts.filter((part) => part.tool === "ask") : [],
          ),
        );
        expect(asked.filter((part) => !part.isError).length).toBe(answers);
        expect(goingOn(played.events, { type: "answer", text: "Yes." })).toBeUndefined();
      }),
    );
  });

  test("hears what is added, whenever it is, and no step or call is counted twice", () => {
    fc.assert(
      fc.property(fc.oneof(askingTree, soundTree), arbitraryOrder, share, (tree, order, at) => {
        const journal = cutAt(playTree({ tree, pick: order() }).events, at);
        const from = goingOn(journal, { type: "query", text: "And the tests?" });
        if (from === undefined) {
          expect(fold(journal).runs.has("r0")).toBe(false);
          return;
        }
        const { state, requests, events, ...seen } = playTree({ tree, pick: order(), from });
        expectNothingTwice(journal, { state, requests, events, ...seen });
        for (const { run } of requests) expectWhole(run.messages);
        expect(JSON.stringify(state.runs.get("r0")?.messages)).toContain("And the tests?");
        const steps = endedSteps(events);
        expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
        const calls = (state.runs.get("r0")?.messages ?? []).flatMap(({ parts }) =>
          parts.flatMap((part) => (part.type === "toolCall" ? [part.id] : [])),
        );
        expect(new Set(calls).size).toBe(calls.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** The steps that the Coordinator's checkpoints end. */
const endedSteps = (events: readonly JobEvent[]): readonly number[] => {
  const ended: { readonly id: string; readonly step: number }[] = [];
  let state = emptyState;
  for (const event of events) {
    state = evolve(state, event);
    const checkpoint = state.runs.get("r0")?.checkpoint;
    if (checkpoint !== undefined && checkpoint.id !== ended.at(-1)?.id) ended.push(checkpoint);
  }
  return ended.map(({ step }) => step);
};

type Messages = PlayedTree["requests"][number]["run"]["messages"];

/** Every call has its result in the next message, and nothing else has one. */
const expectWhole = (messages: Messages): void => {
  messages.forEach((message, index) => {
    if (message.role !== "expert") return;
    const calls = message.parts.flatMap((part) => (part.type === "toolCall" ? [part.id] : []));
    const next = messages[index + 1];
    const given = next?.role === "tool" ? next.parts.map(({ id }) => id) : [];
    expect(given).toEqual(calls);
  });
};
