import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { JsonObject, JsonValue } from "../../../job/message.ts";
import type { ToolDefinition } from "../../../job/tool.ts";
import { selectTools, type ToolSelection } from "../tool-selection.ts";

/** What a server lists, in the runner's shape. */
export const definedTools = (listed: readonly Tool[], skill: string): readonly ToolDefinition[] =>
  listed.map((tool) => ({
    name: tool.name,
    description: descriptionOf(tool),
    inputSchema: jsonObject(tool.inputSchema),
    skill,
    readOnly: tool.annotations?.readOnlyHint === true,
  }));

export const descriptionOf = (tool: Tool): string =>
  tool.description ?? tool.annotations?.title ?? tool.title ?? "";

/**
 * The tools an Expert sees of a skill. Every request to the model carries all of them, so one that no provider takes,
 * one that is too large, and those beyond what a skill may fill, are left out with a note.
 */
export const chosenTools = (
  tools: readonly ToolDefinition[],
  selection: ToolSelection,
  warn: (text: string) => void,
): readonly ToolDefinition[] => withinLimits(callable(selectTools(tools, selection, warn), warn), warn);

/** What providers take for a name; with any other one they refuse the whole request. */
const toolName = /^[A-Za-z0-9_-]{1,128}$/;

const callable = (
  tools: readonly ToolDefinition[],
  warn: (text: string) => void,
): readonly ToolDefinition[] => {
  const odd = tools.filter(({ name }) => !toolName.test(name));
  if (odd.length === 0) return tools;
  const names = named(odd.map(({ name }) => name));
  warn(`has tools with names that models cannot call; they are left out: ${names}.`);
  return tools.filter((tool) => !odd.includes(tool));
};

/** Bytes of one tool's definition, and of all those of a skill. */
export const maxToolBytes = 32 * 1024;
const maxSkillBytes = 256 * 1024;

/** Of what a model gets of it. */
export const definitionBytes = (
  tool: Pick<ToolDefinition, "name" | "description"> & { readonly inputSchema: object },
): number => Buffer.byteLength(JSON.stringify([tool.name, tool.description, tool.inputSchema]));

const withinLimits = (
  tools: readonly ToolDefinition[],
  warn: (text: string) => void,
): readonly ToolDefinition[] => {
  const kept: ToolDefinition[] = [];
  const large: string[] = [];
  const beyond: string[] = [];
  let total = 0;
  for (const tool of tools) {
    const { name } = tool;
    const bytes = definitionBytes(tool);
    if (bytes > maxToolBytes) large.push(name);
    else if (beyond.length > 0 || total + bytes > maxSkillBytes) beyond.push(name);
    else {
      total += bytes;
      kept.push(tool);
    }
  }
  if (large.length > 0) {
    const limit = `${maxToolBytes / 1024} KB`;
    warn(`has tools whose definition is larger than ${limit}; they are left out: ${named(large)}. ${advice}`);
  }
  if (beyond.length > 0) {
    const limit = `${maxSkillBytes / 1024} KB`;
    warn(`has more than ${limit} of tool definitions; these are left out: ${named(beyond)}. ${advice}`);
  }
  return kept;
};

const advice = "Name the tools that the Expert needs in `pick`.";
const namesShown = 10;

const named = (names: readonly string[]): string => {
  const shown = names.slice(0, namesShown).map((name) => name.slice(0, 64));
  const rest = names.length - shown.length;
  return `${shown.join(", ")}${rest === 0 ? "" : ` and ${rest} more`}`;
};

/** A copy of what was parsed from JSON, in our type for it. */
const jsonObject = (value: object): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [key, jsonValue(member)]));

const jsonValue = (value: unknown): JsonValue => {
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value === "object" && value !== null) return jsonObject(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
};
