import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { JsonObject, JsonValue } from "../../../job/message.ts";
import type { ToolDefinition } from "../../../job/tool.ts";
import { selectTools, type ToolSelection } from "../tool-selection.ts";

/** Tools taken from one server; what it lists beyond is left out, with a note. */
const maxTools = 1_000;
/** Pages read from one server, so that a cursor that never ends cannot be followed for ever. */
const maxPages = 1_000;

export type ToolPage = { readonly tools: readonly Tool[]; readonly nextCursor?: string | undefined };

/** Every tool a server has, each name once, read page by page. */
export const listAllTools = async (
  page: (cursor: string | undefined) => Promise<ToolPage>,
  warn: (text: string) => void,
): Promise<readonly Tool[]> => {
  const tools = new Map<string, Tool>();
  let cursor: string | undefined;
  for (let count = 0; count < maxPages; count += 1) {
    const { tools: listed, nextCursor } = await page(cursor);
    for (const tool of listed) if (!tools.has(tool.name)) tools.set(tool.name, tool);
    if (tools.size > maxTools || (tools.size === maxTools && nextCursor !== undefined)) {
      warn(`lists more than ${maxTools} tools; the rest is left out.`);
      return [...tools.values()].slice(0, maxTools);
    }
    if (nextCursor === undefined) return [...tools.values()];
    cursor = nextCursor;
  }
  warn(`lists its tools in more than ${maxPages} pages; the rest is left out.`);
  return [...tools.values()];
};

/** What a server lists, in the runner's shape. */
export const definedTools = (listed: readonly Tool[], skill: string): readonly ToolDefinition[] =>
  listed.map((tool) => ({
    name: tool.name,
    description: tool.description ?? tool.annotations?.title ?? tool.title ?? "",
    inputSchema: jsonObject(tool.inputSchema),
    skill,
    readOnly: tool.annotations?.readOnlyHint === true,
  }));

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
const maxToolBytes = 32 * 1024;
const maxSkillBytes = 256 * 1024;

const withinLimits = (
  tools: readonly ToolDefinition[],
  warn: (text: string) => void,
): readonly ToolDefinition[] => {
  const kept: ToolDefinition[] = [];
  const large: string[] = [];
  const beyond: string[] = [];
  let total = 0;
  for (const tool of tools) {
    const { name, description, inputSchema } = tool;
    const bytes = Buffer.byteLength(JSON.stringify({ name, description, inputSchema }));
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
