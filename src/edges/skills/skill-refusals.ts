import type { Expert } from "../../definition/expert.ts";
import { processSkills, remoteSkills } from "../../definition/skill-package.ts";
import { ExpertStackError } from "../../errors.ts";
import type { SkillsRequest } from "../../run/ports.ts";

/**
 * Refuses what may not run where someone without write access wrote part of what the Expert reads: a process could
 * read what the runner holds, and a host could be sent it.
 *
 * @throws ExpertStackError SKILL_REFUSED
 */
export const refuseUntrusted = (expert: Expert): void => {
  const untrusted =
    "and this trigger is untrusted: someone without write access wrote part of what the Expert reads.";
  const [process] = processSkills(expert.skills);
  if (process !== undefined) {
    throw new ExpertStackError({
      code: "SKILL_REFUSED",
      message: `The skill "${process.name}" runs a process, ${untrusted}`,
      remedy:
        "Processes are refused here until a sandbox can isolate them. Use an Expert with the base skill only.",
    });
  }
  const [remote] = remoteSkills(expert.skills);
  if (remote !== undefined) {
    throw new ExpertStackError({
      code: "SKILL_REFUSED",
      message: `The skill "${remote.name}" sends what the Expert tells it to ${new URL(remote.skill.endpoint).host}, ${untrusted}`,
      remedy: "Remote skills are refused here. Use an Expert with the base skill only.",
    });
  }
};

/** What a definition promises of its skills and nothing keeps yet. */
export const warnOfOpenDoors = ({ expert, emit }: Pick<SkillsRequest, "expert" | "emit">): void => {
  const warn = (text: string): void => emit({ type: "note", level: "warning", text });
  for (const [name, skill] of Object.entries(expert.skills)) {
    if (skill.type !== "mcpStdioSkill" || skill.allowedDomains === undefined) continue;
    warn(`The skill "${name}" lists \`allowedDomains\`, which has no effect yet: its network is open.`);
  }
  if (expert.workspace !== "read") return;
  for (const { name } of processSkills(expert.skills)) {
    warn(
      `The Expert's workspace is "read", and nothing holds the process of the skill "${name}" to that yet: it can write.`,
    );
  }
};
