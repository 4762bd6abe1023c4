import { expertDigest } from "../definition/digest.ts";
import type { Expert } from "../definition/expert.ts";
import type { Manifest } from "../definition/manifest.ts";
import { nearest } from "../definition/nearest.ts";
import type { ProviderConfig } from "../definition/provider.ts";
import { ExpertStackError } from "../errors.ts";
import type { JobEvent, Limits, ModelChoice, ResolvedExpert } from "../job/event.ts";
import { fallbackChoices } from "./fallbacks.ts";
import {
  isSupportedProvider,
  refuseReference,
  refuseTooNew,
  refuseUnavailable,
  refuseUnsupportedProvided,
  unsupportedProvider,
} from "./unavailable.ts";

/** What a step's inputs or a command's options say over the manifest. Milliseconds, counts. */
export type Overrides = {
  readonly provider?: string;
  readonly model?: string;
  readonly reasoningBudget?: string | number;
  readonly maxSteps?: number;
  readonly maxRetries?: number;
  readonly stepTimeoutMs?: number;
  readonly jobTimeoutMs?: number;
};

export type JobPlan = {
  readonly started: Extract<JobEvent, { type: "jobStarted" }>;
  readonly experts: ReadonlyMap<string, Expert>;
  readonly coordinator: Expert;
  readonly provider: ProviderConfig;
};

type Wish = {
  readonly manifest: Manifest;
  readonly expertKey: string;
  readonly overrides: Overrides;
  /** Where the manifest was read: `file:perstack.toml`, `commit:<sha>:perstack.toml`. */
  readonly source: string;
  readonly jobId: string;
  readonly query: string;
  readonly trigger: string;
  readonly runtimeVersion: string;
};

const defaults = { provider: "anthropic", maxSteps: 100, maxRetries: 5, stepTimeoutMs: 300_000 } as const;

const defaultModels: ReadonlyMap<string, string> = new Map([
  ["anthropic", "claude-sonnet-4-5"],
  ["openai", "gpt-5.1"],
]);

/**
 * Puts manifest and overrides together into a job that can start.
 *
 * @throws ExpertStackError EXPERT_NOT_FOUND, REFERENCE_INVALID, INPUT_INVALID or FEATURE_NOT_AVAILABLE
 */
export const planJob = (wish: Wish): JobPlan => {
  const { manifest, expertKey, overrides } = wish;
  const coordinator = manifest.experts.get(expertKey);
  if (coordinator === undefined) throw expertNotFound(wish);
  refuseTooNew(expertKey, coordinator, wish.runtimeVersion);
  refuseUnavailable(expertKey, coordinator);
  const provider = providerOf(manifest, overrides);
  refuseUnsupportedProvided(expertKey, coordinator, provider.providerName);
  const model = modelOf(manifest, overrides, provider.providerName);
  const fallbacks = fallbackChoices(provider, model.reasoningBudget);
  return {
    coordinator,
    provider,
    experts: new Map([[expertKey, coordinator]]),
    started: {
      type: "jobStarted",
      v: 1,
      jobId: wish.jobId,
      runtimeVersion: wish.runtimeVersion,
      coordinator: expertKey,
      experts: [resolved({ key: expertKey, expert: coordinator, source: wish.source })],
      model,
      ...(fallbacks.length === 0 ? {} : { fallbacks }),
      limits: limitsOf(manifest, overrides),
      query: wish.query,
      trigger: wish.trigger,
    },
  };
};

const expertNotFound = ({ manifest, expertKey, source }: Wish): ExpertStackError => {
  refuseReference(expertKey);
  const keys = [...manifest.experts.keys()];
  const [meant] = nearest(expertKey, keys, 1);
  const known = keys.map((key) => `"${key}"`).join(", ");
  const guess = meant === undefined ? "" : `Did you mean "${meant}"? `;
  return new ExpertStackError({
    code: "EXPERT_NOT_FOUND",
    message: `There is no Expert "${expertKey}" in ${source}.`,
    remedy: known === "" ? "Add an `[experts.<name>]` table." : `${guess}The Experts there are: ${known}.`,
  });
};

const resolved = (of: { key: string; expert: Expert; source: string }): ResolvedExpert => ({
  key: of.key,
  name: of.key,
  version: of.expert.version,
  ...(of.expert.description === undefined ? {} : { description: of.expert.description }),
  digest: expertDigest(of.expert),
  source: of.source,
});

/** Another provider than the manifest's brings none of the manifest's settings: a base URL is not portable. */
const providerOf = (manifest: Manifest, overrides: Overrides): ProviderConfig => {
  const wanted = overrides.provider ?? manifest.provider?.providerName ?? defaults.provider;
  if (manifest.provider?.providerName === wanted) return manifest.provider;
  if (!isSupportedProvider(wanted)) throw unsupportedProvider(wanted);
  return { providerName: wanted };
};

const modelOf = (manifest: Manifest, overrides: Overrides, provider: string): ModelChoice => {
  const own = manifest.provider === undefined || manifest.provider.providerName === provider;
  const model = overrides.model ?? (own ? manifest.model : undefined) ?? defaultModels.get(provider);
  if (model === undefined) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: `No model is named for the provider "${provider}".`,
      remedy: 'Write `model = "…"` at the top of the manifest, or set the input `model`.',
    });
  }
  const reasoningBudget = overrides.reasoningBudget ?? manifest.reasoningBudget;
  return { provider, model, ...(reasoningBudget === undefined ? {} : { reasoningBudget }) };
};

const limitsOf = (manifest: Manifest, overrides: Overrides): Limits => ({
  maxSteps: overrides.maxSteps ?? manifest.maxSteps ?? defaults.maxSteps,
  maxRetries: overrides.maxRetries ?? manifest.maxRetries ?? defaults.maxRetries,
  stepTimeoutMs: overrides.stepTimeoutMs ?? manifest.timeout ?? defaults.stepTimeoutMs,
  ...(overrides.jobTimeoutMs === undefined ? {} : { jobTimeoutMs: overrides.jobTimeoutMs }),
});
