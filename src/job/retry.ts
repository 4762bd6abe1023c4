import type { Failure } from "./event.ts";

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/** A provider that asks for a longer wait than this has refused: a runner is billed while it sleeps. */
export const longestRetryAfterMs = 600_000;

/**
 * Milliseconds to wait before the next attempt, given this step's failures so far: what the provider asked for
 * (`retry-after`), else one second doubled with each failure. Never more than a minute on our own account.
 */
export const retryDelayMs = (failures: readonly Failure[]): number => {
  const last = failures.at(-1);
  if (last === undefined) return 0;
  return last.retryAfterMs ?? Math.min(firstDelayMs * 2 ** (failures.length - 1), longestDelayMs);
};
