import type { Expert } from "../definition/expert.ts";
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

const unavailableSkill = (name: string, skill: Skill): readonly string[] => {
  if (skill.type === "mcpSseSkill") return [`the remote skill "${name}"`];
  if (skill.type === "interactiveSkill") return [`the interactive skill "${name}"`];
  return skill.command === "uvx" ? [`the uvx skill "${name}"`] : [];
};
