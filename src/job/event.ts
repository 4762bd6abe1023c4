import type { AnswerPart, BlobPart, ResultContent, TextPart } from "./message.ts";
import type { ToolDefinition } from "./tool.ts";
import type { Usage } from "./usage.ts";

/** How a generation ended, in our words. `interrupted` is a stream that broke off without saying why. */
export type FinishReason = "stop" | "toolCalls" | "length" | "refusal" | "interrupted";

/** A provider's or a runner's failure with everything a person needs to act on it. */
export type Failure = {
  readonly name: string;
  readonly message: string;
  /** HTTP status of the provider, when it answered at all. */
  readonly statusCode?: number;
  readonly isRetryable: boolean;
  /** Milliseconds the provider asked us to wait (`retry-after`, `retry-after-ms`). */
  readonly retryAfterMs?: number;
};

/** Why a Run ended. */
export type RunOutcome =
  | { readonly type: "completed"; readonly text: string }
  | { readonly type: "failed"; readonly error: Failure }
  | { readonly type: "maxSteps"; readonly limit: number }
  | { readonly type: "jobTimeout"; readonly limitMs: number }
  | { readonly type: "interrupted"; readonly signal: string };

/** An Expert with the bytes it was read from, so that a reader can tell which definition ran. */
export type ResolvedExpert = {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  /** `sha256:<hex>` of the canonical definition. */
  readonly digest: string;
  /** Where it was read from: `file:perstack.toml`, `commit:<sha>:perstack.toml`. */
  readonly source: string;
};

export type Limits = {
  /** Generations of the whole job. */
  readonly maxSteps?: number;
  /** Attempts after the first, a generation. */
  readonly maxRetries: number;
  /** Milliseconds one generation or one tool call may take. */
  readonly stepTimeoutMs: number;
  /** Milliseconds of the whole job. */
  readonly jobTimeoutMs?: number;
};

/** A model and who serves it. */
export type ModelChoice = {
  readonly provider: string;
  readonly model: string;
  readonly reasoningBudget?: string | number;
};

/** What an event says, before the journal stamps it with `seq`, `prev` and `at`. */
export type JobEvent =
  | {
      readonly type: "jobStarted";
      readonly v: 1;
      readonly jobId: string;
      readonly runtimeVersion: string;
      readonly coordinator: string;
      readonly experts: readonly ResolvedExpert[];
      readonly model: ModelChoice;
      /** Asked in this order when the one before is overloaded. */
      readonly fallbacks?: readonly ModelChoice[];
      readonly limits: Limits;
      readonly query: string;
      /** `cli`, or the GitHub event and what it points at, for a reader of the journal. */
      readonly trigger: string;
    }
  | { readonly type: "note"; readonly level: "info" | "warning"; readonly text: string }
  | {
      readonly type: "packageInstalled";
      readonly skill: string;
      readonly package: string;
      readonly version: string;
      readonly integrity: string;
      readonly durationMs: number;
    }
  | {
      readonly type: "skillStarting";
      readonly runId: string;
      readonly skill: string;
      readonly command: string;
      readonly args: readonly string[];
    }
  | {
      readonly type: "skillConnected";
      readonly runId: string;
      readonly skill: string;
      readonly server: { readonly name: string; readonly version: string };
      readonly spawnMs: number;
      readonly handshakeMs: number;
      readonly discoveryMs: number;
    }
  | { readonly type: "skillStderr"; readonly runId: string; readonly skill: string; readonly text: string }
  | {
      readonly type: "skillDisconnected";
      readonly runId: string;
      readonly skill: string;
      /** `closed` by us, `exited` by itself. */
      readonly reason: string;
    }
  /** All the tools that the skill offers from here on, in place of those before. */
  | {
      readonly type: "toolsChanged";
      readonly runId: string;
      readonly skill: string;
      readonly tools: readonly ToolDefinition[];
    }
  /** What a tool says of itself while it works. */
  | {
      readonly type: "toolProgress";
      readonly runId: string;
      readonly toolCallId: string;
      readonly progress: number;
      readonly total?: number;
      readonly message?: string;
    }
  | {
      readonly type: "runStarted";
      readonly runId: string;
      readonly expert: string;
      /** The full system prompt, as sent. */
      readonly system: string;
      /** In the order in which every request of the Run sends them. */
      readonly tools: readonly ToolDefinition[];
      readonly input: readonly (TextPart | BlobPart)[];
      readonly parent?: { readonly runId: string; readonly toolCallId: string };
    }
  | {
      readonly type: "generationFinished";
      readonly runId: string;
      readonly step: number;
      readonly parts: readonly AnswerPart[];
      readonly finishReason: FinishReason;
      readonly usage: Usage;
      /** Model id as the provider reported it. */
      readonly model: string;
      readonly durationMs: number;
    }
  | {
      readonly type: "generationFailed";
      readonly runId: string;
      readonly step: number;
      readonly error: Failure;
      /** Parts received before it failed; shown, never sent back. */
      readonly partial: readonly AnswerPart[];
      readonly durationMs: number;
    }
  | {
      readonly type: "toolCallFinished";
      readonly runId: string;
      readonly toolCallId: string;
      readonly contents: readonly ResultContent[];
      readonly isError: boolean;
      readonly durationMs: number;
    }
  | { readonly type: "deadlineReached"; readonly limitMs: number }
  | { readonly type: "interrupted"; readonly signal: string }
  | { readonly type: "runFinished"; readonly runId: string; readonly outcome: RunOutcome }
  | { readonly type: "jobFinished"; readonly outcome: RunOutcome };

/**
 * A line of `events.jsonl`.
 *
 * `seq` counts from 1; `prev` is the SHA-256 (hex) of the line before, without its newline, and 64 zeros for
 * the first; `at` is milliseconds since the epoch.
 */
export type JournalEntry = {
  readonly seq: number;
  readonly prev: string;
  readonly at: number;
  readonly event: JobEvent;
};
