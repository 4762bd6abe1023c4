/** Tokens of one generation or of a whole job. `inputTokens` includes the cached, `outputTokens` the reasoning. */
export type Usage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Read from the provider's cache. */
  readonly cachedInputTokens: number;
  /** Written to the provider's cache, where it charges for that. */
  readonly cacheWriteTokens?: number;
};

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cachedInputTokens: 0 };

export const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
  ...(a.cacheWriteTokens === undefined && b.cacheWriteTokens === undefined
    ? {}
    : { cacheWriteTokens: (a.cacheWriteTokens ?? 0) + (b.cacheWriteTokens ?? 0) }),
});
