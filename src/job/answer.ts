import type { FinishReason } from "./event.ts";
import { type AnswerPart, type ToolCallPart, textOf } from "./message.ts";
import type { Failure, RunOutcome, Stop } from "./outcome.ts";

/** What an answer amounts to. */
export type Verdict =
  /** As good as no answer: the attempt failed, and nothing of it is sent back. */
  | { readonly type: "unusable"; readonly failure: Failure; readonly limitedBy?: Stop }
  | { readonly type: "calls"; readonly calls: readonly ToolCallPart[] }
  | { readonly type: "ends"; readonly outcome: RunOutcome };

/**
 * @param toolChoice what the model was asked for: with `none` completion was accepted and only the closing text
 *   is missing, so tool calls no longer count
 */
export const judgeAnswer = (
  answer: {
    readonly parts: readonly AnswerPart[];
    readonly finishReason: FinishReason;
    readonly cutBy?: Stop;
  },
  toolChoice: "auto" | "none",
): Verdict => {
  const text = textOf(answer.parts);
  switch (answer.finishReason) {
    case "interrupted":
      return { type: "unusable", failure: brokenOff };
    case "length":
      if (answer.cutBy !== undefined) {
        return { type: "unusable", failure: cutByBudget, limitedBy: answer.cutBy };
      }
      return { type: "ends", outcome: { type: "failed", error: cutAnswer } };
    case "refusal":
      return { type: "ends", outcome: { type: "failed", error: refusal(text) } };
    case "stop":
    case "toolCalls":
      return judgeWhole(answer.parts, text, toolChoice);
    default:
      return answer.finishReason satisfies never;
  }
};

const judgeWhole = (parts: readonly AnswerPart[], text: string, toolChoice: "auto" | "none"): Verdict => {
  const calls = toolChoice === "none" ? [] : parts.filter((part) => part.type === "toolCall");
  if (calls.length > 0) return { type: "calls", calls };
  return text.trim() === ""
    ? { type: "unusable", failure: emptyAnswer }
    : { type: "ends", outcome: { type: "completed", text } };
};

const brokenOff: Failure = {
  name: "TruncatedStream",
  message: "The provider's stream ended in the middle of an answer.",
  isRetryable: true,
};

const emptyAnswer: Failure = {
  name: "EmptyAnswer",
  message: "The model gave an answer with neither text nor a tool call.",
  isRetryable: true,
};

const cutAnswer: Failure = {
  name: "OutputTokenLimit",
  message: "The model's answer was cut off at its output token limit.",
  isRetryable: false,
};

const cutByBudget: Failure = {
  name: "BudgetTooSmall",
  message: "The model's answer was cut off: what is left of the job's budget allowed no longer one.",
  isRetryable: false,
};

const refusal = (text: string): Failure => ({
  name: "Refusal",
  message:
    text.trim() === "" ? "The model refused to answer." : `The model refused to answer: ${text.trim()}`,
  isRetryable: false,
});
