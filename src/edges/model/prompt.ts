import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import { isObject } from "../../job/json-object.ts";
import type { AnswerPart, Message, ProviderCallPart } from "../../job/message.ts";
import type { Turn } from "../../run/ports.ts";
import type { Dialect } from "./dialect.ts";
import { type ReadBlob, resultMessages, shownPart } from "./prompt-media.ts";

/** The AI SDK's prompt for a turn. Messages never change, so each is converted once. */
export type PromptWriter = {
  /** @param from.before what stands for the messages before these */
  prompt(
    from: Pick<Turn, "system" | "messages"> & { readonly before?: LanguageModelV4Message },
    readBlob: ReadBlob,
  ): LanguageModelV4Prompt;
  /** Messages alone, without a mark, for the last time. */
  messages(messages: readonly Message[], readBlob: ReadBlob): readonly LanguageModelV4Message[];
};

/**
 * With a dialect's `cacheMark` the ends of prefixes to be cached are marked: the system prompt and the last two
 * messages that are not the model's own, so that each request finds what the one before it stored.
 *
 * @param via whose own calls go back as they came; those of others are told in words
 */
export const promptWriter = (dialect: Dialect, via: string): PromptWriter => {
  const { cacheMark } = dialect;
  const converted = new WeakMap<Message, readonly LanguageModelV4Message[]>();
  const convert = (message: Message, readBlob: ReadBlob): readonly LanguageModelV4Message[] => {
    const known = converted.get(message);
    if (known !== undefined) return known;
    const fresh = convertMessage(message, { dialect, via, readBlob, isPaused: false });
    converted.set(message, fresh);
    return fresh;
  };
  const prompt: PromptWriter["prompt"] = ({ system: content, messages, before }, readBlob) => {
    const marked = lastTwoHeard(messages);
    const history = messages.flatMap((message, index) => {
      const isPaused = message.role === "expert" && index === messages.length - 1;
      const plain = isPaused
        ? convertMessage(message, { dialect, via, readBlob, isPaused })
        : convert(message, readBlob);
      return cacheMark !== undefined && marked.has(index) ? withMark(plain, cacheMark) : plain;
    });
    const system: LanguageModelV4Message = { role: "system", content };
    const head = cacheMark === undefined ? system : { ...system, providerOptions: cacheMark };
    return [head, ...(before === undefined ? [] : [before]), ...history];
  };
  return {
    prompt,
    messages: (messages, readBlob) =>
      messages.flatMap((message) => {
        const plain = convert(message, readBlob);
        converted.delete(message);
        return plain;
      }),
  };
};

const withMark = (
  messages: readonly LanguageModelV4Message[],
  mark: SharedV4ProviderOptions,
): readonly LanguageModelV4Message[] =>
  messages.map((message, at) =>
    at === messages.length - 1 ? { ...message, providerOptions: mark } : message,
  );

const lastTwoHeard = (messages: readonly Message[]): ReadonlySet<number> => {
  const heard = messages.flatMap((message, index) => (message.role === "expert" ? [] : [index]));
  return new Set(heard.slice(-2));
};

type Context = {
  readonly dialect: Dialect;
  readonly via: string;
  readonly readBlob: ReadBlob;
  /** Whether the provider is to go on with this very answer. */
  readonly isPaused: boolean;
};

const convertMessage = (message: Message, context: Context): readonly LanguageModelV4Message[] => {
  const { media } = context.dialect;
  switch (message.role) {
    case "user":
      return [
        { role: "user", content: message.parts.map((part) => shownPart(part, media, context.readBlob)) },
      ];
    case "expert": {
      const content = message.parts.flatMap((part) => answerPart(part, context));
      return content.length === 0 ? [] : [{ role: "assistant", content }];
    }
    case "tool":
      return resultMessages(message.parts, media, context.readBlob);
    default:
      return message satisfies never;
  }
};

type AnswerContent = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

const answerPart = (part: AnswerPart, context: Context): readonly AnswerContent[] => {
  const { dialect } = context;
  switch (part.type) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "thinking": {
      const isOwn = hasDataOf(dialect, part.providerData);
      if (dialect.thinking === "signed" ? !isOwn : part.providerData !== undefined && !isOwn) return [];
      return [{ type: "reasoning", text: part.text, ...providerOptions(part.providerData) }];
    }
    case "toolCall":
      return [
        {
          type: "tool-call",
          toolCallId: part.id,
          toolName: part.tool,
          input: part.args,
          ...providerOptions(part.providerData),
        },
      ];
    case "providerCall":
      return providedPart(part, context);
    default:
      return part satisfies never;
  }
};

/** Another provider's signature is no use, and thinking without its own is refused or taken for text. */
const hasDataOf = (dialect: Dialect, data: object | undefined): boolean =>
  data !== undefined &&
  (dialect.dataKeys.length === 0 || dialect.dataKeys.some((key) => Object.hasOwn(data, key)));

const providerOptions = (data: unknown): { providerOptions?: SharedV4ProviderOptions } => {
  if (!isObject(data)) return {};
  const options: SharedV4ProviderOptions = JSON.parse(JSON.stringify(data));
  return { providerOptions: options };
};

/** A call of the provider's own goes back to it as it came, to others in words. */
const providedPart = (
  part: ProviderCallPart,
  { dialect, via, isPaused }: Context,
): readonly AnswerContent[] => {
  const { tool, args, result, providerData = {} } = part;
  const { callId } = providerData;
  const isOwn = providerData.via === via;
  // The pages under an answer are there for people; the model has its own text.
  if (tool === "sources") return isOwn ? [] : [inWords(part)];
  const isWhole = result !== undefined || isPaused;
  if (!isOwn || typeof callId !== "string" || !isWhole || !takesBack(dialect, part)) return [inWords(part)];
  const id = { toolCallId: callId, toolName: tool };
  const call = { ...id, input: args, providerExecuted: true, ...providerOptions(providerData.call) };
  return [{ type: "tool-call", ...call }, ...(result === undefined ? [] : [providedResult(part, id)])];
};

const providedResult = (
  { result, isError, providerData }: ProviderCallPart,
  id: { readonly toolCallId: string; readonly toolName: string },
): AnswerContent => ({
  type: "tool-result",
  ...id,
  output: { type: isError === true ? "error-json" : "json", value: JSON.parse(JSON.stringify(result)) },
  ...providerOptions(providerData?.result),
});

/** OpenAI, which stores nothing for us, takes back its searches only; Google what it gave an id, and code. */
const takesBack = (dialect: Dialect, { tool, providerData }: ProviderCallPart): boolean => {
  switch (dialect.name) {
    case "anthropic":
      return true;
    case "openai":
      return tool === "web_search" || tool === "web_search_preview";
    case "google":
      return tool === "code_execution" || JSON.stringify(providerData ?? {}).includes("serverToolCallId");
    default:
      return false;
  }
};

/** Characters of a foreign result that another model is shown. */
const longestTold = 8_000;

const inWords = ({ tool, args, result }: ProviderCallPart): AnswerContent => {
  const given = result === undefined ? "no result" : JSON.stringify(result).slice(0, longestTold);
  return { type: "text", text: `[The provider ran ${tool} with ${JSON.stringify(args)}: ${given}]` };
};
