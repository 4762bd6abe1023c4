import * as z from "zod/mini";
import type { JobEvent, JournalEntry } from "../../job/event.ts";
import type { JsonObject } from "../../job/message.ts";
import type { JobHead } from "../../run/ports.ts";

/** What `events.jsonl` and `job.json` may hold when they are read back; anyone may have written to them. */

/**
 * What `JSON.parse` gave is JSON already, all the way down. Taken as it is, since a schema would copy it and leave out
 * a key named `__proto__`, and a job must fold to the same checkpoints after it was read back.
 */
const JsonObjectShape = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

const count = z.number().check(z.nonnegative());
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Usage = z.object({
  inputTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: z.exactOptional(count),
});
const Failure = z.object({
  name: z.string(),
  message: z.string(),
  statusCode: z.exactOptional(z.number()),
  isRetryable: z.boolean(),
  retryAfterMs: z.exactOptional(count),
});
const Text = z.object({ type: z.literal("text"), text: z.string() });
const Blob = z.object({ type: z.literal("blob"), sha256, mediaType: z.string(), size: count });
const Thinking = z.object({
  type: z.literal("thinking"),
  text: z.string(),
  providerData: z.exactOptional(JsonObjectShape),
});
const ToolCall = z.object({
  type: z.literal("toolCall"),
  id: z.string(),
  tool: z.string(),
  args: JsonObjectShape,
  malformed: z.exactOptional(z.string()),
  providerData: z.exactOptional(JsonObjectShape),
});
const answerParts = z.array(z.union([Text, Thinking, ToolCall]));
const contents = z.array(z.union([Text, Blob]));
const Outcome = z.discriminatedUnion("type", [
  z.object({ type: z.literal("completed"), text: z.string() }),
  z.object({ type: z.literal("failed"), error: Failure }),
  z.object({ type: z.literal("maxSteps"), limit: count }),
  z.object({ type: z.literal("jobTimeout"), limitMs: count }),
  z.object({ type: z.literal("interrupted"), signal: z.string() }),
]);
const Model = z.object({
  provider: z.string(),
  model: z.string(),
  reasoningBudget: z.exactOptional(z.union([z.string(), z.number()])),
});
const Tool = z.object({
  name: z.string(),
  description: z.string(),
  inputSchema: JsonObjectShape,
  skill: z.string(),
  readOnly: z.boolean(),
});
const ofSkill = { runId: z.string(), skill: z.string() };

const Event: z.ZodMiniType<JobEvent> = z.discriminatedUnion("type", [
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

/** A line of `events.jsonl`. */
export const StoredEntry: z.ZodMiniType<JournalEntry> = z.object({
  seq: count,
  prev: sha256,
  at: count,
  event: Event,
});

/** `job.json`. */
export const StoredHead: z.ZodMiniType<JobHead> = z.object({
  v: z.literal(1),
  id: z.string(),
  status: z.enum(["running", "completed", "stoppedByMaxSteps", "stoppedByInteractiveTool", "stoppedByError"]),
  coordinator: z.string(),
  experts: z.array(z.object({ key: z.string(), digest: z.string(), source: z.string() })),
  model: Model,
  totals: z.object({ steps: count, usage: Usage }),
  startedAt: count,
  finishedAt: z.exactOptional(count),
  head: z.object({ seq: count, hash: z.string() }),
});

/** What every version's line has, so that a chain can be checked before its events are understood. */
export const StoredLink = z.object({ seq: count, prev: sha256 });

/** Enough of a line to say what it is when this version does not know it. */
export const StoredKind = z.object({
  event: z.object({ type: z.string(), v: z.exactOptional(z.number()) }),
});

/** What every version's `job.json` has. */
export const StoredVersion = z.object({ v: z.number() });
