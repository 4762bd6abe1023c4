import type { Expert } from "../definition/expert.ts";
import { parseExpertReference } from "../definition/expert-reference.ts";
import type { Skill } from "../definition/skill.ts";
import { ExpertStackError } from "../errors.ts";

/**
 * Refuses an Expert that uses what this version cannot do yet, rather than run it without.
 *
 * @throws ExpertStackError FEATURE_NOT_AVAILABLE
 */
export const refuseUnavailable = (key: string, expert: Expert): void => {
  const features = [
    ...(expert.delegates.length > 0 ? ["`delegates`"] : []),
    ...(expert.providerTools?.length ? ["`providerTools`"] : []),
    ...(expert.providerSkills?.length ? ["`providerSkills`"] : []),
    ...Object.entries(expert.skills).flatMap(([name, skill]) => unavailableSkill(name, skill)),
  ];
  if (features.length === 0) return;
  throw new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The Expert "${key}" uses ${features.join(", ")}, which this version cannot run yet.`,
    remedy: "Take it out of the Expert, or wait for the release whose CHANGELOG names it.",
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
