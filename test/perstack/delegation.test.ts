import { describe, expect, test } from "vitest";
import type { JobEvent } from "../../src/job/event.ts";
import { checkpointOf } from "../../src/perstack/checkpoint.ts";
import type { PerstackEvent } from "../../src/perstack/event.ts";
import { createProjection } from "../../src/perstack/projection.ts";
import { entriesOf } from "../helpers/scripted-job.ts";
import { EventShape } from "./perstack-schemas.ts";
import { playTree, type TreeScript } from "./tree-job.ts";

const project = (events: readonly JobEvent[]): readonly PerstackEvent[] => {
  const projection = createProjection();
  return entriesOf(events).flatMap((entry) => projection.push(entry));
};
const played = (script: TreeScript) => project(playTree(script).events);
/** `r0 startRun` and so on, without the runtime around the Runs. */
const told = (events: readonly PerstackEvent[]) =>
  events.flatMap((event) => ("expertKey" in event ? [`${event.runId} ${event.type}`] : []));
const only = <Type extends PerstackEvent["type"]>(events: readonly PerstackEvent[], type: Type) =>
  events.filter((event): event is Extract<PerstackEvent, { type: Type }> => event.type === type);

const toWriter = { tool: "writer", args: { query: "Write it." } };
const toCritic = { tool: "critic", args: { query: "Is it good?" } };
const writerKey = "@team/writer@2.0.0";

describe("given an answer that calls one delegate", () => {
  const { events: journal, state } = playTree({
    answers: {
      lead: [{ calls: [toWriter] }, { text: "All done." }],
      [writerKey]: [{ calls: [{ tool: "read" }] }, { text: "Written." }],
    },
  });
  const events = project(journal);

  test("then the coordinator stops, the delegate runs, and the coordinator is started again with its answer", () => {
    expect(told(events)).toEqual([
      "r0 startRun",
      "r0 startGeneration",
      "r0 callDelegate",
      "r0 stopRunByDelegate",
      "r0.1_0 startRun",
      "r0.1_0 startGeneration",
      "r0.1_0 callTools",
      "r0.1_0 resolveToolResults",
      "r0.1_0 finishToolCall",
      "r0.1_0 continueToNextStep",
      "r0.1_0 startGeneration",
      "r0.1_0 completeRun",
      "r0 startRun",
      "r0 finishAllToolCalls",
      "r0 continueToNextStep",
      "r0 startGeneration",
      "r0 completeRun",
    ]);
  });

  test("then the runtime knows all Experts, and is named after the coordinator", () => {
    expect(only(events, "initializeRuntime")).toMatchObject([
      { runId: "r0", expertName: "lead", experts: ["lead", writerKey, "critic"] },
    ]);
  });

  test("then the call names the delegate by its key, with what it cost", () => {
    expect(only(events, "callDelegate")).toMatchObject([
      {
        stepNumber: 1,
        newMessage: { id: "r0.m1" },
        toolCalls: [
          { id: "call_1_0", skillName: writerKey, toolName: "writer", args: { query: "Write it." } },
        ],
        usage: { totalTokens: 15 },
      },
    ]);
  });

  test("then the stop says for whom the coordinator waits", () => {
    const [stop] = only(events, "stopRunByDelegate");
    expect(stop).toMatchObject({
      expertKey: "lead",
      checkpoint: {
        status: "stoppedByDelegate",
        stepNumber: 1,
        delegateTo: [
          {
            expert: { key: writerKey, name: "@team/writer", version: "2.0.0" },
            toolCallId: "call_1_0",
            toolName: "writer",
            query: "Write it.",
          },
        ],
        partialToolResults: [],
      },
      step: { stepNumber: 1, newMessages: [{ id: "r0.m1" }], toolCalls: [{ id: "call_1_0" }] },
    });
    expect(stop?.checkpoint).not.toHaveProperty("pendingToolCalls");
  });

  test("then the delegate's start says who called it, from which checkpoint; its steps follow, its calls are its own", () => {
    const stop = only(events, "stopRunByDelegate")[0];
    const start = only(events, "startRun")[1];
    expect(start).toMatchObject({
      expertKey: writerKey,
      runId: "r0.1_0",
      stepNumber: 2,
      initialCheckpoint: {
        status: "init",
        expert: { key: writerKey },
        delegatedBy: {
          expert: { key: "lead", name: "lead", version: "1.0.0" },
          toolCallId: "call_1_0",
          toolName: "writer",
          checkpointId: stop?.checkpoint.id,
          runId: "r0",
        },
      },
      inputMessages: [
        { id: "r0.1_0.instruction", contents: [{ text: `You are ${writerKey}.` }] },
        { id: "r0.1_0.m0", contents: [{ text: "Write it." }] },
      ],
    });
    expect(only(events, "callTools")[0]?.toolCalls).toMatchObject([
      { id: "r0.1_0.call_2_0", toolName: "read" },
    ]);
    expect(only(events, "finishToolCall")[0]?.newMessages).toMatchObject([
      { contents: [{ toolCallId: "r0.1_0.call_2_0" }] },
    ]);
  });

  test("then the coordinator goes on from where it stopped, and hears the answer in the message of all results", () => {
    const [, , again] = only(events, "startRun");
    expect(again).toMatchObject({
      runId: "r0",
      stepNumber: 1,
      initialCheckpoint: {
        id: only(events, "stopRunByDelegate")[0]?.checkpoint.id,
        status: "stoppedByDelegate",
        partialToolResults: [
          {
            id: "call_1_0",
            skillName: `delegate/${writerKey}`,
            toolName: "writer",
            result: [{ text: "Written." }],
          },
        ],
      },
      inputMessages: [],
    });
    expect(only(events, "finishAllToolCalls")).toMatchObject([
      {
        newMessages: [
          { id: "r0.m2", contents: [{ toolCallId: "call_1_0", contents: [{ text: "Written." }] }] },
        ],
      },
    ]);
    expect(only(events, "completeRun")[1]).toMatchObject({ runId: "r0", stepNumber: 4, text: "All done." });
  });

  test("then the delegate's checkpoint is exported with its caller long after", () => {
    expect(checkpointOf(state, "r0.1_0")).toMatchObject({
      runId: "r0.1_0",
      status: "completed",
      expert: { key: writerKey },
      delegatedBy: { runId: "r0", checkpointId: only(events, "stopRunByDelegate")[0]?.checkpoint.id },
      messages: [{}, {}, {}, {}, { contents: [{ text: "Written." }] }],
    });
  });
});

describe("given an answer that calls more than delegates", () => {
  test("when a tool ends before the delegates, then all is told in turn, and the coordinator waits for both", () => {
    const events = played({
      answers: { lead: [{ calls: [{ tool: "read" }, toWriter, toCritic] }, { text: "Done." }] },
    });
    expect(told(events).slice(2)).toEqual([
      "r0 callTools",
      "r0 callDelegate",
      "r0 resolveToolResults",
      "r0 stopRunByDelegate",
      "r0.1_1 startRun",
      "r0.1_1 startGeneration",
      "r0.1_2 startRun",
      "r0.1_2 startGeneration",
      "r0.1_1 completeRun",
      "r0.1_2 completeRun",
      "r0 startRun",
      "r0 finishAllToolCalls",
      "r0 continueToNextStep",
      "r0 startGeneration",
      "r0 completeRun",
    ]);
    expect(only(events, "callTools")[0]?.toolCalls).toHaveLength(3);
    expect(only(events, "callDelegate")[0]).toMatchObject({
      toolCalls: [{ toolName: "writer" }, { toolName: "critic" }],
      usage: { totalTokens: 0 },
    });
    expect(only(events, "stopRunByDelegate")[0]?.checkpoint).toMatchObject({
      delegateTo: [{ toolName: "writer" }, { toolName: "critic" }],
      partialToolResults: [{ toolName: "read" }],
    });
    expect(only(events, "startRun")[3]?.initialCheckpoint.partialToolResults).toHaveLength(3);
  });

  test("when the delegate ends first, then the coordinator never stops", () => {
    const pick = (count: number) => count - 1;
    const events = played({ answers: { lead: [{ calls: [{ tool: "read" }, toWriter] }] }, pick });
    expect(told(events)).not.toContain("r0 stopRunByDelegate");
    expect(only(events, "resolveToolResults").map(({ toolResults }) => toolResults[0]?.toolName)).toEqual([
      "writer",
      "read",
    ]);
    expect(told(events)).toContain("r0 finishAllToolCalls");
  });

  test("when one of the calls is a question, then it is put once the delegates have answered", () => {
    const events = played({ answers: { lead: [{ calls: [toWriter, { tool: "ask" }, { tool: "ask" }] }] } });
    expect(told(events).slice(2)).toEqual([
      "r0 callTools",
      "r0 callDelegate",
      "r0 stopRunByDelegate",
      "r0.1_0 startRun",
      "r0.1_0 startGeneration",
      "r0.1_0 completeRun",
      "r0 startRun",
      "r0 resumeToolCalls",
      "r0 callInteractiveTool",
      "r0 stopRunByInteractiveTool",
    ]);
    expect(only(events, "stopRunByDelegate")[0]?.checkpoint).toMatchObject({
      delegateTo: [{ toolCallId: "call_1_0" }],
      pendingToolCalls: [{ id: "call_1_1" }, { id: "call_1_2" }],
    });
    expect(only(events, "resumeToolCalls")[0]).toMatchObject({
      pendingToolCalls: [{ id: "call_1_1" }, { id: "call_1_2" }],
      partialToolResults: [{ id: "call_1_0" }],
    });
    expect(only(events, "callInteractiveTool")[0]?.toolCall).toMatchObject({
      id: "call_1_1",
      toolName: "ask",
    });
  });

  test("when a call of a delegate has no query, then it is a call like any other, and is refused", () => {
    const events = played({ answers: { lead: [{ calls: [{ tool: "writer", args: { query: "" } }] }] } });
    expect(told(events)).not.toContain("r0 callDelegate");
    expect(only(events, "resolveToolResults")[0]?.toolResults[0]?.result).toMatchObject([
      { text: expect.stringContaining("InvalidArguments") },
    ]);
  });
});

describe("given delegates that do not come to their end", () => {
  test("when one's skill does not start, then it is told as a Run of its Expert that the coordinator called", () => {
    const events = played({
      answers: { lead: [{ calls: [toWriter] }, { text: "Without it." }] },
      doNotOpen: [writerKey],
    });
    expect(told(events).filter((line) => line.startsWith("r0.1_0"))).toEqual([
      "r0.1_0 startRun",
      "r0.1_0 stopRunByError",
    ]);
    const by = { runId: "r0", toolCallId: "call_1_0", expert: { key: "lead" } };
    expect(only(events, "startRun")[1]).toMatchObject({
      expertKey: writerKey,
      initialCheckpoint: { status: "init", delegatedBy: by },
      inputMessages: [{ contents: [{ text: "Write it." }] }],
    });
    expect(only(events, "stopRunByError")[0]).toMatchObject({
      expertKey: writerKey,
      stepNumber: 2,
      error: { name: "SKILL_START_FAILED" },
      checkpoint: { expert: { key: writerKey }, delegatedBy: by, status: "stoppedByError" },
    });
    for (const event of events) EventShape.parse(event);
    expect(told(events).at(-1)).toBe("r0 completeRun");
  });

  test("when a signal comes while the coordinator waits, then both end by it, the coordinator started for its end", () => {
    const events = played({
      answers: { lead: [{ calls: [toWriter] }], [writerKey]: [{ calls: [{ tool: "read" }] }] },
      sittings: [{ after: 4, by: "signal" }],
    });
    const cause = only(events, "stopRunByError").slice(0, 2);
    expect(told(events).slice(3, told(events).indexOf("r0.1_0 stopRunByError") + 1)).toEqual([
      "r0 stopRunByDelegate",
      "r0.1_0 startRun",
      "r0.1_0 startGeneration",
      "r0.1_0 callTools",
      "r0 startRun",
      "r0 stopRunByError",
      "r0.1_0 stopRunByError",
    ]);
    expect(cause).toMatchObject([
      {
        runId: "r0",
        error: { name: "JobInterrupted" },
        checkpoint: { pendingToolCalls: [{ toolName: "writer" }] },
      },
      {
        runId: "r0.1_0",
        error: { name: "JobInterrupted" },
        checkpoint: { pendingToolCalls: [{ toolName: "read" }] },
      },
    ]);
  });

  test("when the steps are spent while the coordinator waits, then both are stopped by the step limit", () => {
    const events = played({
      answers: { lead: [{ calls: [toWriter] }], [writerKey]: [{ calls: [{ tool: "read" }] }] },
      limits: { maxSteps: 2 },
    });
    expect(only(events, "stopRunByExceededMaxSteps")).toMatchObject([
      { runId: "r0", stepNumber: 1, checkpoint: { stepNumber: 1 } },
      { runId: "r0.1_0", stepNumber: 2, checkpoint: { stepNumber: 2 } },
    ]);
  });
});
