import type { Expert } from "../definition/expert.ts";
import { delegateToolName } from "../definition/tool-names.ts";
import { delegateTool } from "./delegation.ts";
import type { JsonObject } from "./message.ts";
import type { ToolDefinition } from "./tool.ts";

/**
 * Everything a Run can call, in the order in which each of its requests names it: what the skills offer, what a person
 * answers, the delegates. A delegate has nobody to ask, so only the Coordinator has interactive tools.
 *
 * @param experts those of the job, by key
 * @param skillTools none of them has the name of a delegate or an interactive tool: the skills see to it
 */
export const runTools = ({
  expert,
  experts,
  skillTools,
  place,
}: {
  readonly expert: Expert;
  readonly experts: ReadonlyMap<string, Expert>;
  readonly skillTools: readonly ToolDefinition[];
  readonly place: "coordinator" | "delegate";
}): readonly ToolDefinition[] => [
  ...skillTools,
  ...(place === "coordinator" ? interactiveTools(expert) : []),
  ...expert.delegates.map((key) =>
    delegateTool({ key, name: delegateToolName(key), description: experts.get(key)?.description ?? "" }),
  ),
];

const interactiveTools = (expert: Expert): readonly ToolDefinition[] =>
  Object.entries(expert.skills).flatMap(([skill, definition]) =>
    definition.type === "interactiveSkill"
      ? Object.entries(definition.tools).map(([name, { description = "", inputJsonSchema }]) => {
          const inputSchema: JsonObject = { type: "object", ...JSON.parse(inputJsonSchema) };
          return { name, description, inputSchema, skill, readOnly: false, answeredBy: "person" } as const;
        })
      : [],
  );
