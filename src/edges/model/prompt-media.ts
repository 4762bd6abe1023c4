import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from "@ai-sdk/provider";
import type { BlobPart, ResultContent, ToolResultPart } from "../../job/message.ts";
import type { Media } from "./dialect.ts";

export type ReadBlob = (sha256: string) => Uint8Array;

type Shown = Extract<LanguageModelV4Message, { role: "user" }>["content"][number];
type File = Extract<Shown, { type: "file" }>;

/** A text, or a file that this provider's models can be shown; any other is named to them in its place. */
export const shownPart = (part: ResultContent, media: Media, readBlob: ReadBlob): Shown =>
  part.type === "text" ? { type: "text", text: part.text } : asTextOrFile(part, media, readBlob);

const images = /^image\/(?:png|jpeg|gif|webp)$/;

const asTextOrFile = (blob: BlobPart, media: Media, readBlob: ReadBlob): Shown => {
  const { mediaType } = blob;
  if (mediaType === "text/plain")
    return { type: "text", text: Buffer.from(readBlob(blob.sha256)).toString("utf8") };
  const isReadable =
    (media.images && images.test(mediaType)) || (media.pdf && mediaType === "application/pdf");
  if (!isReadable) {
    const who = images.test(mediaType) || mediaType === "application/pdf" ? "this model" : "no model";
    const text = `[${mediaType}, ${blob.size} bytes: ${who} ${who === "no model" ? "can" : "cannot"} be shown this]`;
    return { type: "text", text };
  }
  const data = Buffer.from(readBlob(blob.sha256)).toString("base64");
  return { type: "file", mediaType, data: { type: "data", data }, ...fileName(mediaType) };
};

/** Some APIs refuse a document without a name. */
const fileName = (mediaType: string): { filename?: string } =>
  mediaType === "application/pdf" ? { filename: "document.pdf" } : {};

/**
 * The results of one answer's tools. Where a result holds text only, its files follow in a message of the user's,
 * each below a line that says whose it is.
 */
export const resultMessages = (
  parts: readonly ToolResultPart[],
  media: Media,
  readBlob: ReadBlob,
): readonly LanguageModelV4Message[] => {
  const results = parts.map((part) => ({
    part,
    contents: part.contents.map((content) => shownPart(content, media, readBlob)),
  }));
  if (media.inResults !== "after") {
    return [
      { role: "tool", content: results.map(({ part, contents }) => result(part, arranged(contents, media))) },
    ];
  }
  const content = results.map(({ part, contents }) => {
    const files = contents.some(({ type }) => type === "file");
    const note: readonly Shown[] = files
      ? [{ type: "text", text: "[The file is shown after the results.]" }]
      : [];
    return result(part, joined([...texts(contents), ...note]));
  });
  const shown = results.flatMap(({ part, contents }): readonly Shown[] => {
    const files = contents.filter(isFile);
    return files.length === 0
      ? []
      : [{ type: "text", text: `What ${part.tool} gave (${part.id}):` }, ...files];
  });
  return [
    { role: "tool", content },
    ...(shown.length === 0 ? [] : [{ role: "user" as const, content: [...shown] }]),
  ];
};

const isFile = (part: Shown): part is File => part.type === "file";
const texts = (contents: readonly Shown[]): readonly Shown[] => contents.filter((part) => !isFile(part));

const joined = (contents: readonly Shown[]): readonly Shown[] => {
  const text = contents.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  return [{ type: "text", text }];
};

/** Google wants one text for each call, and before its files. */
const arranged = (contents: readonly Shown[], media: Media): readonly Shown[] => {
  if (media.inResults !== "afterText") return contents;
  const files = contents.filter(isFile);
  if (files.length === 0) return joined(contents);
  const spoken = texts(contents);
  const lines: readonly Shown[] =
    spoken.length > 0 ? spoken : [{ type: "text", text: "The result is a file." }];
  return [...joined(lines), ...files];
};

const result = (part: ToolResultPart, contents: readonly Shown[]): LanguageModelV4ToolResultPart => {
  const [only] = contents;
  const id = { type: "tool-result" as const, toolCallId: part.id, toolName: part.tool };
  if (only?.type === "text" && contents.length === 1) {
    const text = part.isError && part.contents.length > 1 ? `${reported}\n${only.text}` : only.text;
    return { ...id, output: { type: part.isError ? "error-text" : "text", value: text } };
  }
  const failed = part.isError ? [{ type: "text" as const, text: reported }] : [];
  return { ...id, output: { type: "content", value: [...failed, ...contents] } };
};

const reported = "The tool reported an error:";
