import * as z from "zod";

/** Perstack's shapes as its consumers read them, stricter than theirs: what they do not know fails here. */
const part = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ id: z.string().min(1), ...shape });
const text = part({ type: z.literal("textPart"), text: z.string() });
const inline = part({
  type: z.enum(["imageInlinePart", "fileInlinePart"]),
  encodedData: z.base64(),
  mimeType: z.string().min(1),
});
const thinking = part({
  type: z.literal("thinkingPart"),
  thinking: z.string(),
  signature: z.string().optional(),
});
const toolCallPart = part({
  type: z.literal("toolCallPart"),
  toolCallId: z.string().min(1),
  toolName: z.string().min(1),
  args: z.record(z.string(), z.json()),
});
const content = z.union([text, inline]);
const toolResultPart = part({
  type: z.literal("toolResultPart"),
  toolCallId: z.string().min(1),
  toolName: z.string().min(1),
  contents: z.array(content),
  isError: z.boolean().optional(),
});
const instructionMessage = part({ type: z.literal("instructionMessage"), contents: z.array(text) });
const userMessage = part({ type: z.literal("userMessage"), contents: z.array(content) });
const expertMessage = part({
  type: z.literal("expertMessage"),
  contents: z.array(z.union([text, thinking, toolCallPart])),
});
const toolMessage = part({ type: z.literal("toolMessage"), contents: z.array(toolResultPart) });
export const MessageShape = z.union([instructionMessage, userMessage, expertMessage, toolMessage]);

const count = z.int().nonnegative();
const usage = z
  .strictObject({
    inputTokens: count,
    outputTokens: count,
    reasoningTokens: count,
    totalTokens: count,
    cachedInputTokens: count,
  })
  .refine((value) => value.totalTokens === value.inputTokens + value.outputTokens);
const named = {
  id: z.string().min(1).max(255),
  skillName: z.string().min(1).max(255),
  toolName: z.string().min(1).max(255),
};
const toolCall = z.strictObject({ ...named, args: z.record(z.string().min(1), z.json()) });
const toolResult = z.strictObject({ ...named, result: z.array(content) });
const underWay = {
  pendingToolCalls: z.array(toolCall).min(1).optional(),
  partialToolResults: z.array(toolResult).optional(),
};
const error = z.strictObject({
  name: z.string().min(1),
  message: z.string().min(1),
  statusCode: z.int().optional(),
  isRetryable: z.boolean(),
});
const expert = z.strictObject({
  key: z.string().min(1),
  name: z.string().min(1),
  version: z.string().min(1),
});
const called = { expert, toolCallId: z.string().min(1), toolName: z.string().min(1) };
const embedded = {
  id: z.string().min(1),
  jobId: z.string().min(1),
  runId: z.string().min(1),
  status: z.enum([
    "init",
    "proceeding",
    "completed",
    "stoppedByInteractiveTool",
    "stoppedByDelegate",
    "stoppedByExceededMaxSteps",
    "stoppedByError",
  ]),
  stepNumber: z.int().positive(),
  expert,
  delegateTo: z
    .array(z.strictObject({ ...called, query: z.string().min(1) }))
    .min(1)
    .optional(),
  delegatedBy: z
    .strictObject({ ...called, checkpointId: z.string().min(1), runId: z.string().min(1) })
    .optional(),
  usage,
  contextWindow: z.int().positive().optional(),
  contextWindowUsage: z.number().min(0).max(1).optional(),
  ...underWay,
  metadata: z.strictObject({ runtime: z.literal("local") }),
  error: error.optional(),
};
type Embedded = {
  readonly status: string;
  readonly delegateTo?: unknown;
  readonly pendingToolCalls?: unknown;
  readonly error?: unknown;
};
/** What a status promises. */
const isWhole = (value: Embedded): boolean =>
  (value.status === "stoppedByError") === (value.error !== undefined) &&
  (value.delegateTo === undefined || value.status === "stoppedByDelegate") &&
  (value.status !== "stoppedByInteractiveTool" || value.pendingToolCalls !== undefined);
const checkpoint = z.strictObject(embedded);
/** A Run goes on from where it stopped: its error is over, and the answers may be there. */
const resumable = checkpoint.refine(
  ({ error, delegateTo }) => error === undefined && delegateTo === undefined,
);
const stopped = checkpoint.refine(isWhole);
const delegating = stopped.refine(({ delegateTo }) => delegateTo !== undefined);
export const CheckpointShape = z
  .strictObject({ ...embedded, messages: z.array(MessageShape).min(1) })
  .refine(isWhole);
export const JobShape = z.strictObject({
  id: z.string().min(1),
  status: z.enum(["running", "completed", "stoppedByMaxSteps", "stoppedByInteractiveTool", "stoppedByError"]),
  coordinatorExpertKey: z.string().min(1),
  totalSteps: count,
  maxSteps: count.optional(),
  usage,
  startedAt: count,
  finishedAt: count.optional(),
});
const step = z.strictObject({
  stepNumber: z.int().positive(),
  newMessages: z.array(MessageShape),
  toolCalls: z.array(toolCall).min(1).optional(),
  toolResults: z.array(toolResult).min(1).optional(),
  ...underWay,
  usage,
  startedAt: count,
  finishedAt: count,
});

const stamp = { id: z.string().min(1), timestamp: count, jobId: z.string().min(1), runId: z.string().min(1) };
const ofRun = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.strictObject({
    type: z.literal(type),
    ...stamp,
    expertKey: z.string().min(1),
    stepNumber: z.int().positive(),
    ...shape,
  });
const ofRuntime = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...stamp, ...shape });
const skillName = z.string().min(1);

export const EventShape = z.discriminatedUnion("type", [
  ofRun("startRun", {
    initialCheckpoint: resumable,
    inputMessages: z.array(z.union([instructionMessage, userMessage])),
  }),
  ofRun("startGeneration", { messages: z.array(MessageShape) }),
  ofRun("retry", { reason: z.string().min(1), newMessages: z.array(MessageShape), usage }),
  ofRun("callTools", { newMessage: expertMessage, toolCalls: z.array(toolCall).min(1), usage }),
  ofRun("callDelegate", { newMessage: expertMessage, toolCalls: z.array(toolCall).min(1), usage }),
  ofRun("callInteractiveTool", { newMessage: expertMessage, toolCall, usage }),
  ofRun("resolveToolResults", { toolResults: z.array(toolResult).min(1) }),
  ofRun("attemptCompletion", { toolResult }),
  ofRun("finishToolCall", { newMessages: z.tuple([toolMessage], userMessage) }),
  ofRun("finishAllToolCalls", {
    newMessages: z.tuple([toolMessage], userMessage),
  }),
  ofRun("resumeToolCalls", {
    pendingToolCalls: z.array(toolCall).min(1),
    partialToolResults: z.array(toolResult),
  }),
  ofRun("continueToNextStep", { checkpoint: stopped, step, nextCheckpoint: stopped }),
  ofRun("stopRunByExceededMaxSteps", { checkpoint: stopped, step }),
  ofRun("stopRunByInteractiveTool", { checkpoint: stopped, step }),
  ofRun("stopRunByDelegate", { checkpoint: delegating, step }),
  ofRun("stopRunByError", { checkpoint: stopped, step, error }),
  ofRun("completeRun", { checkpoint: stopped, step, text: z.string().min(1), usage }),
  ofRun("startStreamingReasoning", {}),
  ofRun("streamReasoning", { delta: z.string() }),
  ofRun("completeStreamingReasoning", { text: z.string() }),
  ofRun("startStreamingRunResult", {}),
  ofRun("streamRunResult", { delta: z.string() }),
  ofRun("completeStreamingRunResult", { text: z.string() }),
  ofRuntime("initializeRuntime", {
    runtimeVersion: z.string().min(1),
    runtime: z.literal("local"),
    expertName: z.string().min(1),
    experts: z.array(z.string()).min(1),
    model: z.string().min(1),
    maxSteps: count.optional(),
    maxRetries: count,
    timeout: count,
    query: z.string(),
  }),
  ofRuntime("skillStarting", { skillName, command: z.string(), args: z.array(z.string()) }),
  ofRuntime("skillConnected", {
    skillName,
    serverInfo: z.strictObject({ name: z.string(), version: z.string() }),
    connectDurationMs: count,
    totalDurationMs: count,
    spawnDurationMs: count,
    handshakeDurationMs: count,
    toolDiscoveryDurationMs: count,
  }),
  ofRuntime("skillStderr", { skillName, message: z.string() }),
  ofRuntime("skillDisconnected", { skillName }),
]);
