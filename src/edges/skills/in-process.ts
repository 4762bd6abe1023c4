import type { InProcessSkill, OpenSkills, SkillsRequest } from "../../run/ports.ts";
import type { ToolNames } from "./tool-names.ts";

/**
 * The tools of skills that this process answers itself, behind those of the base skill.
 *
 * @throws ExpertStackError TOOL_NAME_COLLISION
 */
export const withInProcess = (
  base: OpenSkills,
  skills: readonly InProcessSkill[],
  { request, names }: { readonly request: SkillsRequest; readonly names: ToolNames },
): OpenSkills => {
  for (const { name, tools } of skills) names.claim(name, tools);
  return {
    tools: [...base.tools, ...skills.flatMap(({ tools }) => tools)],
    async call(call, signal) {
      const owner = skills.find(({ tools }) => tools.some(({ name }) => name === call.tool));
      return owner === undefined ? await base.call(call, signal) : await owner.call(call, request, signal);
    },
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
};
