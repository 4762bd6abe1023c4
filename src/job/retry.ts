import type { ModelChoice } from "./limits.ts";
import type { Failure } from "./outcome.ts";

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/** A provider that asks for a longer wait than this has refused: a runner is billed while it sleeps. */
const longestRetryAfterMs = 600_000;

type Models = { readonly model: ModelChoice; readonly fallbacks?: readonly ModelChoice[] };

/** The job's models: 0 is its first, then come its fallbacks in order. */
export const choiceAt = (models: Models, alternative: number): ModelChoice =>
  [models.model, ...(models.fallbacks ?? [])][alternative] ?? models.model;

/** The provider has no room for the request now; another one may: 429, and every 5xx (529 is Anthropic's overload). */
const isOverload = ({ statusCode = 0 }: Failure): boolean => statusCode === 429 || statusCode >= 500;

/** Which model the next attempt asks: after each overload the next one, and after the last one the first again. */
export const chosenAlternative = (models: Models, failures: readonly Failure[]): number =>
  failures.filter(isOverload).length % (1 + (models.fallbacks ?? []).length);

/**
 * Milliseconds to wait before the next attempt, given this step's failures so far: what the provider asked for
 * (`retry-after`), else one second doubled with each failure, or with each round where there are fallbacks. Never more
 * than a minute on our own account, and none before a fallback that was not asked yet.
 */
export const retryDelayMs = (models: Models, failures: readonly Failure[]): number => {
  const last = failures.at(-1);
  if (last === undefined) return 0;
  const alternatives = 1 + (models.fallbacks ?? []).length;
  if (isOverload(last) && failures.filter(isOverload).length < alternatives) return 0;
  const rounds = Math.ceil(failures.length / alternatives);
  return last.retryAfterMs ?? Math.min(firstDelayMs * 2 ** (rounds - 1), longestDelayMs);
};

/** Whether another attempt follows this step's failures, the newest of which is the last. */
export const isTriedAgain = (
  models: Models & { readonly limits: { readonly maxRetries: number } },
  failures: readonly Failure[],
): boolean => {
  const last = failures.at(-1);
  if (last === undefined || !last.isRetryable || failures.length > models.limits.maxRetries) return false;
  return retryDelayMs(models, failures) <= longestRetryAfterMs;
};
