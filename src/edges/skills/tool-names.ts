import type { Expert } from "../../definition/expert.ts";
import { toolClaims } from "../../definition/tool-names.ts";
import { ExpertStackError } from "../../errors.ts";
import type { ToolDefinition } from "../../job/tool.ts";

/** Who owns which tool name in a Run. Names are bare, so each has one owner. */
export type ToolNames = {
  /** Whoever owns the name, in words without article: `skill "tools"`, `delegate "writer"`. */
  ownerOf(name: string): string | undefined;
  /**
   * Gives a skill these names, in place of those it had.
   *
   * @throws ExpertStackError TOOL_NAME_COLLISION when one is another's already
   */
  claim(skill: string, tools: readonly ToolDefinition[]): void;
};

export const toolNames = (expert: Expert): ToolNames => {
  const owners = new Map<string, string>();
  // People's tools and delegates: decided by the definition. Of the base skill only what it offers counts.
  for (const { tool, owner, path } of toolClaims(expert)) if (path.length > 0) owners.set(tool, owner);
  return {
    ownerOf: (name) => owners.get(name),
    claim(skill, tools) {
      const words = `skill "${skill}"`;
      for (const [name, owner] of owners) if (owner === words) owners.delete(name);
      for (const { name } of tools) {
        const other = owners.get(name);
        if (other !== undefined && other !== words) throw collision(name, other, skill);
        owners.set(name, words);
      }
    },
  };
};

const collision = (name: string, other: string, skill: string): ExpertStackError => {
  const both = other.startsWith("skill ")
    ? `skills ${other.slice("skill ".length)} and "${skill}"`
    : `${other} and the skill "${skill}"`;
  return new ExpertStackError({
    code: "TOOL_NAME_COLLISION",
    message: `The ${both} both have a tool named "${name}".`,
    remedy: `Take it out of one of them: \`omit = ["${name}"]\` under \`[experts.<name>.skills."${skill}"]\`.`,
  });
};
