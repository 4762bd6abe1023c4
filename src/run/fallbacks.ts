import type { ProviderConfig } from "../definition/provider.ts";
import type { ModelChoice } from "../job/event.ts";

/** The models that a provider's configuration turns to, in order, each asked to think as hard as the first. */
export const fallbackChoices = (
  provider: ProviderConfig,
  reasoningBudget: ModelChoice["reasoningBudget"],
): readonly ModelChoice[] =>
  (provider.fallback ?? []).map(({ providerName, model }) => ({
    provider: providerName,
    model,
    ...(reasoningBudget === undefined ? {} : { reasoningBudget }),
  }));
