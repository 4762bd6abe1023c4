import { reachableExperts } from "../definition/delegation.ts";
import { expertDigest } from "../definition/digest.ts";
import type { Expert } from "../definition/expert.ts";
import type { Manifest } from "../definition/manifest.ts";
import { nearest } from "../definition/nearest.ts";
import type { ProviderConfig } from "../definition/provider.ts";
import { ExpertStackError } from "../errors.ts";
import type { JobEvent, ResolvedExpert } from "../job/event.ts";
import type { Limits, ModelChoice } from "../job/limits.ts";
import type { JsonObject } from "../job/message.ts";
import type { Origin } from "./registry/merge-experts.ts";
import { type ModelOverrides, resolveModels } from "./resolve-models.ts";
import { refuseDepth, refuseReference, refuseTooNew } from "./unavailable.ts";

/** What a step's inputs or a command's options say over the manifest. Milliseconds, counts, tokens, US dollars. */
export type Overrides = ModelOverrides & {
  readonly maxSteps?: number;
  readonly maxTokens?: number;
  readonly maxCostUsd?: number;
  readonly maxRetries?: number;
  readonly stepTimeoutMs?: number;
  readonly jobTimeoutMs?: number;
};

export type JobPlan = {
  readonly started: Extract<JobEvent, { type: "jobStarted" }>;
  /** The Coordinator and everybody whom it may reach through delegation, by key. */
  readonly experts: ReadonlyMap<string, Expert>;
  readonly coordinator: Expert;
  /** Who serves the job's models: the first, then its fallbacks in order. */
  readonly providers: readonly ProviderConfig[];
};

type Wish = {
  readonly manifest: Manifest;
  readonly expertKey: string;
  readonly overrides: Overrides;
  /** Where the manifest was read: `file:perstack.toml`, `commit:<sha>:perstack.toml`. */
  readonly source: string;
  /** Of the Experts that are not the manifest's own, by key. */
  readonly origins?: ReadonlyMap<string, Origin>;
  readonly jobId: string;
  readonly query: string;
  readonly outputSchema?: JsonObject;
  readonly trigger: string;
  readonly runtimeVersion: string;
};

const defaults = { maxSteps: 100, maxRetries: 5, stepTimeoutMs: 300_000 } as const;

/**
 * Puts manifest and overrides together into a job that can start.
 *
 * @throws ExpertStackError EXPERT_NOT_FOUND, REFERENCE_INVALID, INPUT_INVALID, DELEGATION_TOO_DEEP or
 *   FEATURE_NOT_AVAILABLE
 */
export const planJob = (wish: Wish): JobPlan => {
  const { manifest, expertKey, overrides } = wish;
  const coordinator = manifest.experts.get(expertKey);
  if (coordinator === undefined) throw expertNotFound(wish);
  const experts = reached(wish);
  const { providers, model, fallbacks } = resolveModels(manifest, overrides, experts);
  return {
    coordinator,
    providers,
    experts,
    started: {
      type: "jobStarted",
      v: 1,
      jobId: wish.jobId,
      runtimeVersion: wish.runtimeVersion,
      coordinator: expertKey,
      experts: [...experts].map(([key, expert]) => resolved({ key, expert }, wish)),
      model,
      ...(fallbacks.length === 0 ? {} : { fallbacks }),
      limits: limitsOf(manifest, overrides),
      ...(wish.outputSchema === undefined ? {} : { outputSchema: wish.outputSchema }),
      query: wish.query,
      trigger: wish.trigger,
    },
  };
};

/** The plan of a job in which money is counted: with the most that each of its models may cost. */
export const priced = async (
  plan: JobPlan,
  ceilingOf: (choice: ModelChoice) => Promise<ModelChoice["ceiling"]>,
): Promise<JobPlan> => {
  const { started } = plan;
  if (started.limits.maxCostUsd === undefined) return plan;
  const withCeiling = async (choice: ModelChoice): Promise<ModelChoice> => {
    const ceiling = await ceilingOf(choice);
    if (ceiling === undefined) throw unknownPrice(choice);
    return { ...choice, ceiling };
  };
  const model = await withCeiling(started.model);
  const fallbacks = await Promise.all((started.fallbacks ?? []).map(withCeiling));
  return { ...plan, started: { ...started, model, ...(fallbacks.length === 0 ? {} : { fallbacks }) } };
};

const unknownPrice = ({ provider, model }: ModelChoice): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `The price of the model "${model}" of ${provider} is not known, so \`max-cost-usd\` cannot be kept.`,
    remedy: `Say what it costs in US dollars per million tokens, input and output: \`prices: ${model}=3,15\`.`,
  });

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

const reached = ({ manifest, expertKey, runtimeVersion }: Wish): ReadonlyMap<string, Expert> => {
  const { local } = reachableExperts(manifest.experts, expertKey);
  refuseDepth(manifest.experts, expertKey);
  const experts = new Map<string, Expert>();
  for (const key of local) {
    const expert = manifest.experts.get(key);
    if (expert === undefined) continue;
    refuseTooNew(key, expert, runtimeVersion);
    experts.set(key, expert);
  }
  return experts;
};

const resolved = (
  { key, expert }: { readonly key: string; readonly expert: Expert },
  { origins, source }: Wish,
): ResolvedExpert => ({
  key,
  version: expert.version,
  ...(expert.description === undefined ? {} : { description: expert.description }),
  ...(origins?.get(key) ?? { name: key, digest: expertDigest(expert), source }),
});

const limitsOf = (manifest: Manifest, overrides: Overrides): Limits => {
  const { maxTokens, maxCostUsd, jobTimeoutMs } = overrides;
  return {
    maxSteps: overrides.maxSteps ?? manifest.maxSteps ?? defaults.maxSteps,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    maxRetries: overrides.maxRetries ?? manifest.maxRetries ?? defaults.maxRetries,
    stepTimeoutMs: overrides.stepTimeoutMs ?? manifest.timeout ?? defaults.stepTimeoutMs,
    ...(jobTimeoutMs === undefined ? {} : { jobTimeoutMs }),
  };
};
