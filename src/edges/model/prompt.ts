import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import type { AnswerPart, BlobPart, Message, ResultContent, ToolResultPart } from "../../job/message.ts";
import type { Turn } from "../../run/ports.ts";

type ReadBlob = (sha256: string) => Uint8Array;
type StandIn = (text: string) => string;

/** The AI SDK's prompt for a turn. Messages never change, so each is converted once. */
export type PromptWriter = (turn: Turn, readBlob: ReadBlob) => LanguageModelV4Prompt;

/**
 * @param cacheMark provider options that mark the end of a prefix to be cached, where the provider wants marks:
 *   set on the system prompt and on the last two messages that are not the model's own, so that each request
 *   finds what the one before it stored
 * @param standIn what to write for a text that is a whole JSON string in every provider's request
 */
export const promptWriter = (
  cacheMark: SharedV4ProviderOptions | undefined,
  standIn: StandIn = (text) => text,
): PromptWriter => {
  const converted = new WeakMap<Message, LanguageModelV4Message>();
  const convert = (message: Message, readBlob: ReadBlob): LanguageModelV4Message => {
    const known = converted.get(message);
    if (known !== undefined) return known;
    const fresh = convertMessage(message, { readBlob, standIn });
    converted.set(message, fresh);
    return fresh;
  };
  return (turn, readBlob) => {
    const marked = lastTwoHeard(turn.messages);
    const history = turn.messages.map((message, index) => {
      const plain = convert(message, readBlob);
      return cacheMark !== undefined && marked.has(index) ? { ...plain, providerOptions: cacheMark } : plain;
    });
    const system: LanguageModelV4Message = { role: "system", content: turn.system };
    return [cacheMark === undefined ? system : { ...system, providerOptions: cacheMark }, ...history];
  };
};

const lastTwoHeard = (messages: readonly Message[]): ReadonlySet<number> => {
  const isHeard = (message: Message): boolean => message.role !== "expert";
  const last = messages.findLastIndex(isHeard);
  return new Set([messages.slice(0, Math.max(last, 0)).findLastIndex(isHeard), last]);
};

type Using = { readonly readBlob: ReadBlob; readonly standIn: StandIn };

const convertMessage = (message: Message, using: Using): LanguageModelV4Message => {
  switch (message.role) {
    case "user":
      return { role: "user", content: message.parts.map((part) => heardPart(part, using)) };
    case "expert":
      return { role: "assistant", content: message.parts.map(answerPart) };
    case "tool":
      return { role: "tool", content: message.parts.map((part) => resultPart(part, using)) };
    default:
      return message satisfies never;
  }
};

type UserContent = Extract<LanguageModelV4Message, { role: "user" }>["content"][number];
type AnswerContent = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

const userPart = (part: ResultContent, readBlob: ReadBlob): UserContent =>
  part.type === "text" ? part : asTextOrFile(part, readBlob);

const heardPart = (part: ResultContent, { readBlob, standIn }: Using): UserContent => {
  const plain = userPart(part, readBlob);
  return plain.type === "text" ? { ...plain, text: standIn(plain.text) } : plain;
};

const answerPart = (part: AnswerPart): AnswerContent => {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "thinking":
      return { type: "reasoning", text: part.text, ...providerOptions(part.providerData) };
    case "toolCall":
      return {
        type: "tool-call",
        toolCallId: part.id,
        toolName: part.tool,
        input: part.args,
        ...providerOptions(part.providerData),
      };
    case "providerCall":
      return { type: "text", text: `[${part.tool} was run by the provider]` };
    default:
      return part satisfies never;
  }
};

const providerOptions = (
  data: { readonly [provider: string]: unknown } | undefined,
): { providerOptions?: SharedV4ProviderOptions } => {
  if (data === undefined) return {};
  const options: SharedV4ProviderOptions = JSON.parse(JSON.stringify(data));
  return { providerOptions: options };
};

const resultPart = (part: ToolResultPart, { readBlob, standIn }: Using): LanguageModelV4ToolResultPart => {
  const contents = part.contents.map((content) => userPart(content, readBlob));
  const [only] = contents;
  const id = { type: "tool-result" as const, toolCallId: part.id, toolName: part.tool };
  if (only?.type === "text" && contents.length === 1) {
    // Some providers put an error into a JSON text within the JSON.
    return part.isError
      ? { ...id, output: { type: "error-text", value: only.text } }
      : { ...id, output: { type: "text", value: standIn(only.text) } };
  }
  const failed = part.isError ? [{ type: "text" as const, text: "The tool reported an error:" }] : [];
  return { ...id, output: { type: "content", value: [...failed, ...contents] } };
};

/** What models take besides text; anything else is named to them instead of being dropped on the way. */
const readableMedia = /^(?:image\/(?:png|jpeg|gif|webp)|application\/pdf)$/;

const asTextOrFile = (blob: BlobPart, readBlob: ReadBlob): UserContent => {
  if (blob.mediaType !== "text/plain" && !readableMedia.test(blob.mediaType)) {
    return { type: "text", text: `[${blob.mediaType}, ${blob.size} bytes: no model can be shown this]` };
  }
  const data = Buffer.from(readBlob(blob.sha256));
  if (blob.mediaType === "text/plain") return { type: "text", text: data.toString("utf8") };
  return {
    type: "file",
    mediaType: blob.mediaType,
    data: { type: "data", data: data.toString("base64") },
  };
};
