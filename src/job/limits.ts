/** What a job may take, its delegates included. */
export type Limits = {
  /** Generations of the whole job. */
  readonly maxSteps?: number;
  /** Tokens of the whole job, in and out, cached and reasoning included. */
  readonly maxTokens?: number;
  /** US dollars of the whole job. */
  readonly maxCostUsd?: number;
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
  /** Set where the job has a budget in dollars. */
  readonly ceiling?: PriceCeiling;
};

/** The most that a model's tokens cost, in US dollars per million: what is reserved before it is asked. */
export type PriceCeiling = { readonly inputUsd: number; readonly outputUsd: number };
