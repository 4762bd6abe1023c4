import type { Expert } from "../definition/expert.ts";
import { delegateToolName } from "../definition/tool-names.ts";
import { ExpertStackError } from "../errors.ts";
import { delegateTool } from "./delegation.ts";
import type { JsonObject } from "./message.ts";
import type { ToolDefinition } from "./tool.ts";

/**
 * Everything a Run can call, in the order in which each of its requests names it: what the skills offer, what a person
 * answers, the delegates. A delegate has nobody to ask, so only the Coordinator has interactive tools.
 *
 * @param experts those of the job, by key
 * @throws ExpertStackError TOOL_NAME_COLLISION naming both owners
 */
export const runTools = (run: {
  readonly expert: Expert;
  readonly experts: ReadonlyMap<string, Expert>;
  readonly skillTools: readonly ToolDefinition[];
  readonly place: "coordinator" | "delegate";
}): readonly ToolDefinition[] => {
  const tools = [...run.skillTools, ...ownTools(run)];
  const owners = new Map<string, ToolDefinition>();
  for (const tool of tools) {
    const first = owners.get(tool.name);
    if (first !== undefined) throw collision(first, tool);
    owners.set(tool.name, tool);
  }
  return tools;
};

/** Tools that no skill offers: the definition alone names them. */
export const ownTools = ({
  expert,
  experts,
  place,
}: Pick<Parameters<typeof runTools>[0], "expert" | "experts" | "place">): readonly ToolDefinition[] => [
  ...(place === "coordinator" ? interactiveTools(expert) : []),
  ...expert.delegates.map((key) =>
    delegateTool({ key, name: delegateToolName(key), description: experts.get(key)?.description ?? "" }),
  ),
];

const interactiveTools = (expert: Expert): readonly ToolDefinition[] =>
  Object.entries(expert.skills).flatMap(([skill, definition]) =>
    definition.type === "interactiveSkill"
      ? Object.entries(definition.tools).map(([name, { description = "", inputJsonSchema }]) => {
          const inputSchema: JsonObject = JSON.parse(inputJsonSchema);
          return { name, description, inputSchema, skill, readOnly: false, answeredBy: "person" } as const;
        })
      : [],
  );

const collision = (first: ToolDefinition, second: ToolDefinition): ExpertStackError =>
  new ExpertStackError({
    code: "TOOL_NAME_COLLISION",
    message: `The ${ownerOf(first)} and the ${ownerOf(second)} both have a tool named "${second.name}".`,
    remedy: `Rename one of them, or take it out of a skill: \`omit = ["${second.name}"]\`.`,
  });

const ownerOf = ({ skill, answeredBy }: ToolDefinition): string =>
  `${answeredBy === "delegate" ? "delegate" : "skill"} "${skill}"`;
