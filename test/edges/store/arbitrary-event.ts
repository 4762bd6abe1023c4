import fc from "fast-check";
import type { JobEvent } from "../../../src/job/event.ts";
import type { AnswerPart, JsonObject } from "../../../src/job/message.ts";
import type { RunOutcome } from "../../../src/job/outcome.ts";

/** What a person, a model or a tool may have written: anything, half a surrogate pair among it. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.constantFrom("", "\n", "\u2028", "\uD800", "\uFFFD", "\0", '{"seq":1}', "__proto__"),
);
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const hash = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
const few = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 3 });

/** Through JSON text, as every such object comes: there `__proto__` is a key like any other, and there is one zero. */
const jsonObject: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.oneof(text, fc.constantFrom("__proto__", "constructor", "type", "0")), fc.jsonValue(), {
    maxKeys: 3,
  })
  .map((object) => JSON.parse(JSON.stringify(object)));

const type = <const Type extends string>(name: Type) => fc.constant(name);
const blob = fc.record({ type: type("blob"), sha256: hash, mediaType: text, size: count });
const content = fc.oneof(fc.record({ type: type("text"), text }), blob);
const answerPart: fc.Arbitrary<AnswerPart> = fc.oneof(
  fc.record({ type: type("text"), text }),
  fc.record({ type: type("thinking"), text, providerData: jsonObject }, { requiredKeys: ["type", "text"] }),
  fc.record(
    {
      type: type("toolCall"),
      id: text,
      tool: text,
      args: jsonObject,
      malformed: text,
      providerData: jsonObject,
    },
    { requiredKeys: ["type", "id", "tool", "args"] },
  ),
  fc.record(
    {
      type: type("providerCall"),
      id: text,
      tool: text,
      args: jsonObject,
      result: jsonObject,
      isError: fc.boolean(),
      providerData: jsonObject,
    },
    { requiredKeys: ["type", "id", "tool", "args"] },
  ),
);
const failure = fc.record(
  { name: text, message: text, isRetryable: fc.boolean(), statusCode: count, retryAfterMs: count },
  { requiredKeys: ["name", "message", "isRetryable"] },
);
const outcome: fc.Arbitrary<RunOutcome> = fc.oneof(
  fc.record({ type: type("completed"), text, structured: jsonObject }, { requiredKeys: ["type", "text"] }),
  fc.record({ type: type("needsInput") }),
  fc.record({ type: type("maxTokens"), limit: count }),
  fc.record({ type: type("maxCost"), limitUsd: count }),
  fc.record({ type: type("failed"), error: failure }),
  fc.record({ type: type("maxSteps"), limit: count }),
  fc.record({ type: type("jobTimeout"), limitMs: count }),
  fc.record({ type: type("interrupted"), signal: text }),
);
const expert = fc.record(
  { key: text, name: text, version: text, digest: text, source: text, description: text },
  { requiredKeys: ["key", "name", "version", "digest", "source"] },
);
const model = fc.record(
  {
    provider: text,
    model: text,
    reasoningBudget: fc.oneof(text, count),
    ceiling: fc.record({ inputUsd: count, outputUsd: count }),
  },
  { requiredKeys: ["provider", "model"] },
);
const limits = fc.record(
  {
    maxRetries: count,
    stepTimeoutMs: count,
    maxSteps: count,
    maxTokens: count,
    maxCostUsd: count,
    jobTimeoutMs: count,
  },
  { requiredKeys: ["maxRetries", "stepTimeoutMs"] },
);
const tool = fc.record(
  {
    name: text,
    description: text,
    inputSchema: jsonObject,
    skill: text,
    readOnly: fc.boolean(),
    answeredBy: fc.constantFrom("delegate", "person"),
  },
  { requiredKeys: ["name", "description", "inputSchema", "skill", "readOnly"] },
);
const usage = fc.record({
  inputTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  cachedInputTokens: count,
});
const ofRun = { runId: text };
const ofSkill = { ...ofRun, skill: text };

/** One arbitrary a type, so that an event added to the core does not compile until it is stored here too. */
const byType: { readonly [Type in JobEvent["type"]]: fc.Arbitrary<Extract<JobEvent, { type: Type }>> } = {
  jobStarted: fc.record(
    {
      type: type("jobStarted"),
      v: fc.constant<1>(1),
      jobId: text,
      runtimeVersion: text,
      coordinator: text,
      experts: few(expert),
      model,
      fallbacks: few(model),
      limits,
      outputSchema: jsonObject,
      query: text,
      trigger: text,
    },
    {
      requiredKeys: [
        "type",
        "v",
        "jobId",
        "runtimeVersion",
        "coordinator",
        "experts",
        "model",
        "limits",
        "query",
        "trigger",
      ],
    },
  ),
  jobResumed: fc.record(
    {
      type: type("jobResumed"),
      jobId: text,
      runtimeVersion: text,
      experts: few(expert),
      model,
      fallbacks: few(model),
      limits,
      trigger: text,
    },
    { requiredKeys: ["type", "jobId", "runtimeVersion", "experts", "model", "limits", "trigger"] },
  ),
  runResumed: fc.record({ type: type("runResumed"), ...ofRun, system: text, tools: few(tool) }),
  queryAdded: fc.record({ type: type("queryAdded"), input: few(content) }),
  contextReduced: fc.record({
    type: type("contextReduced"),
    ...ofRun,
    step: count,
    results: few(fc.record({ toolCallId: text, blob })),
  }),
  answerChecked: fc.record({
    type: type("answerChecked"),
    ...ofRun,
    verdict: fc.oneof(
      fc.record({ type: type("valid"), value: jsonObject }),
      fc.record({ type: type("invalid"), error: text }),
    ),
  }),
  budgetSpent: fc.record({
    type: type("budgetSpent"),
    stop: fc.oneof(
      fc.record({ type: type("maxSteps"), limit: count }),
      fc.record({ type: type("maxTokens"), limit: count }),
      fc.record({ type: type("maxCost"), limitUsd: count }),
    ),
  }),
  toolsChanged: fc.record({ type: type("toolsChanged"), ...ofSkill, tools: few(tool) }),
  outputPlanned: fc.record({
    type: fc.constant("outputPlanned" as const),
    runId: text,
    toolCallId: text,
    output: fc.constant({ kind: "labels", labels: ["bug"] }),
  }),
  toolProgress: fc.record(
    { type: type("toolProgress"), ...ofRun, toolCallId: text, progress: count, total: count, message: text },
    { requiredKeys: ["type", "runId", "toolCallId", "progress"] },
  ),
  sandboxOpened: fc.record({
    type: type("sandboxOpened"),
    tier: fc.constantFrom("bubblewrap", "namespaces", "user", "none"),
    network: fc.constantFrom("enforced", "open"),
    lacking: fc.array(
      fc.record({ tier: text, reason: text, remedy: text }, { requiredKeys: ["tier", "reason"] }),
    ),
  }),
  proxyAccess: fc.record(
    {
      type: type("proxyAccess"),
      ...ofSkill,
      host: text,
      port: count,
      verdict: fc.constantFrom("allowed", "refused"),
      reason: text,
      bytesUp: count,
      bytesDown: count,
      durationMs: count,
    },
    {
      requiredKeys: [
        ...(["type", "runId", "skill", "host", "port", "verdict"] as const),
        ...(["bytesUp", "bytesDown", "durationMs"] as const),
      ],
    },
  ),
  note: fc.record({ type: type("note"), level: fc.constantFrom("info", "warning"), text }),
  packageInstalled: fc.record({
    type: type("packageInstalled"),
    skill: text,
    package: text,
    version: text,
    integrity: text,
    durationMs: count,
  }),
  skillStarting: fc.record({ type: type("skillStarting"), ...ofSkill, command: text, args: few(text) }),
  skillConnected: fc.record({
    type: type("skillConnected"),
    ...ofSkill,
    server: fc.record({ name: text, version: text }),
    spawnMs: count,
    handshakeMs: count,
    discoveryMs: count,
  }),
  skillStderr: fc.record({ type: type("skillStderr"), ...ofSkill, text }),
  skillDisconnected: fc.record({ type: type("skillDisconnected"), ...ofSkill, reason: text }),
  runStarted: fc.record(
    {
      type: type("runStarted"),
      ...ofRun,
      expert: text,
      system: text,
      tools: few(tool),
      input: few(content),
      parent: fc.record({ runId: text, toolCallId: text }),
    },
    { requiredKeys: ["type", "runId", "expert", "system", "tools", "input"] },
  ),
  generationFinished: fc.record({
    type: type("generationFinished"),
    ...ofRun,
    step: count,
    parts: few(answerPart),
    finishReason: fc.constantFrom("stop", "toolCalls", "length", "refusal", "interrupted"),
    usage,
    model: text,
    durationMs: count,
  }),
  generationFailed: fc.record({
    type: type("generationFailed"),
    ...ofRun,
    step: count,
    error: failure,
    partial: few(answerPart),
    durationMs: count,
  }),
  toolCallFinished: fc.record({
    type: type("toolCallFinished"),
    ...ofRun,
    toolCallId: text,
    contents: few(content),
    isError: fc.boolean(),
    durationMs: count,
  }),
  deadlineReached: fc.record({ type: type("deadlineReached"), limitMs: count }),
  interrupted: fc.record({ type: type("interrupted"), signal: text }),
  runFinished: fc.record({ type: type("runFinished"), ...ofRun, outcome }),
  jobFinished: fc.record({ type: type("jobFinished"), outcome }),
};

/** Any event there is, whether it makes sense at its place or not. */
export const arbitraryEvent: fc.Arbitrary<JobEvent> = fc
  .oneof(...Object.values(byType))
  // The same with ordinary prototypes, as the core makes them.
  .map((event) => structuredClone(event));
