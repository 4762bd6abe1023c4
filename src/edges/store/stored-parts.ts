import * as z from "zod/mini";
import type { JsonObject, JsonValue } from "../../job/message.ts";

/**
 * What `JSON.parse` gave is JSON already, all the way down. Taken as it is, since a schema would copy it and leave out
 * a key named `__proto__`, and a job must fold to the same checkpoints after it was read back.
 */
export const JsonObjectShape = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

export const count = z.number().check(z.nonnegative());
export const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
export const Usage = z.object({
  inputTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: z.exactOptional(count),
});
export const Failure = z.object({
  name: z.string(),
  message: z.string(),
  statusCode: z.exactOptional(z.number()),
  isRetryable: z.boolean(),
  retryAfterMs: z.exactOptional(count),
});
const Text = z.object({ type: z.literal("text"), text: z.string() });
export const Blob = z.object({ type: z.literal("blob"), sha256, mediaType: z.string(), size: count });
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
/** What `JSON.parse` gave, as it is. */
export const Json = z.custom<JsonValue>((value) => value !== undefined);
const ProviderCall = z.object({
  type: z.literal("providerCall"),
  id: z.string(),
  tool: z.string(),
  args: JsonObjectShape,
  result: z.exactOptional(Json),
  isError: z.exactOptional(z.boolean()),
  providerData: z.exactOptional(JsonObjectShape),
});
export const answerParts = z.array(z.union([Text, Thinking, ToolCall, ProviderCall]));
export const contents = z.array(z.union([Text, Blob]));
const stops = [
  z.object({ type: z.literal("maxSteps"), limit: count }),
  z.object({ type: z.literal("maxTokens"), limit: count }),
  z.object({ type: z.literal("maxCost"), limitUsd: count }),
  z.object({ type: z.literal("jobTimeout"), limitMs: count }),
  z.object({ type: z.literal("interrupted"), signal: z.string() }),
] as const;
export const Outcome = z.discriminatedUnion("type", [
  z.object({ type: z.literal("completed"), text: z.string(), structured: z.exactOptional(Json) }),
  z.object({ type: z.literal("needsInput") }),
  z.object({ type: z.literal("failed"), error: Failure }),
  ...stops,
]);
export const StoredStop = z.discriminatedUnion("type", stops);
export const Model = z.object({
  provider: z.string(),
  model: z.string(),
  reasoningBudget: z.exactOptional(z.union([z.string(), z.number()])),
  ceiling: z.exactOptional(z.object({ inputUsd: count, outputUsd: count })),
});
export const Limits = z.object({
  maxSteps: z.exactOptional(count),
  maxTokens: z.exactOptional(count),
  maxCostUsd: z.exactOptional(count),
  maxRetries: count,
  stepTimeoutMs: count,
  jobTimeoutMs: z.exactOptional(count),
});
export const Experts = z.array(
  z.object({
    key: z.string(),
    name: z.string(),
    version: z.string(),
    description: z.exactOptional(z.string()),
    digest: z.string(),
    source: z.string(),
  }),
);
export const Tool = z.object({
  name: z.string(),
  description: z.string(),
  inputSchema: JsonObjectShape,
  skill: z.string(),
  readOnly: z.boolean(),
  answeredBy: z.exactOptional(z.enum(["delegate", "person"])),
});
