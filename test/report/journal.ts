import type { JobEvent, JournalEntry } from "../../src/job/event.ts";
import type { Usage } from "../../src/job/usage.ts";

const usage: Usage = { inputTokens: 1000, outputTokens: 200, reasoningTokens: 50, cachedInputTokens: 600 };

const tool = (name: string, skill: string) => ({
  name,
  description: "",
  inputSchema: {},
  skill,
  readOnly: true,
});

/** Stamps events one second apart, as a journal would. */
export const journalOf = (events: readonly JobEvent[]): readonly JournalEntry[] =>
  events.map((event, index) => ({
    seq: index + 1,
    prev: "0".repeat(64),
    at: 1_000_000 + index * 1000,
    event,
  }));

/** A job of two steps that read two files, one of them missing, and was warned once. */
export const events: readonly JobEvent[] = [
  {
    type: "jobStarted",
    v: 1,
    jobId: "job-1",
    runtimeVersion: "0.1.0",
    coordinator: "reviewer",
    experts: [
      {
        key: "reviewer",
        name: "reviewer",
        version: "1.2.0",
        digest: `sha256:${"ab12".repeat(16)}`,
        source: "commit:1f0c:perstack.toml",
      },
    ],
    model: { provider: "anthropic", model: "claude" },
    limits: { maxRetries: 2, stepTimeoutMs: 60_000 },
    query: "review",
    trigger: "cli",
  },
  { type: "note", level: "warning", text: "unknown key `envPath`" },
  {
    type: "runStarted",
    runId: "r0",
    expert: "reviewer",
    system: "You review.",
    tools: [tool("readTextFile", "@perstack/base"), tool("search", "docs")],
    input: [{ type: "text", text: "review" }],
  },
  {
    type: "generationFailed",
    runId: "r0",
    step: 1,
    error: { name: "ProviderError", message: "Overloaded", statusCode: 529, isRetryable: true },
    partial: [],
    durationMs: 300,
  },
  {
    type: "generationFinished",
    runId: "r0",
    step: 1,
    parts: [
      { type: "toolCall", id: "call_1_0", tool: "search", args: {} },
      { type: "toolCall", id: "call_1_1", tool: "readTextFile", args: {} },
      { type: "toolCall", id: "call_1_2", tool: "readTextFile", args: {} },
      { type: "toolCall", id: "call_1_3", tool: "ghost", args: {} },
    ],
    finishReason: "toolCalls",
    usage,
    model: "claude",
    durationMs: 900,
  },
  {
    type: "toolCallFinished",
    runId: "r0",
    toolCallId: "call_1_1",
    contents: [],
    isError: false,
    durationMs: 20,
  },
  {
    type: "toolCallFinished",
    runId: "r0",
    toolCallId: "call_1_2",
    contents: [],
    isError: true,
    durationMs: 30,
  },
  {
    type: "toolCallFinished",
    runId: "r0",
    toolCallId: "call_1_0",
    contents: [],
    isError: false,
    durationMs: 1500,
  },
  {
    type: "toolCallFinished",
    runId: "r0",
    toolCallId: "call_1_3",
    contents: [],
    isError: false,
    durationMs: 0,
  },
  { type: "skillDisconnected", runId: "r0", skill: "docs", reason: "exited with 1" },
  { type: "skillDisconnected", runId: "r0", skill: "other", reason: "closed" },
  {
    type: "generationFinished",
    runId: "r0",
    step: 2,
    parts: [{ type: "text", text: "All fine." }],
    finishReason: "stop",
    usage,
    model: "claude",
    durationMs: 1100,
  },
  { type: "runFinished", runId: "r0", outcome: { type: "completed", text: "All fine." } },
  { type: "jobFinished", outcome: { type: "completed", text: "All fine." } },
];
