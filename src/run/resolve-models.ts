import type { Expert } from "../definition/expert.ts";
import type { Manifest } from "../definition/manifest.ts";
import { unsupportedProvided } from "../definition/provided.ts";
import {
  type ProviderConfig,
  type ProviderFallback,
  type ProviderName,
  providerNames,
} from "../definition/provider.ts";
import { ExpertStackError } from "../errors.ts";
import type { ModelChoice } from "../job/limits.ts";

/** What a step's inputs or a command's options say of the model. */
export type ModelOverrides = {
  readonly provider?: string;
  readonly model?: string;
  readonly reasoningBudget?: string | number;
};

export type ResolvedModels = {
  /** Who serves them: the first, then its fallbacks in order. */
  readonly providers: readonly ProviderConfig[];
  readonly model: ModelChoice;
  readonly fallbacks: readonly ModelChoice[];
};

const defaultProvider = "anthropic";

const defaultModels: ReadonlyMap<string, string> = new Map([
  ["anthropic", "claude-sonnet-4-5"],
  ["openai", "gpt-5.1"],
]);

/**
 * The models of a job. Another provider than the manifest's brings none of the manifest's settings and fallbacks: they
 * were written for the one beside them. A fallback that cannot run what the first provider runs does without.
 *
 * @throws ExpertStackError INPUT_INVALID, also for what an Expert wants its provider to run and it cannot
 */
export const resolveModels = (
  manifest: Manifest,
  overrides: ModelOverrides,
  experts: ReadonlyMap<string, Expert>,
): ResolvedModels => {
  const wanted = overrides.provider ?? manifest.provider?.providerName ?? defaultProvider;
  const own = manifest.provider?.providerName === wanted ? manifest.provider : undefined;
  const first = own ?? { providerName: knownProvider(wanted) };
  const fallbacks = own?.fallback ?? [];
  const providers = [first, ...fallbacks.map(configOf)];
  refuseProvided(first.providerName, experts);
  const reasoningBudget = overrides.reasoningBudget ?? manifest.reasoningBudget;
  const thinking = reasoningBudget === undefined ? {} : { reasoningBudget };
  const ownModel = own !== undefined || manifest.provider === undefined ? manifest.model : undefined;
  const model = overrides.model ?? ownModel ?? defaultModels.get(wanted);
  if (model === undefined) throw noModel(wanted);
  return {
    providers,
    model: { provider: wanted, model, ...thinking },
    fallbacks: fallbacks.map((fallback) => ({
      provider: fallback.providerName,
      model: fallback.model,
      ...thinking,
    })),
  };
};

const knownProvider = (name: string): ProviderName => {
  const known = providerNames.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `There is no provider "${name}".`,
    remedy: `Use one of ${providerNames.join(", ")}.`,
  });
};

const configOf = ({ model: _model, ...config }: ProviderFallback): ProviderConfig => config;

const refuseProvided = (provider: ProviderName, experts: ReadonlyMap<string, Expert>): void => {
  for (const [key, expert] of experts) {
    const sentences = unsupportedProvided(provider, expert);
    if (sentences.length === 0) continue;
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: `The Expert "${key}" asks its provider for what that does not have: ${sentences.join(" ")}`,
      remedy: "Take it out of the Expert, or name another provider.",
    });
  }
};

const noModel = (provider: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `No model is named for the provider "${provider}".`,
    remedy: 'Write `model = "…"` at the top of the manifest, or set the input `model` (`--model`).',
  });
