import type { JobEvent } from "../job/event.ts";
import type { ToolDefinition } from "../job/tool.ts";
import type { Redact } from "./ports.ts";

/**
 * Events with every string in them redacted, the keys of tool arguments included. Their shape stays. Tools that several
 * Runs share are looked through once, and stay one object where nothing had to be taken out.
 */
export const eventRedaction = (redact: Redact): ((event: JobEvent) => JobEvent) => {
  const known = new WeakMap<ToolDefinition, ToolDefinition>();
  const redactTool = (tool: ToolDefinition): ToolDefinition => {
    const redacted = known.get(tool) ?? sameOr(tool, mapStrings(tool, redact));
    known.set(tool, redacted);
    return redacted;
  };
  return (event) =>
    "tools" in event
      ? { ...mapStrings({ ...event, tools: [] }, redact), tools: event.tools.map(redactTool) }
      : mapStrings(event, redact);
};

const sameOr = (tool: ToolDefinition, redacted: ToolDefinition): ToolDefinition =>
  JSON.stringify(redacted) === JSON.stringify(tool) ? tool : redacted;

function mapStrings<Value>(value: Value, change: Redact): Value;
function mapStrings(value: unknown, change: Redact): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  );
}
