import type { Expert } from "../definition/expert.ts";
import { parseExpertReference } from "../definition/expert-reference.ts";
import { unsupportedProvided } from "../definition/provided.ts";
import { type ProviderName, providerNames } from "../definition/provider.ts";
import type { Skill } from "../definition/skill.ts";
import { isAtLeast } from "../definition/version.ts";
import { ExpertStackError } from "../errors.ts";

/** What an Expert uses and this version cannot do yet, each in a few words. */
export const unavailableFeatures = (expert: Expert): readonly string[] => [
  ...(expert.delegates.length > 0 ? ["`delegates`"] : []),
  ...Object.entries(expert.skills).flatMap(([name, skill]) => unavailableSkill(name, skill)),
];

export const isSupportedProvider = (name: string): name is ProviderName =>
  providerNames.some((supported) => supported === name);

export const unsupportedProvider = (name: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `There is no provider "${name}".`,
    remedy: `Use one of ${providerNames.join(", ")}.`,
  });

/**
 * Refuses an Expert that wants its provider to run what this provider cannot.
 *
 * @throws ExpertStackError FEATURE_NOT_AVAILABLE with every such thing
 */
export const refuseUnsupportedProvided = (key: string, expert: Expert, provider: ProviderName): void => {
  const sentences = unsupportedProvided(provider, expert);
  if (sentences.length === 0) return;
  throw new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The Expert "${key}": ${sentences.join(" ")}`,
    remedy: "Change it in the manifest, or name another provider.",
  });
};

/**
 * Refuses an Expert that uses what this version cannot do yet, rather than run it without.
 *
 * @throws ExpertStackError FEATURE_NOT_AVAILABLE
 */
export const refuseUnavailable = (key: string, expert: Expert): void => {
  const features = unavailableFeatures(expert);
  if (features.length === 0) return;
  throw new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The Expert "${key}" uses ${features.join(", ")}, which this version cannot run yet.`,
    remedy: "Take it out of the Expert, or wait for the release whose CHANGELOG names it.",
  });
};

/** @throws ExpertStackError FEATURE_NOT_AVAILABLE when the Expert asks for a newer version than this one */
export const refuseTooNew = (key: string, expert: Expert, runtimeVersion: string): void => {
  const wanted = expert.minRuntimeVersion;
  if (wanted === undefined || isAtLeast(runtimeVersion, wanted)) return;
  throw new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The Expert "${key}" needs version ${wanted} or newer (\`minRuntimeVersion\`), and this is ${runtimeVersion}.`,
    remedy: "Use a newer release, or lower `minRuntimeVersion` if the Expert does without what is new in it.",
  });
};

/**
 * Refuses what is not a key of a manifest but names an Expert elsewhere. To be asked once the manifest is known not to
 * have it: `@scope/name` may be a key, too.
 *
 * @throws ExpertStackError FEATURE_NOT_AVAILABLE, or REFERENCE_INVALID when it names nothing anywhere
 */
export const refuseReference = (expert: string): void => {
  if (!/^github:|@/.test(expert) || parseExpertReference(expert).type === "key") return;
  throw new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The Expert "${expert}" is of a registry or another repository, and such references are not available yet.`,
    remedy: "Name a key of this repository's manifest, or wait for the release whose CHANGELOG names it.",
  });
};

const unavailableSkill = (name: string, skill: Skill): readonly string[] => {
  if (skill.type === "mcpSseSkill") return [`the remote skill "${name}"`];
  if (skill.type === "interactiveSkill") return [`the interactive skill "${name}"`];
  return skill.command === "uvx" ? [`the uvx skill "${name}"`] : [];
};
