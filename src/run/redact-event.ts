import type { JobEvent } from "../job/event.ts";
import type { Redact } from "./ports.ts";

/** An event with every string in it redacted, the keys of tool arguments included. Its shape stays. */
export const redactEvent = (event: JobEvent, redact: Redact): JobEvent => mapStrings(event, redact);

function mapStrings<Value>(value: Value, change: Redact): Value;
function mapStrings(value: unknown, change: Redact): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  );
}
