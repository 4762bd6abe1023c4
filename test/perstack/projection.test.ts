import { describe, expect, test } from "vitest";
import type { JobEvent } from "../../src/job/event.ts";
import type { PerstackEvent } from "../../src/perstack/event.ts";
import { createProjection } from "../../src/perstack/projection.ts";
import {
  entriesOf,
  jobStarted,
  overloaded,
  playJob,
  runStarted,
  type Script,
  tokens,
  unauthorized,
} from "../helpers/scripted-job.ts";
import { EventShape } from "./perstack-schemas.ts";

const project = (events: readonly JobEvent[]): readonly PerstackEvent[] => {
  const projection = createProjection();
  return entriesOf(events).flatMap((entry) => projection.push(entry));
};
const played = (script: Script) => project(playJob(script).events);
const typesOf = (events: readonly PerstackEvent[]) => events.map(({ type }) => type);
const only = <Type extends PerstackEvent["type"]>(events: readonly PerstackEvent[], type: Type) =>
  events.filter((event): event is Extract<PerstackEvent, { type: Type }> => event.type === type);

describe("a job that calls two tools and then answers", () => {
  const events = played({
    answers: [
      {
        text: "One moment.",
        thinking: "Hm.",
        calls: [{ tool: "read", args: { path: "a" } }, { tool: "write" }],
      },
      { text: "Looks good." },
    ],
    limits: { maxSteps: 9 },
    pick: (count) => count - 1,
  });

  test("is told in Perstack's order", () => {
    expect(typesOf(events)).toEqual([
      "initializeRuntime",
      "startRun",
      "startGeneration",
      "callTools",
      "resolveToolResults",
      "resolveToolResults",
      "finishToolCall",
      "continueToNextStep",
      "startGeneration",
      "completeRun",
    ]);
  });

  test("begins with what was asked of whom, within which limits", () => {
    expect(events[0]).toEqual({
      type: "initializeRuntime",
      id: "job1:1:0",
      timestamp: 1_000,
      jobId: "job1",
      runId: "r0",
      runtimeVersion: "0.1.0",
      runtime: "local",
      expertName: "reviewer",
      experts: ["reviewer"],
      model: "claude-test",
      maxSteps: 9,
      maxRetries: 2,
      timeout: 60_000,
      query: "Review it.",
    });
  });

  test("starts the Run with the instruction and the query", () => {
    expect(only(events, "startRun")).toMatchObject([
      {
        id: "job1:2:0",
        expertKey: "reviewer",
        stepNumber: 1,
        initialCheckpoint: { status: "init", expert: { key: "reviewer", version: "1.2.3" } },
        inputMessages: [
          { type: "instructionMessage", contents: [{ type: "textPart", text: "You review." }] },
          { type: "userMessage", contents: [{ type: "textPart", text: "Review it." }] },
        ],
      },
    ]);
  });

  test("tells the calls with their skills, and each result as it settles", () => {
    expect(only(events, "callTools")[0]).toMatchObject({
      newMessage: {
        id: "r0.m1",
        contents: [
          { type: "thinkingPart", thinking: "Hm." },
          { type: "textPart" },
          { toolCallId: "call_1_0" },
          {},
        ],
      },
      toolCalls: [
        { id: "call_1_0", skillName: "files", toolName: "read", args: { path: "a" } },
        { id: "call_1_1" },
      ],
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
    });
    expect(
      only(events, "resolveToolResults").map(({ toolResults }) => toolResults.map(({ id }) => id)),
    ).toEqual([["call_1_1"], ["call_1_0"]]);
    const [message] = only(events, "finishToolCall")[0]?.newMessages ?? [];
    expect(message?.contents).toMatchObject([{ toolCallId: "call_1_0" }, { toolCallId: "call_1_1" }]);
  });

  test("closes each step with its own messages, times and cost", () => {
    expect(only(events, "continueToNextStep")[0]).toMatchObject({
      stepNumber: 1,
      checkpoint: { status: "proceeding", stepNumber: 1, usage: { totalTokens: 15 } },
      step: {
        stepNumber: 1,
        newMessages: [{ id: "r0.m1" }, { id: "r0.m2" }],
        toolCalls: [{ id: "call_1_0" }, { id: "call_1_1" }],
        toolResults: [{ id: "call_1_0" }, { id: "call_1_1" }],
        usage: { totalTokens: 15 },
        startedAt: 1_010,
        finishedAt: 1_040,
      },
      nextCheckpoint: { status: "proceeding", stepNumber: 2 },
    });
  });

  test("ends with the text, and what only the last answer cost", () => {
    expect(only(events, "completeRun")).toMatchObject([
      {
        stepNumber: 2,
        text: "Looks good.",
        checkpoint: { status: "completed", stepNumber: 2, usage: { totalTokens: 30 } },
        step: { stepNumber: 2, newMessages: [{ id: "r0.m3" }], startedAt: 1_040 },
        usage: { totalTokens: 15 },
      },
    ]);
  });

  test("sends no message twice: a generation names what is new to the model", () => {
    const ids = only(events, "startGeneration").map(({ messages }) => messages.map(({ id }) => id));
    expect(ids).toEqual([
      ["r0.instruction", "r0.m0"],
      ["r0.m1", "r0.m2"],
    ]);
  });

  test("embeds no checkpoint with messages", () => {
    for (const event of events) {
      if ("checkpoint" in event) expect(event.checkpoint).not.toHaveProperty("messages");
    }
  });
});

describe("how other ends are told", () => {
  test("completion accepted beside a text", () => {
    const events = played({ answers: [{ text: "Fine.", calls: [{ tool: "attemptCompletion" }] }] });
    expect(typesOf(events).slice(3)).toEqual([
      "callTools",
      "attemptCompletion",
      "finishToolCall",
      "completeRun",
    ]);
    expect(only(events, "completeRun")[0]).toMatchObject({
      stepNumber: 1,
      text: "Fine.",
      usage: { totalTokens: 0 },
    });
  });

  test("completion handed back for open todos is a result like any other", () => {
    const calls = [{ tool: "todo", args: { newTodos: ["a"] } }, { tool: "attemptCompletion" }];
    const events = played({ answers: [{ calls }, { text: "Then not." }] });
    expect(typesOf(events)).not.toContain("attemptCompletion");
    expect(only(events, "resolveToolResults")).toHaveLength(2);
  });

  test("a generation that is tried again", () => {
    const events = played({ answers: [{ fails: overloaded }, {}, { text: "Fine." }] });
    expect(typesOf(events).slice(2)).toEqual([
      "startGeneration",
      "retry",
      "startGeneration",
      "retry",
      "startGeneration",
      "completeRun",
    ]);
    expect(only(events, "retry")).toMatchObject([
      {
        reason: JSON.stringify({ error: "Overloaded", message: "The provider is overloaded." }),
        usage: { totalTokens: 0 },
      },
      { usage: { totalTokens: 15 } },
    ]);
    expect(only(events, "startGeneration").map(({ messages }) => messages.length)).toEqual([2, 0, 0]);
  });

  test("a provider that refuses keeps its status and message", () => {
    const events = played({ answers: [{ fails: unauthorized }] });
    const error = { name: "Unauthorized", message: "invalid x-api-key", statusCode: 401, isRetryable: false };
    expect(events.at(-1)).toMatchObject({
      type: "stopRunByError",
      error,
      checkpoint: { status: "stoppedByError", error },
    });
    expect(typesOf(events)).not.toContain("retry");
  });

  test("an answer that was cut off: its calls were never made", () => {
    const events = played({
      answers: [{ text: "I write", calls: [{ tool: "write" }], finishReason: "length" }],
    });
    expect(typesOf(events)).not.toContain("callTools");
    const [end] = only(events, "stopRunByError");
    expect(end).toMatchObject({
      error: { name: "OutputTokenLimit" },
      step: { newMessages: [{ id: "r0.m1" }] },
    });
    expect(end?.step).not.toHaveProperty("toolCalls");
  });

  test("the step limit, in the step that was the last", () => {
    const events = played({ answers: [{ calls: [{ tool: "read" }] }], limits: { maxSteps: 1 } });
    expect(events.at(-1)).toMatchObject({
      type: "stopRunByExceededMaxSteps",
      stepNumber: 1,
      checkpoint: { status: "stoppedByExceededMaxSteps", stepNumber: 1 },
      step: { stepNumber: 1, newMessages: [{ id: "r0.m1" }, { id: "r0.m2" }] },
    });
    expect(typesOf(events)).not.toContain("continueToNextStep");
    expect(only(events, "startGeneration")).toHaveLength(1);
  });

  test.each<[string, JobEvent, string, string]>([
    ["a signal", { type: "interrupted", signal: "SIGTERM" }, "JobInterrupted", "SIGTERM"],
    ["the deadline", { type: "deadlineReached", limitMs: 1_500 }, "JobTimeout", "1.5 s"],
  ])("%s between two results, with what was still to do", (_name, event, name, words) => {
    const calls = [{ tool: "read" }, { tool: "write" }];
    const events = played({ answers: [{ calls }], stopAt: { n: 3, event } });
    expect(events.at(-1)).toMatchObject({
      type: "stopRunByError",
      error: { name, message: expect.stringContaining(words), isRetryable: false },
      checkpoint: {
        status: "stoppedByError",
        pendingToolCalls: [{ id: "call_1_1", toolName: "write" }],
        partialToolResults: [{ id: "call_1_0", result: [{ text: "read done" }] }],
      },
      step: { stepNumber: 1, newMessages: [{ id: "r0.m1" }], toolCalls: [{}, {}] },
    });
  });

  test("a Run whose skill did not start", () => {
    const openFails = { name: "SKILL_START_FAILED", message: "It exited.", isRetryable: false };
    const events = played({ answers: [], openFails });
    expect(typesOf(events)).toEqual(["initializeRuntime", "stopRunByError"]);
    expect(events.at(-1)).toMatchObject({
      expertKey: "reviewer",
      stepNumber: 1,
      error: { name: "SKILL_START_FAILED", message: "It exited." },
      checkpoint: { status: "stoppedByError", expert: { key: "reviewer" } },
    });
    expect(EventShape.parse(events.at(-1))).toBeDefined();
  });

  test("a tool nobody has is told under a skill of no name, and an event that did not fit not at all", () => {
    const job = playJob({ answers: [{ calls: [{ tool: "nope" }, { tool: "read" }] }] });
    const calls = only(project(job.events), "callTools");
    expect(calls[0]?.toolCalls).toMatchObject([
      { skillName: "unknown", toolName: "nope" },
      { skillName: "files", toolName: "read" },
    ]);
    const twice = job.events.flatMap((event): readonly JobEvent[] =>
      event.type === "toolCallFinished" ? [event, event] : [event],
    );
    expect(typesOf(project(twice))).toEqual(typesOf(project(job.events)));
  });
});

test("skills are told with their durations added up", () => {
  const skill = { runId: "r0", skill: "search" };
  const events = project([
    jobStarted(),
    { type: "skillStarting", ...skill, command: "node", args: ["s.js"] },
    {
      type: "skillConnected",
      ...skill,
      server: { name: "s", version: "1" },
      spawnMs: 1,
      handshakeMs: 20,
      discoveryMs: 300,
    },
    { type: "note", level: "warning", text: "Nothing Perstack has a word for." },
    { type: "skillStderr", ...skill, text: "warming up" },
    { type: "skillDisconnected", ...skill, reason: "closed" },
  ]);
  expect(events.slice(1)).toMatchObject([
    { type: "skillStarting", skillName: "search", command: "node", args: ["s.js"] },
    { type: "skillConnected", serverInfo: { name: "s" }, connectDurationMs: 21, totalDurationMs: 321 },
    { type: "skillStderr", message: "warming up" },
    { type: "skillDisconnected", skillName: "search" },
  ]);
  for (const event of events) expect(() => EventShape.parse(event)).not.toThrow();
});

describe("an answer while it streams", () => {
  const delta = (type: "thinking" | "text", text: string) => ({ type, text, runId: "r0", step: 1 });

  test("is told in pieces, with the whole when a kind of piece ends", () => {
    const projection = createProjection();
    const entries = entriesOf([
      jobStarted(),
      runStarted(),
      { type: "generationFailed", runId: "r0", step: 1, error: overloaded, partial: [], durationMs: 1 },
    ]);
    const events = entries.slice(0, 2).flatMap((entry) => projection.push(entry));
    events.push(...projection.delta(delta("thinking", "H"), 5));
    events.push(...projection.delta(delta("thinking", "m."), 6));
    events.push(...projection.delta(delta("text", "Loo"), 7));
    events.push(...entries.slice(2).flatMap((entry) => projection.push(entry)));
    events.push(...projection.delta(delta("text", "Looks"), 8));
    expect(events.slice(3)).toMatchObject([
      {
        type: "startStreamingReasoning",
        id: "job1:2:d0",
        timestamp: 5,
        expertKey: "reviewer",
        stepNumber: 1,
      },
      { type: "streamReasoning", id: "job1:2:d1", delta: "H" },
      { type: "streamReasoning", id: "job1:2:d2", delta: "m.", timestamp: 6 },
      { type: "completeStreamingReasoning", text: "Hm." },
      { type: "startStreamingRunResult" },
      { type: "streamRunResult", delta: "Loo" },
      { type: "completeStreamingRunResult", text: "Loo" },
      { type: "retry", id: "job1:3:0" },
      { type: "startGeneration", id: "job1:3:1" },
      { type: "startStreamingRunResult", id: "job1:3:d0" },
      { type: "streamRunResult", id: "job1:3:d1", delta: "Looks" },
    ]);
    for (const event of events) expect(() => EventShape.parse(event)).not.toThrow();
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });
});

test("usage totals count cached and reasoning tokens once", () => {
  const events = played({ answers: [{ text: "Fine.", usage: tokens(100, 7) }] });
  expect(only(events, "completeRun")[0]?.usage).toEqual({
    inputTokens: 100,
    outputTokens: 7,
    reasoningTokens: 1,
    totalTokens: 107,
    cachedInputTokens: 2,
  });
});
