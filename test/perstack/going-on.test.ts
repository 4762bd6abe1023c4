import { describe, expect, test } from "vitest";
import type { JobEvent } from "../../src/job/event.ts";
import type { ResumeInput } from "../../src/job/resume.ts";
import { checkpointOf } from "../../src/perstack/checkpoint.ts";
import type { PerstackEvent } from "../../src/perstack/event.ts";
import { jobOf } from "../../src/perstack/job.ts";
import { createProjection } from "../../src/perstack/projection.ts";
import { entriesOf, unauthorized } from "../helpers/scripted-job.ts";
import { CheckpointShape, EventShape, JobShape } from "./perstack-schemas.ts";
import { playTree, type TreeScript } from "./tree-job.ts";

const project = (events: readonly JobEvent[]): readonly PerstackEvent[] => {
  const projection = createProjection();
  const projected = entriesOf(events).flatMap((entry) => projection.push(entry));
  for (const event of projected) EventShape.parse(event);
  return projected;
};
const told = (events: readonly PerstackEvent[]) =>
  events.flatMap((event) => ("expertKey" in event ? [`${event.runId} ${event.type}`] : [event.type]));
const only = <Type extends PerstackEvent["type"]>(events: readonly PerstackEvent[], type: Type) =>
  events.filter((event): event is Extract<PerstackEvent, { type: Type }> => event.type === type);

/** A job, its events and those of them that came after it was taken up again. */
const played = (script: TreeScript) => {
  const { state, events: journal } = playTree(script);
  const events = project(journal);
  const again = events.findLastIndex(({ type }) => type === "initializeRuntime");
  return { state, journal, events, later: events.slice(again) };
};

const answer: ResumeInput = { type: "answer", text: "The blue one." };
const query: ResumeInput = { type: "query", text: "And now?" };
const ask = { tool: "ask", args: { what: "Which one?" } };
const toWriter = { tool: "writer", args: { query: "Write it." } };
const writerKey = "@team/writer@2.0.0";

describe("given an Expert that asks a person", () => {
  const asks = { lead: [{ calls: [ask] }, { text: "Blue it is." }] };

  test("when nobody has answered, then the Run stops with the question", () => {
    const { state, events } = played({ answers: asks });
    expect(told(events)).toEqual([
      "initializeRuntime",
      "r0 startRun",
      "r0 startGeneration",
      "r0 callInteractiveTool",
      "r0 stopRunByInteractiveTool",
    ]);
    expect(only(events, "callInteractiveTool")).toMatchObject([
      {
        newMessage: { id: "r0.m1" },
        toolCall: { id: "call_1_0", skillName: "people", toolName: "ask", args: { what: "Which one?" } },
        usage: { totalTokens: 15 },
      },
    ]);
    expect(events.at(-1)).toMatchObject({
      checkpoint: {
        status: "stoppedByInteractiveTool",
        pendingToolCalls: [{ id: "call_1_0" }],
        partialToolResults: [],
      },
      step: { newMessages: [{ id: "r0.m1" }], pendingToolCalls: [{ id: "call_1_0" }] },
    });
    expect(JobShape.parse(jobOf(state, { startedAt: 1 })).status).toBe("stoppedByInteractiveTool");
    expect(CheckpointShape.parse(checkpointOf(state, "r0")).status).toBe("stoppedByInteractiveTool");
  });

  test("when the answer comes, then the Run is started from its checkpoint with it", () => {
    const { later } = played({ answers: asks, more: [answer] });
    expect(told(later)).toEqual([
      "initializeRuntime",
      "r0 startRun",
      "r0 finishAllToolCalls",
      "r0 continueToNextStep",
      "r0 startGeneration",
      "r0 completeRun",
    ]);
    expect(only(later, "startRun")[0]).toMatchObject({
      stepNumber: 1,
      initialCheckpoint: {
        status: "stoppedByInteractiveTool",
        partialToolResults: [{ id: "call_1_0", skillName: "people", result: [{ text: "The blue one." }] }],
      },
      inputMessages: [],
    });
    expect(only(later, "startGeneration")[0]?.messages).toMatchObject([{ id: "r0.m1" }, { id: "r0.m2" }]);
    expect(only(later, "completeRun")[0]).toMatchObject({ stepNumber: 2, text: "Blue it is." });
  });

  test("when it asks two things beside a call, then the tool's result is kept and the second is asked after the first", () => {
    const calls = [ask, { tool: "read" }, { ...ask, args: { what: "Why?" } }];
    const { events, later } = played({ answers: { lead: [{ calls }] }, more: [answer] });
    expect(told(events).slice(3, 7)).toEqual([
      "r0 callTools",
      "r0 resolveToolResults",
      "r0 callInteractiveTool",
      "r0 stopRunByInteractiveTool",
    ]);
    expect(only(events, "stopRunByInteractiveTool")[0]?.checkpoint).toMatchObject({
      pendingToolCalls: [{ id: "call_1_0" }, { id: "call_1_2" }],
      partialToolResults: [{ id: "call_1_1" }],
    });
    expect(told(later).slice(1)).toEqual([
      "r0 startRun",
      "r0 resumeToolCalls",
      "r0 callInteractiveTool",
      "r0 stopRunByInteractiveTool",
    ]);
    expect(only(later, "resumeToolCalls")[0]).toMatchObject({
      pendingToolCalls: [{ id: "call_1_2" }],
      partialToolResults: [{ id: "call_1_1" }, { id: "call_1_0" }],
    });
    expect(only(later, "callInteractiveTool")[0]).toMatchObject({
      toolCall: { id: "call_1_2", args: { what: "Why?" } },
      usage: { totalTokens: 0 },
    });
  });

  test("when it would complete after the answer, then it does, and the results are told as those of all calls", () => {
    const calls = [ask, { tool: "attemptCompletion" }];
    const { later } = played({ answers: { lead: [{ text: "Blue then.", calls }] }, more: [answer] });
    expect(told(later).slice(1)).toEqual([
      "r0 startRun",
      "r0 resumeToolCalls",
      "r0 attemptCompletion",
      "r0 finishAllToolCalls",
      "r0 completeRun",
    ]);
    expect(only(later, "resumeToolCalls")[0]).toMatchObject({
      pendingToolCalls: [{ toolName: "attemptCompletion" }],
      partialToolResults: [{ toolName: "ask" }],
    });
  });

  test("when something else is said instead, then it is heard with the results", () => {
    const { later } = played({ answers: asks, more: [query] });
    expect(only(later, "startRun")[0]).toMatchObject({ inputMessages: [] });
    expect(only(later, "finishAllToolCalls")[0]?.newMessages).toMatchObject([
      { type: "toolMessage", contents: [{ isError: true }] },
      { type: "userMessage", contents: [{ text: "And now?" }] },
    ]);
    expect(only(later, "continueToNextStep")[0]?.step.newMessages).toMatchObject([
      { id: "r0.m2", type: "toolMessage" },
      { id: "r0.m3", type: "userMessage" },
    ]);
  });
});

describe("given a job that is over", () => {
  test("when more is asked, then the completed Run is started with that", () => {
    const { later } = played({ answers: { lead: [{ text: "Fine." }, { text: "Still." }] }, more: [query] });
    expect(told(later)).toEqual(["initializeRuntime", "r0 startRun", "r0 startGeneration", "r0 completeRun"]);
    expect(only(later, "startRun")[0]).toMatchObject({
      initialCheckpoint: { status: "completed", stepNumber: 1 },
      inputMessages: [{ id: "r0.m2", type: "userMessage", contents: [{ text: "And now?" }] }],
    });
    expect(only(later, "startGeneration")[0]).toMatchObject({
      stepNumber: 2,
      messages: [{ id: "r0.m1" }, { id: "r0.m2" }],
    });
    expect(only(later, "completeRun")[0]).toMatchObject({
      text: "Still.",
      step: { stepNumber: 2, newMessages: [{ id: "r0.m3" }] },
      usage: { totalTokens: 15 },
    });
  });

  test("when it had completed beside a delegate and delegates again, then that is another Run in a later step", () => {
    const lead = [{ text: "Fine.", calls: [toWriter, { tool: "attemptCompletion" }] }, { calls: [toWriter] }];
    const { later } = played({ answers: { lead }, more: [query] });
    expect(only(later, "startGeneration").map(({ runId, stepNumber }) => [runId, stepNumber])).toEqual([
      ["r0", 3],
      ["r0.3_0", 4],
      ["r0", 5],
    ]);
  });

  test("when its steps were spent and it may take more, then it goes on where it stopped", () => {
    const sittings = [{ after: 99, by: "cut", limits: { maxSteps: 5 } }] as const;
    const answers = { lead: [{ calls: [{ tool: "read" }] }, { text: "Fine." }] };
    const { later } = played({ answers, limits: { maxSteps: 1 }, sittings });
    expect(only(later, "initializeRuntime")[0]).toMatchObject({ maxSteps: 5 });
    expect(only(later, "startRun")[0]).toMatchObject({
      stepNumber: 1,
      initialCheckpoint: { status: "stoppedByExceededMaxSteps", stepNumber: 1 },
      inputMessages: [],
    });
    expect(told(later).slice(2)).toEqual(["r0 startGeneration", "r0 completeRun"]);
    expect(only(later, "startGeneration")[0]).toMatchObject({ stepNumber: 2 });
  });

  test("when the provider had refused it, then the error is not taken along", () => {
    const sittings = [{ after: 99, by: "cut" }] as const;
    const { later } = played({ answers: { lead: [{ fails: unauthorized }, { text: "Fine." }] }, sittings });
    expect(only(later, "startRun")[0]?.initialCheckpoint).toMatchObject({ status: "stoppedByError" });
    expect(only(later, "startRun")[0]?.initialCheckpoint).not.toHaveProperty("error");
    expect(told(later).at(-1)).toBe("r0 completeRun");
  });

  test("when its system prompt has changed meanwhile, then the new one is told as input", () => {
    const { journal } = played({ answers: { lead: [{ text: "Fine." }] }, more: [query] });
    const changed = journal.map((event) =>
      event.type === "runResumed" ? { ...event, system: "You lead well." } : event,
    );
    expect(only(project(changed), "startRun")[1]?.inputMessages).toMatchObject([
      { id: "r0.instruction", contents: [{ text: "You lead well." }] },
      { id: "r0.m2" },
    ]);
  });
});

describe("given a job that was cut off while a delegate was at work", () => {
  const { events, later, state } = played({
    answers: { lead: [{ calls: [toWriter] }], [writerKey]: [{ calls: [{ tool: "write" }] }] },
    sittings: [{ after: 4, by: "cut" }],
  });

  test("when it goes on, then the delegate's Run is ended where it was, and started again", () => {
    const cut = events.findLastIndex(({ type }) => type === "initializeRuntime") - 1;
    expect(events[cut]).toMatchObject({
      type: "stopRunByError",
      runId: "r0.1_0",
      error: { name: "JobCutOff" },
      checkpoint: { pendingToolCalls: [{ id: "r0.1_0.call_2_0" }] },
    });
    expect(told(later)).toEqual([
      "initializeRuntime",
      "r0.1_0 startRun",
      "r0.1_0 finishAllToolCalls",
      "r0.1_0 continueToNextStep",
      "r0.1_0 startGeneration",
      "r0.1_0 completeRun",
      "r0 startRun",
      "r0 finishAllToolCalls",
      "r0 continueToNextStep",
      "r0 startGeneration",
      "r0 completeRun",
    ]);
    expect(only(later, "startRun")[0]).toMatchObject({
      initialCheckpoint: {
        status: "stoppedByError",
        delegatedBy: { runId: "r0", toolCallId: "call_1_0" },
        partialToolResults: [{ result: [{ text: expect.stringContaining("OutcomeUnknown") }] }],
      },
    });
  });

  test("then the steps run on over both Runs", () => {
    expect(only(events, "startGeneration").map(({ runId, stepNumber }) => [runId, stepNumber])).toEqual([
      ["r0", 1],
      ["r0.1_0", 2],
      ["r0.1_0", 3],
      ["r0", 4],
    ]);
    expect(jobOf(state, { startedAt: 1 })).toMatchObject({ status: "completed", totalSteps: 4 });
  });
});

describe("given budgets, schemas and windows", () => {
  test.each([
    ["tokens", { maxTokens: 1_100 }, "TokenBudgetSpent"],
    ["dollars", { maxCostUsd: 0 }, "CostBudgetSpent"],
  ])(
    "when the %s are spent, then Run and job are stopped by an error that says so",
    (_name, limits, name) => {
      const { state, events } = played({ answers: { lead: [{ calls: [{ tool: "read" }] }] }, limits });
      expect(events.at(-1)).toMatchObject({ type: "stopRunByError", error: { name } });
      expect(JobShape.parse(jobOf(state, { startedAt: 1 })).status).toBe("stoppedByError");
    },
  );

  test("when an answer is not of the job's schema, then it is told as one that is tried again", () => {
    const outputSchema = { type: "object", required: ["ok"] };
    const answers = { lead: [{ text: "Well." }, { text: '{"ok": true}' }] };
    const { events } = played({ answers, outputSchema });
    expect(told(events).slice(2)).toEqual([
      "r0 startGeneration",
      "r0 retry",
      "r0 continueToNextStep",
      "r0 startGeneration",
      "r0 completeRun",
    ]);
    expect(only(events, "retry")[0]).toMatchObject({
      reason: JSON.stringify({ error: "OutputSchemaMismatch", message: "it is no JSON object" }),
      newMessages: [{ id: "r0.m1" }, { id: "r0.m2", type: "userMessage" }],
      usage: { totalTokens: 15 },
    });
  });

  test("when the model's window is known, then checkpoints say how much of it is in use", () => {
    const answers = { lead: [{ calls: [{ tool: "read" }] }] };
    const { state, events } = played({ answers, contextWindow: 1_000 });
    expect(only(events, "startRun")[0]?.initialCheckpoint).not.toHaveProperty("contextWindow");
    expect(only(events, "completeRun")[0]?.checkpoint).toMatchObject({
      contextWindow: 1_000,
      contextWindowUsage: 0.015,
    });
    expect(checkpointOf(state, "r0")).toMatchObject({ contextWindow: 1_000, contextWindowUsage: 0.015 });
  });

  test("when the conversation is cut down to it, then nothing is told, and the checkpoint holds what is left", () => {
    const lead = Array.from({ length: 4 }, () => ({ calls: [{ tool: "read" }] }));
    const { state, events, journal } = played({ answers: { lead }, contextWindow: 300, resultLength: 800 });
    const cut = journal.findIndex(({ type }) => type === "contextReduced") + 1;
    expect(cut).toBeGreaterThan(0);
    expect(told(events.filter(({ id }) => id.startsWith(`job1:${cut}:`)))).toEqual([
      "r0 continueToNextStep",
      "r0 startGeneration",
    ]);
    expect(checkpointOf(state, "r0")?.messages[3]).toMatchObject({
      contents: [{ toolCallId: "call_1_0", contents: [{ text: expect.stringContaining("left out here") }] }],
    });
  });
});
