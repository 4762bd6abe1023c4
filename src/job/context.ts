import type { AnswerPart, BlobPart, Message, ResultContent, TextPart, ToolResultPart } from "./message.ts";
import type { ToolDefinition } from "./tool.ts";
import type { Usage } from "./usage.ts";

/** How large a Run's next request is, as far as it is known before it is sent. */
export type Context = {
  /** Tokens of the conversation up to the newest answer, as the provider counted them. */
  readonly countedTokens: number;
  /** Bytes of text that have come to it since; before the first answer, all of it. */
  readonly newBytes: number;
  /** Tokens that pictures and documents have brought since, at the most. */
  readonly newTokens: number;
  /** Tokens that the model can hold, where that is known. */
  readonly window?: number;
  /** Calls whose results have given way to the name of a blob. */
  readonly reduced: ReadonlySet<string>;
  /** The step before whose request that happened last. */
  readonly reducedIn?: number;
};

/** No tokenizer makes more tokens of a text than it has bytes, and of digits or hexadecimal one makes nearly as many. */
const fewestBytesPerToken = 1;
const usualBytesPerToken = 3;

/** What providers say to a model of their own before the first word, such as how to call tools, in tokens. */
const preambleTokens = 1_000;

/** What stands around a part of a message, in bytes. */
const bytesAround = 50;

/** Pictures are counted by area, at most about this many tokens each with any of the providers. */
const pictureTokens = 5_000;

export const startContext = (run: {
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly input: readonly (TextPart | BlobPart)[];
}): Context => ({
  countedTokens: preambleTokens,
  newBytes: Buffer.byteLength(run.system) + bytesOfTools(run.tools) + bytesOf(run.input),
  newTokens: tokensOf(run.input),
  reduced: new Set(),
});

/** After an answer: the provider has counted everything, its own words included. Where it has not, they are added. */
export const counted = (
  context: Context,
  answer: {
    readonly usage: Usage;
    readonly parts: readonly AnswerPart[];
    readonly contextWindow?: number;
    readonly contextTokens?: number;
  },
): Context => {
  const { usage, parts, contextWindow, contextTokens = usage.inputTokens + usage.outputTokens } = answer;
  return {
    ...context,
    ...(isUnreported(usage)
      ? { newBytes: context.newBytes + bytesOfParts(parts) }
      : { countedTokens: contextTokens, newBytes: 0, newTokens: 0 }),
    ...(contextWindow === undefined ? {} : { window: contextWindow }),
  };
};

/** Whether a provider did not say what an answer took. */
export const isUnreported = (usage: Usage): boolean => usage.inputTokens === 0 && usage.outputTokens === 0;

/** The most that a request and what came of its answer can have taken. */
export const spentAtMost = (
  context: Context,
  parts: readonly AnswerPart[],
): Pick<Usage, "inputTokens" | "outputTokens"> => ({
  inputTokens: mostTokens(context),
  outputTokens: Math.ceil(bytesOfParts(parts) / fewestBytesPerToken),
});

const bytesOfParts = (parts: readonly AnswerPart[]): number => Buffer.byteLength(JSON.stringify(parts));

export const grown = (context: Context, contents: readonly ResultContent[]): Context => ({
  ...context,
  newBytes: context.newBytes + bytesOf(contents),
  newTokens: context.newTokens + tokensOf(contents),
});

/** With another system prompt or other tools, which the provider has not counted yet. */
export const changed = (
  context: Context,
  by: { readonly system?: string; readonly tools: readonly ToolDefinition[] },
): Context => ({
  ...context,
  newBytes: context.newBytes + Buffer.byteLength(by.system ?? "") + bytesOfTools(by.tools),
});

/** As JSON. Many Runs share the base skill's. */
const bytesOfTools = (tools: readonly ToolDefinition[]): number =>
  tools.reduce((sum, tool) => sum + bytesOfTool(tool), "[]".length);

const bytesOfTool = (tool: ToolDefinition): number => {
  const bytes = knownBytes.get(tool) ?? Buffer.byteLength(JSON.stringify(tool)) + ",".length;
  knownBytes.set(tool, bytes);
  return bytes;
};

const knownBytes = new WeakMap<ToolDefinition, number>();

/** The most tokens that the next request can hold. */
export const mostTokens = ({ countedTokens, newBytes, newTokens }: Context): number =>
  countedTokens + Math.ceil(newTokens + newBytes / fewestBytesPerToken);

/** Of text, with what stands around it. */
const bytesOf = (contents: readonly ResultContent[]): number =>
  contents.reduce((sum, content) => sum + bytesAround + textBytes(content), 0);

const textBytes = (content: ResultContent): number => {
  if (content.type === "text") return Buffer.byteLength(content.text);
  return content.mediaType === "text/plain" ? content.size : 0;
};

const tokensOf = (contents: readonly ResultContent[]): number =>
  contents.reduce((sum, content) => sum + (content.type === "text" ? 0 : fileTokens(content)), 0);

const fileTokens = ({ mediaType, size }: BlobPart): number => {
  if (mediaType === "text/plain") return 0;
  // Of a PDF a provider reads the text and looks at every page.
  if (mediaType === "application/pdf") return Math.max(pictureTokens, size / 8);
  return mediaType.startsWith("image/") ? pictureTokens : 100;
};

/** Shares of the window: when room is made, and how much is then in use. */
const fullAt = 0.8;
const reducedTo = 0.5;
/** Answers to the newest calls stay, or the Expert would ask for them again. */
const keptMessages = 2;
/** A result smaller than this is no larger than the words that would take its place. */
const smallestTokens = 150;

const usualTokens = (contents: readonly ResultContent[]): number =>
  tokensOf(contents) + bytesOf(contents) / usualBytesPerToken;

/** The share of its model's window that a Run's conversation takes, where the window is known. */
export const windowUsage = ({ countedTokens, newBytes, newTokens, window }: Context): number | undefined =>
  window === undefined ? undefined : (countedTokens + newTokens + newBytes / usualBytesPerToken) / window;

/** The oldest results that have to go before the next request; none while there is room. */
export const resultsToReduce = (run: {
  readonly context: Context;
  readonly messages: readonly Message[];
  readonly step: number;
}): readonly ToolResultPart[] => {
  const { context, messages, step } = run;
  const { window, reduced, reducedIn } = context;
  const usage = windowUsage(context);
  if (window === undefined || usage === undefined || usage < fullAt || reducedIn === step) return [];
  const results = messages
    .filter((message) => message.role === "tool")
    .slice(0, -keptMessages)
    .flatMap((message) => message.parts)
    .filter((part) => !reduced.has(part.id) && usualTokens(part.contents) >= smallestTokens);
  let excess = (usage - reducedTo) * window;
  return results.filter((part) => {
    const isNeeded = excess > 0;
    if (isNeeded) excess -= usualTokens(part.contents);
    return isNeeded;
  });
};

/**
 * The Run's context once these results are only named. The next answer tells how much that saved: a guess would make
 * the most that a request can hold less than it can.
 */
export const reduced = (context: Context, toolCallIds: readonly string[], step: number): Context => ({
  ...context,
  reduced: new Set([...context.reduced, ...toolCallIds]),
  reducedIn: step,
});

/** What stands in the conversation instead of a result. */
export const reducedText = (tool: string, blob: BlobPart): string =>
  `[The result of ${tool} was left out here to make room: ${blob.size} bytes, blob sha256:${blob.sha256}. Call the tool again if it is needed.]`;
