import type { Usage } from "../job/usage.ts";

/** Tokens as Perstack counts them: the total is input and output, which include the cached and the reasoning. */
export type PerstackUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly totalTokens: number;
  readonly cachedInputTokens: number;
};

export const perstackUsage = (usage: Usage): PerstackUsage => ({
  inputTokens: usage.inputTokens,
  outputTokens: usage.outputTokens,
  reasoningTokens: usage.reasoningTokens,
  totalTokens: usage.inputTokens + usage.outputTokens,
  cachedInputTokens: usage.cachedInputTokens,
});

/** What was used since `earlier`. */
export const usageSince = (usage: Usage, earlier: Usage): Usage => ({
  inputTokens: usage.inputTokens - earlier.inputTokens,
  outputTokens: usage.outputTokens - earlier.outputTokens,
  reasoningTokens: usage.reasoningTokens - earlier.reasoningTokens,
  cachedInputTokens: usage.cachedInputTokens - earlier.cachedInputTokens,
});
