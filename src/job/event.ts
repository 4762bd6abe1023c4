import type { Limits, ModelChoice } from "./limits.ts";
import type { AnswerPart, BlobPart, JsonObject, JsonValue, ResultContent, TextPart } from "./message.ts";
import type { Failure, RunOutcome, Stop } from "./outcome.ts";
import type { SkillEvent } from "./skill-event.ts";
import type { ToolDefinition } from "./tool.ts";
import type { Usage } from "./usage.ts";

/** How a generation ended, in our words. `interrupted` is a stream that broke off without saying why. */
export type FinishReason = "stop" | "toolCalls" | "length" | "refusal" | "interrupted";

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
      /** JSON Schema of the Coordinator's answer, where it is to be an object. */
      readonly outputSchema?: JsonObject;
      readonly query: string;
      /** `cli`, or the GitHub event and what it points at, for a reader of the journal. */
      readonly trigger: string;
    }
  /** The job goes on after it had ended or was cut off, with budgets of its own for all of it. */
  | {
      readonly type: "jobResumed";
      /** Another one than before where the job was forked from an earlier checkpoint. */
      readonly jobId: string;
      readonly runtimeVersion: string;
      readonly experts: readonly ResolvedExpert[];
      readonly model: ModelChoice;
      readonly fallbacks?: readonly ModelChoice[];
      readonly limits: Limits;
      readonly trigger: string;
    }
  | { readonly type: "note"; readonly level: "info" | "warning"; readonly text: string }
  | SkillEvent
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
  /** The Run's skills are up again, in a job that goes on. */
  | {
      readonly type: "runResumed";
      readonly runId: string;
      /** As sent from here on. */
      readonly system: string;
      readonly tools: readonly ToolDefinition[];
    }
  /** A person has said more to the Coordinator. */
  | { readonly type: "queryAdded"; readonly input: readonly (TextPart | BlobPart)[] }
  /** Old results give way to the names of the blobs that hold them; the journal keeps what they said. */
  | {
      readonly type: "contextReduced";
      readonly runId: string;
      readonly step: number;
      readonly results: readonly { readonly toolCallId: string; readonly blob: BlobPart }[];
    }
  | {
      readonly type: "generationFinished";
      readonly runId: string;
      readonly step: number;
      readonly parts: readonly AnswerPart[];
      readonly finishReason: FinishReason;
      /** The budget that allowed no longer answer, where that is what cut it off. */
      readonly cutBy?: Stop;
      readonly usage: Usage;
      /** Model id as the provider reported it. */
      readonly model: string;
      /** Which of the job's models was asked, where it was not the first: its place among the fallbacks, from 1. */
      readonly alternative?: number;
      /** US dollars, where the model's price is known. */
      readonly costUsd?: number;
      /** Tokens that the model can hold, where that is known. */
      readonly contextWindow?: number;
      /** Tokens of the conversation with this answer, where it took several requests and `usage` adds them up. */
      readonly contextTokens?: number;
      readonly durationMs: number;
    }
  | {
      readonly type: "generationFailed";
      readonly runId: string;
      readonly step: number;
      readonly error: Failure;
      /** Parts received before it failed; shown, never sent back. */
      readonly partial: readonly AnswerPart[];
      /** Of the requests before the one that failed, where an answer took several. */
      readonly usage?: Usage;
      /** As in `generationFinished`. */
      readonly alternative?: number;
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
  /** Whether the Coordinator's answer is what the job's schema asks for. */
  | {
      readonly type: "answerChecked";
      readonly runId: string;
      readonly verdict:
        | { readonly type: "valid"; readonly value: JsonValue }
        | { readonly type: "invalid"; readonly error: string };
    }
  /** What is left of a budget does not pay for anything more. */
  | { readonly type: "budgetSpent"; readonly stop: Stop }
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
