import { isBaseSkill } from "../definition/skill-package.ts";
import type { LockedExpert, Lockfile } from "../registry/lockfile.ts";

/**
 * What is about to be started or asked here for the tools of Experts of elsewhere that were not locked before, and what
 * of the environment it is given: whoever makes a lock did not write them.
 */
export const startNotices = (
  experts: readonly Pick<LockedExpert, "key" | "expert" | "pin">[],
  before: Lockfile | undefined,
): readonly string[] => {
  const locked = new Set(before?.experts.map(({ pin }) => pin?.sha256));
  const fresh = experts.filter(({ pin }) => pin !== undefined && !locked.has(pin.sha256));
  return fresh.flatMap(({ key, expert }) =>
    Object.values(expert.skills).flatMap((skill) => {
      if (skill.type === "interactiveSkill" || (skill.type === "mcpStdioSkill" && isBaseSkill(skill)))
        return [];
      const what =
        skill.type === "mcpStdioSkill"
          ? `starts ${[skill.command, skill.packageName ?? "", ...skill.args].filter(Boolean).join(" ")}`
          : `asks ${skill.endpoint}`;
      const given = skill.type === "mcpStdioSkill" ? skill.requiredEnv : [];
      return [`${key} ${what}${given.length === 0 ? "" : `, given ${given.join(", ")}`}`];
    }),
  );
};
