import type { LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";
import type { FinishReason } from "../../job/event.ts";
import { isObject } from "../../job/json-object.ts";
import { addUsage, noUsage, type Usage } from "../../job/usage.ts";

export type Finish = {
  readonly reason: FinishReason;
  /** Of all requests that the answer took so far. */
  readonly usage: Usage;
  /** How many those are. */
  readonly requests: number;
  /** Tokens of the conversation with what was said so far. */
  readonly contextTokens: number;
  /** Tokens beyond the first request's that are spent before anything more is said: earlier ones, and all of it again. */
  readonly tokensToGoOn: number;
  /** The provider asks to be asked again with what it said so far. */
  readonly isPaused: boolean;
  /** Where the provider's own tools keep their files, when it named such a place. */
  readonly container?: string;
};

type FinishPart = Extract<LanguageModelV4StreamPart, { type: "finish" }>;
type Unified = FinishPart["finishReason"]["unified"];

/** What the end of a stream says, with what the requests before it said. */
export const finished = (part: FinishPart, before: Finish | undefined): Finish => {
  const own = usageOf(part.usage);
  const contextTokens = own.inputTokens + own.outputTokens;
  const earlier = before === undefined ? -own.inputTokens : before.tokensToGoOn - before.contextTokens;
  const container = part.providerMetadata?.anthropic?.container;
  const id = isObject(container) ? container.id : undefined;
  return {
    reason: finishReason(part.finishReason.unified),
    usage: addUsage(before?.usage ?? noUsage, own),
    requests: (before?.requests ?? 0) + 1,
    contextTokens,
    tokensToGoOn: earlier + contextTokens + contextTokens,
    isPaused: part.finishReason.raw === "pause_turn",
    ...(typeof id === "string" ? { container: id } : {}),
  };
};

const finishReason = (unified: Unified): FinishReason => {
  switch (unified) {
    case "stop":
      return "stop";
    case "tool-calls":
      return "toolCalls";
    case "length":
      return "length";
    case "content-filter":
      return "refusal";
    default:
      return "interrupted";
  }
};

const usageOf = (usage: LanguageModelV4Usage): Usage => ({
  inputTokens: usage.inputTokens.total ?? noUsage.inputTokens,
  outputTokens: usage.outputTokens.total ?? noUsage.outputTokens,
  reasoningTokens: usage.outputTokens.reasoning ?? noUsage.reasoningTokens,
  cachedInputTokens: usage.inputTokens.cacheRead ?? noUsage.cachedInputTokens,
  ...(usage.inputTokens.cacheWrite ? { cacheWriteTokens: usage.inputTokens.cacheWrite } : {}),
});
