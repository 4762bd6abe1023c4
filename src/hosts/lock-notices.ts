import { isBaseSkill } from "../definition/skill-package.ts";
import type { LockedExpert } from "../registry/lockfile.ts";

/**
 * What is about to be started or asked here for the tools of Experts of elsewhere, and what of the environment it is
 * given: whoever makes a lock did not write them. Said each time, since the lock at hand may be another's, too.
 */
export const startNotices = (
  experts: readonly Pick<LockedExpert, "key" | "expert" | "pin">[],
): readonly string[] =>
  experts
    .filter(({ pin }) => pin !== undefined)
    .flatMap(({ key, expert }) =>
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
