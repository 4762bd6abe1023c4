import type { JsonValue } from "./message.ts";

/** A provider's or a runner's failure with everything a person needs to act on it. */
export type Failure = {
  readonly name: string;
  readonly message: string;
  /** HTTP status of the provider, when it answered at all. */
  readonly statusCode?: number;
  readonly isRetryable: boolean;
  /** The message is the provider's own, who may repeat what it was asked. */
  readonly isQuoted?: boolean;
  /** Nothing of the request went out. */
  readonly isUnsent?: boolean;
  /** Milliseconds the provider asked us to wait (`retry-after`, `retry-after-ms`). */
  readonly retryAfterMs?: number;
};

/** Why a Run ended. */
export type RunOutcome =
  /** `structured` is the answer as a value, where the job wants one of a schema. */
  | { readonly type: "completed"; readonly text: string; readonly structured?: JsonValue }
  | { readonly type: "failed"; readonly error: Failure }
  /** It asked a person: its calls of interactive tools wait for their answers. */
  | { readonly type: "needsInput" }
  | { readonly type: "maxSteps"; readonly limit: number }
  | { readonly type: "maxTokens"; readonly limit: number }
  | { readonly type: "maxCost"; readonly limitUsd: number }
  | { readonly type: "jobTimeout"; readonly limitMs: number }
  | { readonly type: "interrupted"; readonly signal: string };

/** Outcomes that the whole job is stopped with, from outside or by a budget: the work itself could go on. */
const stops = ["maxSteps", "maxTokens", "maxCost", "jobTimeout", "interrupted"] as const;

export type Stop = Extract<RunOutcome, { type: (typeof stops)[number] }>;

export const isStop = (outcome: RunOutcome): outcome is Stop => stops.some((type) => type === outcome.type);
