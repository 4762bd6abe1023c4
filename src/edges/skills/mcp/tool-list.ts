import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { JsonObject, JsonValue } from "../../../job/message.ts";
import type { ToolDefinition } from "../../../job/tool.ts";
import { selectTools, type ToolSelection } from "../tool-selection.ts";

/** Tools taken from one server; what it lists beyond is left out, with a note. */
export const maxTools = 1_000;
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

/** The tools an Expert sees of a server, in the runner's shape. */
export const chosenTools = (
  listed: readonly Tool[],
  skill: ToolSelection & { readonly name: string },
  warn: (text: string) => void,
): readonly ToolDefinition[] =>
  selectTools(listed, skill, warn).map((tool) => ({
    name: tool.name,
    description: tool.description ?? tool.annotations?.title ?? tool.title ?? "",
    inputSchema: jsonObject(tool.inputSchema),
    skill: skill.name,
    readOnly: tool.annotations?.readOnlyHint === true,
  }));

/** A copy of what was parsed from JSON, in our type for it. */
const jsonObject = (value: object): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [key, jsonValue(member)]));

const jsonValue = (value: unknown): JsonValue => {
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value === "object" && value !== null) return jsonObject(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
};
