import type { LanguageModelV4Message } from "@ai-sdk/provider";
import type { Converted } from "./kept-conversation.ts";

/**
 * A message before those to be converted, which no API makes one of with them: it takes the other's turn.
 * @param first who speaks first in them
 */
export const markerMessage = (marker: string, first: "user" | "expert" | "tool"): LanguageModelV4Message => ({
  role: first === "expert" ? "user" : "assistant",
  content: [{ type: "text", text: marker }],
});

/** The names that the APIs have for their list of messages. */
const lists = ["messages", "input", "contents"] as const;

/** What of a body stands after the marker; undefined when that is not the plain end of its list. */
export const elementsAfter = (body: string, marker: string): Converted | undefined => {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const list = lists.map((name): unknown => Reflect.get(parsed, name)).find(Array.isArray) ?? [];
  const texts = list.map((element) => JSON.stringify(element));
  const at = texts.findIndex((text) => text.includes(marker));
  const before = texts[at];
  const elements = texts.slice(at + 1).join(",");
  if (before === undefined || elements === "" || elements.includes(marker)) return undefined;
  return body.includes(`${before},${elements}]`) ? { elements, before } : undefined;
};
