import type { JobEvent } from "./event.ts";
import type { ToolCallPart, ToolResultPart } from "./message.ts";
import type { RunOutcome, Stop } from "./outcome.ts";

/**
 * Something the shell should be doing now. An effect is the same effect as long as its `id` is; one that is no
 * longer decided on is to be aborted.
 */
export type Effect =
  /** Already known: only to be stamped and appended. */
  | { readonly type: "record"; readonly id: string; readonly event: JobEvent }
  | (ShellEffect & { readonly id: string; readonly runId: string });

export type ShellEffect =
  /** Start the Expert's skills, then record `runStarted`. */
  | {
      readonly type: "openRun";
      readonly expert: string;
      readonly query: string;
      readonly parent?: { readonly runId: string; readonly toolCallId: string };
    }
  /** Start the skills of a Run again that was cut off, then record `runResumed`. */
  | { readonly type: "reopenRun"; readonly expert: string }
  /** Wait `delayMs`, then ask the model. */
  | {
      readonly type: "generate";
      readonly alternative: number;
      readonly toolChoice: "auto" | "none";
      readonly form: "free" | "structured";
      readonly delayMs: number;
      /** Unlimited when missing. */
      readonly maxOutputTokens?: number;
      /** The budget that allows no more than that. */
      readonly limitedBy?: Stop;
    }
  | { readonly type: "callTool"; readonly call: ToolCallPart }
  /** Keep these results as blobs, then record `contextReduced`. */
  | { readonly type: "reduceContext"; readonly results: readonly ToolResultPart[] }
  /** Hold the answer against the job's schema, then record `answerChecked`. */
  | { readonly type: "checkAnswer"; readonly text: string }
  /** End the Run's skills, then record `runFinished`. */
  | { readonly type: "closeRun"; readonly outcome: RunOutcome };

export type RecordEffect = Extract<Effect, { readonly type: "record" }>;

/** An effect of the shell's, with what every one of them has. */
export type PendingEffect = Exclude<Effect, RecordEffect>;
