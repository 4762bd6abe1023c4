import type { AnswerPart, JsonObject, Message, ThinkingPart, ToolResultPart } from "../job/message.ts";
import { messageId } from "../job/message.ts";
import { perstackCallId } from "./call-id.ts";
import { type ContentPart, contentPart, type PerstackTextPart, type ReadBlob } from "./content-part.ts";

export type InstructionMessage = {
  readonly id: string;
  readonly type: "instructionMessage";
  readonly contents: readonly PerstackTextPart[];
};
export type UserMessage = {
  readonly id: string;
  readonly type: "userMessage";
  readonly contents: readonly ContentPart[];
};
export type ExpertMessage = {
  readonly id: string;
  readonly type: "expertMessage";
  readonly contents: readonly ExpertPart[];
};
export type ToolMessage = {
  readonly id: string;
  readonly type: "toolMessage";
  readonly contents: readonly PerstackToolResultPart[];
};
export type PerstackMessage = InstructionMessage | UserMessage | ExpertMessage | ToolMessage;

type ExpertPart =
  | PerstackTextPart
  | {
      readonly id: string;
      readonly type: "thinkingPart";
      readonly thinking: string;
      readonly signature?: string;
    }
  | {
      readonly id: string;
      readonly type: "toolCallPart";
      readonly toolCallId: string;
      readonly toolName: string;
      readonly args: JsonObject;
    };

type PerstackToolResultPart = {
  readonly id: string;
  readonly type: "toolResultPart";
  readonly toolCallId: string;
  readonly toolName: string;
  readonly contents: readonly ContentPart[];
  readonly isError: boolean;
};

/** The Run's system prompt, which Perstack keeps as its first message. */
export const instructionMessage = (runId: string, system: string): InstructionMessage => {
  const id = `${runId}.instruction`;
  return { id, type: "instructionMessage", contents: [{ id: `${id}.p0`, type: "textPart", text: system }] };
};

/** @param at the message's place among the Run's messages, from which its id follows */
export const perstackMessage = (
  message: Message,
  at: { readonly runId: string; readonly index: number },
  readBlob?: ReadBlob,
): PerstackMessage => {
  const id = messageId(at.runId, at.index);
  const partId = (index: number): string => `${id}.p${index}`;
  switch (message.role) {
    case "user": {
      const contents = message.parts.map((part, index) => contentPart(part, partId(index), readBlob));
      return { id, type: "userMessage", contents };
    }
    case "expert":
      return expertMessage({ runId: at.runId, id }, message.parts);
    case "tool": {
      const contents = message.parts.map((part, index) =>
        toolResultPart(part, { runId: at.runId, id: partId(index) }, readBlob),
      );
      return { id, type: "toolMessage", contents };
    }
    default:
      return message satisfies never;
  }
};

type Place = { readonly runId: string; readonly id: string };

const expertMessage = ({ runId, id }: Place, parts: readonly AnswerPart[]): ExpertMessage => ({
  id,
  type: "expertMessage",
  contents: parts.map((part, index) => expertPart(part, { runId, id: `${id}.p${index}` })),
});

const expertPart = (part: AnswerPart, { runId, id }: Place): ExpertPart => {
  switch (part.type) {
    case "text":
      return { id, type: "textPart", text: part.text };
    case "thinking": {
      const signature = signatureOf(part);
      return {
        id,
        type: "thinkingPart",
        thinking: part.text,
        ...(signature === undefined ? {} : { signature }),
      };
    }
    case "toolCall": {
      const toolCallId = perstackCallId(runId, part.id);
      return { id, type: "toolCallPart", toolCallId, toolName: part.tool, args: part.args };
    }
    case "providerCall":
      // Perstack has no part for it, and a call without a result would look unfinished.
      return { id, type: "textPart", text: `[${part.tool} was run by the provider]` };
    default:
      return part satisfies never;
  }
};

const signatureOf = (part: ThinkingPart): string | undefined => {
  const anthropic = part.providerData?.anthropic;
  if (typeof anthropic !== "object" || anthropic === null || !("signature" in anthropic)) return undefined;
  return typeof anthropic.signature === "string" ? anthropic.signature : undefined;
};

/** The contents of a call's result; the same ids wherever it is shown, since a call has one result. */
export const resultContents = (
  part: ToolResultPart,
  runId: string,
  readBlob?: ReadBlob,
): readonly ContentPart[] =>
  part.contents.map((content, index) => contentPart(content, `${runId}.${part.id}.c${index}`, readBlob));

const toolResultPart = (part: ToolResultPart, at: Place, readBlob?: ReadBlob): PerstackToolResultPart => ({
  id: at.id,
  type: "toolResultPart",
  toolCallId: perstackCallId(at.runId, part.id),
  toolName: part.tool,
  contents: resultContents(part, at.runId, readBlob),
  isError: part.isError,
});
