import { describe, expect, test } from "vitest";
import { decide } from "../../src/job/decide.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import { type ResumeInput, resumeEvents } from "../../src/job/resume.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import { playTree } from "../helpers/play-tree.ts";
import {
  generationOf,
  jobResumed,
  jobStarted,
  runStarted,
  tool,
  unauthorized,
} from "../helpers/scripted-job.ts";
import type { TreeCall, TreeRun } from "../helpers/scripted-tree.ts";

const fold = (events: readonly JobEvent[]): JobState => events.reduce(evolve, emptyState);
const resume = (journal: readonly JobEvent[], input: ResumeInput = { type: "none" }) =>
  resumeEvents(fold(journal), { resumed: jobResumed(), input });

const query = { type: "query", text: "And the tests?" } as const;
const answer = { type: "answer", text: "Yes." } as const;
const treeOf = (...calls: readonly TreeCall[]): TreeRun => ({
  turns: [{ calls, text: false, failures: [] }],
  end: "text",
});
const journalOf = (tree: TreeRun) => playTree({ tree }).events;

describe("a job that cannot go on", () => {
  const completed = journalOf(treeOf());

  test("is at its end and nothing is brought", () => {
    expect(resume(completed)).toBe("atItsEnd");
    expect(resume(journalOf(treeOf({ kind: "ask" })))).toBe("atItsEnd");
  });

  test("asked nothing and is answered", () => {
    expect(resume(completed, answer)).toBe("asksNothing");
  });

  test("never began and is asked for more", () => {
    expect(resume([jobStarted()], query)).toBe("neverBegan");
  });
});

describe("a job that goes on", () => {
  test("that had failed asks its model again", () => {
    const failed = journalOf({ turns: [], end: "failure" });
    const events = resume(failed);
    expect(events).toEqual([jobResumed()]);
    const { requests, state } = playTree({
      tree: treeOf(),
      from: [...failed, jobResumed()],
    });
    expect(requests.length).toBe(1);
    expect(state.outcome).toEqual({ type: "completed", text: "«FIN r0»" });
  });

  test("with an answer gives it to the first of its questions, and stops for the second", () => {
    const tree = treeOf({ kind: "ask" }, { kind: "ask" });
    const journal = journalOf(tree);
    const events = resume(journal, answer);
    if (typeof events === "string") throw new Error(events);
    expect(events.slice(1)).toMatchObject([{ toolCallId: "call_1_0", isError: false }]);
    const { state } = playTree({ tree, from: [...journal, ...events] });
    expect(state.outcome).toEqual({ type: "needsInput" });
  });

  test("with a query where it asked says that the question was not answered", () => {
    const journal = journalOf(treeOf({ kind: "ask" }));
    const events = resume(journal, query);
    if (typeof events === "string") throw new Error(events);
    const { requests } = playTree({ tree: treeOf(), from: [...journal, ...events] });
    const said = requests[0]?.run.messages.map(({ role, parts }) => [role, JSON.stringify(parts)]);
    expect(said?.map(([role]) => role)).toEqual(["user", "expert", "tool", "user"]);
    expect(said?.[2]?.[1]).toContain("NotAnswered");
    expect(said?.[3]?.[1]).toContain("And the tests?");
  });

  test("after an accepted completion takes a query in a step of its own", () => {
    const tree: TreeRun = {
      turns: [
        {
          calls: [{ kind: "attemptCompletion" }],
          text: true,
          failures: [],
        },
      ],
      end: "text",
    };
    const journal = journalOf(tree);
    const events = resume(journal, query);
    if (typeof events === "string") throw new Error(events);
    expect(playTree({ tree, from: [...journal, ...events] }).requests[0]?.run.step).toBe(2);
  });

  test("with a query in the midst of calls hears it after their results", () => {
    const whole = journalOf(treeOf({ kind: "read" }));
    const journal = whole.slice(
      0,
      whole.findIndex(({ type }) => type === "toolCallFinished"),
    );
    const events = resume(journal, query);
    if (typeof events === "string") throw new Error(events);
    const { requests } = playTree({ tree: treeOf(), from: [...journal, ...events] });
    expect(requests[0]?.run.messages.map(({ role }) => role)).toEqual(["user", "expert", "tool", "user"]);
  });
});

describe("calls of a job that is cut off", () => {
  const writes = Array.from({ length: 20 }, () => ({ tool: "write" }));
  const journal = [
    jobStarted(),
    runStarted([{ ...tool("write"), readOnly: false }]),
    generationOf({ calls: writes }, 1),
  ];
  /** The calls of whose outcome the Expert is told that nobody knows it. */
  const unknown = (state: JobState) =>
    decide(state).flatMap((effect) =>
      effect.type === "record" && JSON.stringify(effect.event).includes("OutcomeUnknown")
        ? [effect.id.split(":").at(-1)]
        : [],
    );
  const first = Array.from({ length: 16 }, (_, index) => `call_1_${index}`);

  test("are of unknown outcome where they were under way, before anything else of their Run", () => {
    const state = fold([...journal, jobResumed()]);
    expect(unknown(state)).toEqual(first);
    expect(decide(state)).toHaveLength(16);
  });

  test("are made again where they change nothing", () => {
    const both = [
      jobStarted(),
      runStarted([tool("read"), { ...tool("write"), readOnly: false }]),
      generationOf({ calls: [{ tool: "read" }, { tool: "write" }] }, 1),
    ];
    expect(unknown(fold([...both, jobResumed()]))).toEqual(["call_1_1"]);
  });

  test("are the same when it is cut off again at once: those that had not begun are still to be made", () => {
    expect(unknown(fold([...journal, jobResumed(), jobResumed()]))).toEqual(first);
  });

  test("stay what they were when the skill changes its tools meanwhile", () => {
    const state = fold([...journal, { type: "toolsChanged", runId: "r0", skill: "files", tools: [] }]);
    expect(decide(state).map(({ type }) => type)).toEqual(Array.from({ length: 16 }, () => "callTool"));
  });
});

test("a delegate is closed with its caller when that does not come up again", () => {
  const whole = journalOf(treeOf({ kind: "delegate", run: treeOf({ kind: "read" }) }));
  const journal = whole.slice(
    0,
    whole.findIndex(({ type }) => type === "toolCallFinished"),
  );
  const failed = { type: "failed", error: unauthorized } as const;
  const state = fold([...journal, jobResumed(), { type: "runFinished", runId: "r0", outcome: failed }]);
  // As by a stop, which a job that goes on takes back: the delegate itself did not fail.
  expect(decide(state)).toEqual([
    {
      type: "closeRun",
      id: "close:r0.1_0",
      runId: "r0.1_0",
      outcome: { type: "interrupted", signal: "the end of whoever called it" },
    },
  ]);
});

test("requests that a stop or a cut breaks off are counted as lost once", () => {
  const asking = [jobStarted(), runStarted()];
  const stopped: readonly JobEvent[] = [
    ...asking,
    { type: "interrupted", signal: "SIGTERM" },
    { type: "deadlineReached", limitMs: 1 },
  ];
  const lost = fold(stopped).lost.tokens;
  expect(lost).toBeGreaterThan(0);
  expect(fold([...stopped, jobResumed()]).lost.tokens).toBe(lost);
  expect(fold([...asking, jobResumed()]).lost.tokens).toBe(lost);
});
