import type { Expert } from "../../definition/expert.ts";
import { processSkills, remoteSkills } from "../../definition/skill-package.ts";
import { ExpertStackError } from "../../errors.ts";

/**
 * Refuses what may not run where someone without write access wrote part of what the Expert reads: a process could
 * read what the runner holds, and a host could be sent it.
 *
 * @throws ExpertStackError SKILL_REFUSED
 */
export const refuseUntrusted = (
  expert: Expert,
  {
    processes,
    allowHosts,
  }: { readonly processes: "allowed" | "withheld"; readonly allowHosts: readonly string[] },
): void => {
  const untrusted =
    "and this trigger is untrusted: someone without write access wrote part of what the Expert reads.";
  const [process] = processSkills(expert.skills);
  if (process !== undefined && processes === "withheld") {
    throw new ExpertStackError({
      code: "SKILL_REFUSED",
      message: `The skill "${process.name}" runs a process, ${untrusted}`,
      remedy:
        "No sandbox isolates processes on this runner: `expert-stack sandbox` says why. Use an Expert with the base skill only.",
    });
  }
  const remote = remoteSkills(expert.skills).find(
    ({ skill }) => !allowHosts.includes(new URL(skill.endpoint).hostname),
  );
  if (remote !== undefined) {
    throw new ExpertStackError({
      code: "SKILL_REFUSED",
      message: `The skill "${remote.name}" sends what the Expert tells it to ${new URL(remote.skill.endpoint).host}, ${untrusted}`,
      remedy: "Name its host in `allow-hosts` if it may have what strangers write.",
    });
  }
};
