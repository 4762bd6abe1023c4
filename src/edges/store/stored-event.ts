import * as z from "zod/mini";
import type { JobEvent } from "../../job/event.ts";
import { answerParts, contents, count, Failure, Model, Outcome, Tool, Usage } from "./stored-parts.ts";

const ofSkill = { runId: z.string(), skill: z.string() };

/** An event as a line of `events.jsonl` holds it; anyone may have written to the file. */
export const StoredEvent: z.ZodMiniType<JobEvent> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("jobStarted"),
    v: z.literal(1),
    jobId: z.string(),
    runtimeVersion: z.string(),
    coordinator: z.string(),
    experts: z.array(
      z.object({
        key: z.string(),
        name: z.string(),
        version: z.string(),
        description: z.exactOptional(z.string()),
        digest: z.string(),
        source: z.string(),
      }),
    ),
    model: Model,
    fallbacks: z.exactOptional(z.array(Model)),
    limits: z.object({
      maxSteps: z.exactOptional(count),
      maxRetries: count,
      stepTimeoutMs: count,
      jobTimeoutMs: z.exactOptional(count),
    }),
    query: z.string(),
    trigger: z.string(),
  }),
  z.object({ type: z.literal("note"), level: z.enum(["info", "warning"]), text: z.string() }),
  z.object({
    type: z.literal("packageInstalled"),
    skill: z.string(),
    package: z.string(),
    version: z.string(),
    integrity: z.string(),
    durationMs: count,
  }),
  z.object({ type: z.literal("skillStarting"), ...ofSkill, command: z.string(), args: z.array(z.string()) }),
  z.object({
    type: z.literal("skillConnected"),
    ...ofSkill,
    server: z.object({ name: z.string(), version: z.string() }),
    spawnMs: count,
    handshakeMs: count,
    discoveryMs: count,
  }),
  z.object({ type: z.literal("skillStderr"), ...ofSkill, text: z.string() }),
  z.object({ type: z.literal("skillDisconnected"), ...ofSkill, reason: z.string() }),
  z.object({ type: z.literal("toolsChanged"), ...ofSkill, tools: z.array(Tool) }),
  z.object({
    type: z.literal("toolProgress"),
    runId: z.string(),
    toolCallId: z.string(),
    progress: z.number(),
    total: z.exactOptional(z.number()),
    message: z.exactOptional(z.string()),
  }),
  z.object({
    type: z.literal("runStarted"),
    runId: z.string(),
    expert: z.string(),
    system: z.string(),
    tools: z.array(Tool),
    input: contents,
    parent: z.exactOptional(z.object({ runId: z.string(), toolCallId: z.string() })),
  }),
  z.object({
    type: z.literal("generationFinished"),
    runId: z.string(),
    step: count,
    parts: answerParts,
    finishReason: z.enum(["stop", "toolCalls", "length", "refusal", "interrupted"]),
    usage: Usage,
    model: z.string(),
    durationMs: count,
  }),
  z.object({
    type: z.literal("generationFailed"),
    runId: z.string(),
    step: count,
    error: Failure,
    partial: answerParts,
    durationMs: count,
  }),
  z.object({
    type: z.literal("toolCallFinished"),
    runId: z.string(),
    toolCallId: z.string(),
    contents,
    isError: z.boolean(),
    durationMs: count,
  }),
  z.object({ type: z.literal("deadlineReached"), limitMs: count }),
  z.object({ type: z.literal("interrupted"), signal: z.string() }),
  z.object({ type: z.literal("runFinished"), runId: z.string(), outcome: Outcome }),
  z.object({ type: z.literal("jobFinished"), outcome: Outcome }),
]);
