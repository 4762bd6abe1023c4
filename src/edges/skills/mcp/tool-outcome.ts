import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { ToolContent, ToolOutcome } from "../../../run/ports.ts";
import { withinBudget } from "./text-budget.ts";

/** Bytes of text, as UTF-8, that one result may bring into a conversation. */
const maxTextBytes = 200 * 1024;
/** Bytes of images, audio and files, decoded, that one result may bring. */
export const maxBinaryBytes = 15 * 1024 * 1024;

/** Parts of one result that are kept: each costs something, however little is in it. */
const maxParts = 100;

/** What an MCP tool answered, as the runner keeps it: text within a budget, bytes with their media type. */
export const toolOutcome = (result: CallToolResult): ToolOutcome => {
  const contents = result.content.slice(0, maxParts).map(toolContent);
  const rest = result.content.length - contents.length;
  const hasText = contents.some((content) => content.type === "text");
  const all =
    !hasText && result.structuredContent !== undefined
      ? [...contents, text(JSON.stringify(result.structuredContent))]
      : contents;
  const kept = withinText(withinBinary(all));
  const note = rest === 0 ? [] : [text(`[${rest} more parts left out: a result may bring ${maxParts}]`)];
  return {
    contents: kept.length === 0 ? [text("(The tool answered with nothing.)")] : [...kept, ...note],
    isError: result.isError === true,
  };
};

/** A failure of a tool that never got to answer. What it says may be the server's words. */
export const failedCall = (message: string): ToolOutcome => ({
  contents: withinText([text(message)]),
  isError: true,
});

const text = (value: string): ToolContent => ({ type: "text", text: value });

const bytes = (base64: string, mediaType: string): ToolContent => ({
  type: "bytes",
  data: Buffer.from(base64, "base64"),
  mediaType: mediaTypePattern.test(mediaType) ? mediaType : "application/octet-stream",
});

/** Type, subtype and parameters (RFC 6838 and 2045), in at most 255 characters. */
const mediaTypePattern =
  /^(?=.{1,255}$)[\w!#$&^+.-]+\/[\w!#$&^+.-]+(?: *; *[\w!#$&^+.-]+=(?:"[ !#-[\]-~]*"|[\w!#$&^+.-]+))*$/;

const toolContent = (item: CallToolResult["content"][number]): ToolContent => {
  switch (item.type) {
    case "text":
      return text(item.text);
    case "image":
    case "audio":
      return bytes(item.data, item.mimeType);
    case "resource":
      return "text" in item.resource
        ? text(item.resource.text)
        : bytes(item.resource.blob, item.resource.mimeType ?? "application/octet-stream");
    case "resource_link":
      return text([`Resource ${item.uri}`, item.name, item.description ?? ""].filter(Boolean).join(" · "));
    default:
      return item satisfies never;
  }
};

const withinBinary = (contents: readonly ToolContent[]): readonly ToolContent[] => {
  let room = maxBinaryBytes;
  return contents.map((content) => {
    if (content.type === "text") return content;
    if (content.data.length > room) {
      const limit = `a result may bring ${maxBinaryBytes / 1024 / 1024} MB`;
      return text(`[${content.mediaType} of ${content.data.length} bytes left out: ${limit}]`);
    }
    room -= content.data.length;
    return content;
  });
};

const withinText = (contents: readonly ToolContent[]): readonly ToolContent[] => {
  const texts = contents.flatMap((content) => (content.type === "text" ? [content.text] : []));
  const cut = withinBudget(texts, maxTextBytes).values();
  return contents.flatMap((content) => {
    if (content.type === "bytes") return [content];
    const kept = cut.next().value;
    return kept === undefined ? [] : [text(kept)];
  });
};
