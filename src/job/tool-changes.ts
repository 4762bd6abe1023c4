import { changed } from "./context.ts";
import type { JobEvent } from "./event.ts";
import type { Run } from "./state.ts";
import type { ToolDefinition } from "./tool.ts";

type ToolsChanged = Extract<JobEvent, { type: "toolsChanged" }>;

/** The skill's tools in place of those it had, so that the others keep their order in every request. */
export const withTools = (run: Run, event: ToolsChanged): Run => {
  const tools = toolsAfter(run.tools, event);
  return JSON.stringify(tools) === JSON.stringify(run.tools)
    ? run
    : { ...run, tools, context: changed(run.context, event) };
};

export const toolsAfter = (
  tools: readonly ToolDefinition[],
  event: Pick<ToolsChanged, "skill" | "tools">,
): readonly ToolDefinition[] => {
  const isOwn = (tool: ToolDefinition): boolean =>
    tool.skill === event.skill && tool.answeredBy === undefined;
  const first = tools.findIndex(isOwn);
  const others = tools.filter((tool) => !isOwn(tool));
  // A skill that had none yet comes after all other skills.
  const at = first === -1 ? others.findIndex((tool) => tool.answeredBy !== undefined) : first;
  const place = at === -1 ? others.length : at;
  return [...others.slice(0, place), ...event.tools, ...others.slice(place)];
};

/** With the tools that came while the request was under way. */
export const withLaterTools = (run: Run): Run => run.laterTools.reduce(withTools, { ...run, laterTools: [] });
