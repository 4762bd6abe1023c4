import type { McpStdioSkill } from "../../definition/skill.ts";
import { isBaseSkill } from "../../definition/skill-package.ts";
import { controlTools } from "../../job/control-tools.ts";
import { baseSkill, type ToolDefinition } from "../../job/tool.ts";
import type { OpenSkills, SkillsRequest } from "../../run/ports.ts";
import { baseTools } from "./base/base-tools.ts";
import { openBaseSkill } from "./base/open-base-skill.ts";
import { skillEnvironment, workspaceVariable } from "./mcp/skill-environment.ts";
import type { Starter } from "./starter.ts";
import { selectTools } from "./tool-selection.ts";

export type BasePartOptions = {
  readonly workspace: string;
  /** Absolute folders that its tools never see. */
  readonly hidden: readonly string[];
  /** The host's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exec: "allowed" | "withheld";
  /** Starts a program of `exec` that may reach these hosts. */
  readonly starterFor: (hosts: readonly string[]) => Starter;
  readonly stepTimeoutMs: number;
};

/**
 * The base skill as the Expert's own entry for it wants it; without one, all of it. On a workspace to read, the Expert's
 * word or the entry's, there is
 * neither `exec` nor any tool that writes.
 *
 * @returns its tools with those that steer the Run, which the core answers
 */
export const openBasePart = (
  options: BasePartOptions,
  { expert, emit }: Pick<SkillsRequest, "expert" | "emit">,
): OpenSkills => {
  const own = Object.values(expert.skills).find(
    (skill): skill is McpStdioSkill => skill.type === "mcpStdioSkill" && isBaseSkill(skill),
  );
  const { requiredEnv = [], pick = [], omit = [], allowedDomains = [] } = own ?? {};
  const reading = expert.workspace === "read" || own?.workspace === "read";
  const known = { ...options.environment, [workspaceVariable]: options.workspace };
  const base = openBaseSkill({
    ...options,
    environment: skillEnvironment(known, { name: baseSkill, requiredEnv }),
    exec: reading ? "withheld" : options.exec,
    start: options.starterFor(allowedDomains),
  });
  const warn = (text: string): void =>
    emit({ type: "note", level: "warning", text: `The skill "${baseSkill}" ${text}` });
  const selected = new Set(selectTools([...controlTools, ...baseTools], { pick, omit }, warn));
  const isOffered = (tool: ToolDefinition): boolean => selected.has(tool) && (tool.readOnly || !reading);
  const offered = base.tools.filter(isOffered);
  const names = new Set(offered.map((tool) => tool.name));
  return {
    tools: [...controlTools.filter((tool) => selected.has(tool)), ...offered],
    call: async (call, signal) =>
      names.has(call.tool)
        ? await base.call(call, signal)
        : {
            contents: [{ type: "text", text: `The base skill offers no tool "${call.tool}" here.` }],
            isError: true,
          },
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
};
