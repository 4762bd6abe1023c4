import { controlTools } from "../../src/job/control-tools.ts";
import { decide } from "../../src/job/decide.ts";
import type { PendingEffect } from "../../src/job/effect.ts";
import type { FinishReason, JobEvent, JournalEntry } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import type { Limits } from "../../src/job/limits.ts";
import type { AnswerPart, JsonObject, Message, ResultContent } from "../../src/job/message.ts";
import type { Failure } from "../../src/job/outcome.ts";
import { emptyState, type JobState, toolCallId } from "../../src/job/state.ts";
import type { ToolDefinition } from "../../src/job/tool.ts";
import type { Usage } from "../../src/job/usage.ts";

/** A call as a script writes it: its id follows from where it stands. */
export type ScriptedCall = { readonly tool: string; readonly args?: JsonObject; readonly malformed?: string };

export type ScriptedAnswer =
  | {
      readonly text?: string;
      readonly thinking?: string;
      readonly calls?: readonly ScriptedCall[];
      readonly finishReason?: FinishReason;
      readonly usage?: Usage;
    }
  | { readonly fails: Failure };

type ScriptedResult = { readonly contents: readonly ResultContent[]; readonly isError: boolean };

export type Script = {
  readonly answers: readonly ScriptedAnswer[];
  readonly limits?: Partial<Limits>;
  readonly tools?: readonly ToolDefinition[];
  readonly results?: (call: { readonly tool: string; readonly args: JsonObject }) => ScriptedResult;
  /** Chooses which of several effects settles next. */
  readonly pick?: (count: number) => number;
  /** Recorded instead of the effect that would settle as the n-th. */
  readonly stopAt?: { readonly n: number; readonly event: JobEvent };
  readonly openFails?: Failure;
};

export const tool = (name: string, skill = "files"): ToolDefinition => ({
  name,
  description: `The tool ${name}.`,
  inputSchema: { type: "object" },
  skill,
  readOnly: true,
});

export const tokens = (inputTokens: number, outputTokens: number): Usage => ({
  inputTokens,
  outputTokens,
  reasoningTokens: 1,
  cachedInputTokens: 2,
});

export const overloaded: Failure = {
  name: "Overloaded",
  message: "The provider is overloaded.",
  statusCode: 529,
  isRetryable: true,
};

export const unauthorized: Failure = {
  name: "Unauthorized",
  message: "invalid x-api-key",
  statusCode: 401,
  isRetryable: false,
};

export const jobStarted = (limits: Partial<Limits> = {}): Extract<JobEvent, { type: "jobStarted" }> => ({
  type: "jobStarted",
  v: 1,
  jobId: "job1",
  runtimeVersion: "0.1.0",
  coordinator: "reviewer",
  experts: [
    {
      key: "reviewer",
      name: "reviewer",
      version: "1.2.3",
      digest: "sha256:00",
      source: "file:perstack.toml",
    },
  ],
  model: { provider: "anthropic", model: "claude-test" },
  limits: { maxRetries: 2, stepTimeoutMs: 60_000, ...limits },
  query: "Review it.",
  trigger: "cli",
});

/** The same job goes on, with budgets of its own. */
export const jobResumed = (limits: Partial<Limits> = {}): Extract<JobEvent, { type: "jobResumed" }> => {
  const { jobId, runtimeVersion, experts, model, limits: usual } = jobStarted();
  const given = { jobId, runtimeVersion, experts, model, limits: { ...usual, ...limits } };
  return { type: "jobResumed", ...given, trigger: "cli" };
};

export const runStarted = (
  tools: readonly ToolDefinition[] = [...controlTools, tool("read"), tool("write")],
): Extract<JobEvent, { type: "runStarted" }> => ({
  type: "runStarted",
  runId: "r0",
  expert: "reviewer",
  system: "You review.",
  tools,
  input: [{ type: "text", text: "Review it." }],
});

/** The parts of an answer given in `step`. */
export const answerParts = (
  answer: Exclude<ScriptedAnswer, { readonly fails: Failure }>,
  step: number,
): readonly AnswerPart[] => [
  ...(answer.thinking === undefined ? [] : [{ type: "thinking", text: answer.thinking } as const]),
  ...(answer.text === undefined ? [] : [{ type: "text", text: answer.text } as const]),
  ...(answer.calls ?? []).map(({ tool, args = {}, malformed }, index) => ({
    type: "toolCall" as const,
    id: toolCallId(step, index),
    tool,
    args,
    ...(malformed === undefined ? {} : { malformed }),
  })),
];

export const generationOf = (answer: ScriptedAnswer, step: number, runId = "r0"): JobEvent => {
  if ("fails" in answer) {
    return { type: "generationFailed", runId, step, error: answer.fails, partial: [], durationMs: 5 };
  }
  const hasCalls = (answer.calls ?? []).length > 0;
  return {
    type: "generationFinished",
    runId,
    step,
    parts: answerParts(answer, step),
    finishReason: answer.finishReason ?? (hasCalls ? "toolCalls" : "stop"),
    usage: answer.usage ?? tokens(10, 5),
    model: "claude-test-1",
    durationMs: 5,
  };
};

export type PlayedJob = {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  /** What the model was asked, in order. */
  readonly requests: readonly {
    readonly messages: readonly Message[];
    readonly toolChoice: string;
    readonly delayMs: number;
  }[];
  /** Tools that really ran. */
  readonly called: readonly string[];
};

/** What comes of an effect, and what there is to note of it. */
type Settle = (effect: PendingEffect, state: JobState) => JobEvent;

/**
 * Drives a job to its end without a shell: decides, settles one effect at a time, records what came of it.
 *
 * @param from what the journal holds already, and what the job goes on with
 */
const drive = (job: {
  readonly from: readonly JobEvent[];
  readonly settle: Settle;
  /** Chooses which of several effects settles next. */
  readonly pick?: ((count: number) => number) | undefined;
  /** Recorded instead of the effect that would settle as the n-th. */
  readonly stopAt?: { readonly n: number; readonly event: JobEvent } | undefined;
}): { readonly state: JobState; readonly events: readonly JobEvent[] } => {
  const events: JobEvent[] = [];
  let state = emptyState;
  const record = (event: JobEvent): void => {
    events.push(event);
    state = evolve(state, event);
  };
  for (const event of job.from) record(event);
  for (let n = 0; state.outcome === undefined; n++) {
    if (n > 2_000) throw new Error("The job does not end.");
    const effects = decide(state);
    if (effects.length === 0) throw new Error("Nothing is decided, and the job is not over.");
    if (job.stopAt?.n === n) record(job.stopAt.event);
    else {
      const records = effects.filter((effect) => effect.type === "record");
      const others = effects.filter((effect) => effect.type !== "record");
      for (const effect of records) record(effect.event);
      const chosen = others[(job.pick?.(others.length) ?? 0) % Math.max(others.length, 1)];
      if (records.length === 0 && chosen !== undefined) record(job.settle(chosen, state));
    }
  }
  return { state, events };
};

/** Plays the job of one Expert. */
export const playJob = (script: Script): PlayedJob => {
  const answers = [...script.answers];
  const requests: PlayedJob["requests"][number][] = [];
  const called: string[] = [];
  const settle: Settle = (effect, state) => {
    const run = state.runs.get(effect.runId);
    switch (effect.type) {
      case "openRun":
      case "reopenRun":
        return script.openFails === undefined
          ? runStarted(script.tools)
          : { type: "runFinished", runId: "r0", outcome: { type: "failed", error: script.openFails } };
      case "generate":
        requests.push({
          messages: run?.messages ?? [],
          toolChoice: effect.toolChoice,
          delayMs: effect.delayMs,
        });
        return generationOf(answers.shift() ?? { text: "The script is over." }, run?.step ?? 0);
      case "callTool":
        called.push(effect.call.tool);
        return {
          type: "toolCallFinished",
          runId: "r0",
          toolCallId: effect.call.id,
          ...(script.results?.(effect.call) ?? textResult(`${effect.call.tool} done`)),
          durationMs: 1,
        };
      case "closeRun":
        return { type: "runFinished", runId: effect.runId, outcome: effect.outcome };
      default:
        throw new Error(`The script has nothing for ${effect.type}.`);
    }
  };
  const { pick, stopAt } = script;
  const { state, events } = drive({ from: [jobStarted(script.limits)], settle, pick, stopAt });
  return { state, events, requests, called };
};

export const textResult = (text: string, isError = false): ScriptedResult => ({
  contents: [{ type: "text", text }],
  isError,
});

/** The events as journal lines, ten milliseconds apart. */
export const entriesOf = (events: readonly JobEvent[]): readonly JournalEntry[] =>
  events.map((event, index) => ({ seq: index + 1, prev: "", at: 1_000 + index * 10, event }));

/** The job's own Run. */
export const rootRun = (state: JobState) => {
  const run = state.runs.get("r0");
  if (run === undefined) throw new Error("The Run has not started.");
  return run;
};

/** What the model heard from its tools, by call id, over the whole Run. */
export const heard = (state: JobState): ReadonlyMap<string, string> =>
  new Map(
    rootRun(state).messages.flatMap((message) =>
      message.role === "tool"
        ? message.parts.map((part): [string, string] => [
            part.id,
            part.contents
              .map((content) => (content.type === "text" ? content.text : content.sha256))
              .join(""),
          ])
        : [],
    ),
  );
