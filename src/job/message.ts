/** What a Run says and hears. Stored as it is in the journal, so every shape here is JSON and readonly. */

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

export type TextPart = { readonly type: "text"; readonly text: string };

/** Bytes kept once in the job's `blobs/` folder, named by their SHA-256 in hex. */
export type BlobPart = {
  readonly type: "blob";
  readonly sha256: string;
  /** IANA media type; `text/plain` for a long text result. */
  readonly mediaType: string;
  /** Size in bytes. */
  readonly size: number;
};

/**
 * A model's visible reasoning. `providerData` is what the provider wants back unchanged with the next request
 * (a signature, an encrypted block); it is opaque here.
 */
export type ThinkingPart = {
  readonly type: "thinking";
  readonly text: string;
  readonly providerData?: JsonObject;
};

/** One tool call of an answer. `id` is ours (`call_<step>_<index>`, unique in its Run), not the provider's. */
export type ToolCallPart = {
  readonly type: "toolCall";
  readonly id: string;
  readonly tool: string;
  readonly args: JsonObject;
  /** Set when the model's argument text was not a JSON object; the text is kept to be shown back to it. */
  readonly malformed?: string;
  readonly providerData?: JsonObject;
};

/**
 * A tool that the provider itself ran within its answer, such as a web search. It is done when the answer is here, and
 * nobody on this side runs it. `providerData` holds what the provider needs to recognise it when it is sent back, its
 * own id among it.
 */
export type ProviderCallPart = {
  readonly type: "providerCall";
  readonly id: string;
  readonly tool: string;
  readonly args: JsonObject;
  /** As the provider gave it; missing when the answer ended before. */
  readonly result?: JsonValue;
  readonly isError?: boolean;
  readonly providerData?: JsonObject;
};

export type ResultContent = TextPart | BlobPart;

export type ToolResultPart = {
  readonly type: "toolResult";
  readonly id: string;
  readonly tool: string;
  readonly contents: readonly ResultContent[];
  readonly isError: boolean;
};

export type UserMessage = { readonly role: "user"; readonly parts: readonly (TextPart | BlobPart)[] };
export type AnswerPart = TextPart | ThinkingPart | ToolCallPart | ProviderCallPart;
export type ExpertMessage = { readonly role: "expert"; readonly parts: readonly AnswerPart[] };
export type ToolMessage = { readonly role: "tool"; readonly parts: readonly ToolResultPart[] };

/** Messages carry no id: a message's id is its Run's id and its index (`messageId`). */
export type Message = UserMessage | ExpertMessage | ToolMessage;

export const messageId = (runId: string, index: number): string => `${runId}.m${index}`;

export const textOf = (parts: readonly { readonly type: string; readonly text?: string }[]): string =>
  parts.flatMap((part) => (part.type === "text" && part.text !== undefined ? [part.text] : [])).join("");
