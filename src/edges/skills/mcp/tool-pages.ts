import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { definitionBytes, descriptionOf, maxToolBytes } from "./tool-list.ts";

/** Tools taken from one server; what it lists beyond is left out, with a note. */
const maxTools = 1_000;
/** Pages read from one server, so that a cursor that never ends cannot be followed for ever. */
const maxPages = 1_000;
/** Characters of pages after which no further one is read. */
const maxListing = 16 * 1024 * 1024;

export type ToolPage = { readonly tools: readonly Tool[]; readonly nextCursor?: string | undefined };

/**
 * Every tool a server has, each name once, read page by page. Of each only what the runner uses is kept, and of one
 * whose definition is too large only its name, so that whoever chooses among them can still say so.
 */
export const listAllTools = async (
  page: (cursor: string | undefined) => Promise<ToolPage>,
  warn: (text: string) => void,
): Promise<readonly Tool[]> => {
  const tools = new Map<string, Tool>();
  let cursor: string | undefined;
  let listing = 0;
  const left = (what: string): readonly Tool[] => {
    warn(`${what}; the rest is left out.`);
    return [...tools.values()].slice(0, maxTools);
  };
  for (let count = 0; count < maxPages; count += 1) {
    const listed = await page(cursor);
    const { nextCursor } = listed;
    listing += JSON.stringify(listed).length;
    for (const tool of listed.tools.map(kept)) if (!tools.has(tool.name)) tools.set(tool.name, tool);
    if (tools.size > maxTools || (tools.size === maxTools && nextCursor !== undefined)) {
      return left(`lists more than ${maxTools} tools`);
    }
    if (nextCursor === undefined) return [...tools.values()];
    if (listing > maxListing) return left(`lists more than ${maxListing / 1024 / 1024} MB of tools`);
    cursor = nextCursor;
  }
  return left(`lists its tools in more than ${maxPages} pages`);
};

const maxNameLength = 200;
const tooLarge = "(The definition of this tool is too large.)".padEnd(maxToolBytes + 1);

const kept = (tool: Tool): Tool => {
  const { name, inputSchema, annotations } = tool;
  const whole = { name, description: descriptionOf(tool), inputSchema };
  return definitionBytes(whole) > maxToolBytes
    ? { name: name.slice(0, maxNameLength), description: tooLarge, inputSchema: { type: "object" } }
    : { ...whole, annotations: { readOnlyHint: annotations?.readOnlyHint === true } };
};
