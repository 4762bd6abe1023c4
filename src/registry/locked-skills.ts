import { canonicalJson } from "../definition/canonical-json.ts";
import type { Expert } from "../definition/expert.ts";
import type { Skill } from "../definition/skill.ts";
import type { Lockfile, ToolDefinition } from "./lockfile.ts";

/**
 * What a lock says of an Expert's skills: the tools of each that is still defined as it was, and the names of those that
 * are not.
 */
export const lockedSkills = (
  lockfile: Lockfile,
  key: string,
  expert: Expert,
): { readonly tools: ReadonlyMap<string, readonly ToolDefinition[]>; readonly stale: readonly string[] } => {
  const locked = lockfile.experts.find((candidate) => candidate.key === key);
  const names = Object.keys(expert.skills).filter((name) => isServer(expert.skills[name]));
  const current = names.filter((name) => isSame(locked?.expert.skills[name], expert.skills[name]));
  return {
    tools: new Map(
      current.map((name) => [
        name,
        (locked?.toolDefinitions ?? []).filter(({ skillName }) => skillName === name),
      ]),
    ),
    stale: names.filter((name) => !current.includes(name)),
  };
};

/** Whether a skill's tools are known only when it runs. */
const isServer = (skill: Skill | undefined): boolean =>
  skill !== undefined && skill.type !== "interactiveSkill";

const isSame = (a: Skill | undefined, b: Skill | undefined): boolean =>
  a !== undefined && canonicalJson(a) === canonicalJson(b);
