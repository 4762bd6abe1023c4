import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { isObject } from "../../job/json-object.ts";
import type { AnswerPart, JsonObject, JsonValue, ProviderCallPart } from "../../job/message.ts";

/** What the provider ran itself, as it arrives: its calls, their results, and the pages that an answer rests on. */
export type ProvidedCalls = {
  add(part: LanguageModelV4StreamPart): void;
  /** The pages that no result of a call has, in one part; none without such pages. */
  sources(): readonly ProviderCallPart[];
};

type Growing = { -readonly [Key in keyof ProviderCallPart]: ProviderCallPart[Key] };

/** @param append takes the part in its place; what comes later of it is filled in there */
export const providedCalls = (
  { step, via }: { readonly step: number; readonly via: string },
  append: (part: AnswerPart) => void,
): ProvidedCalls => {
  const calls = new Map<string, Growing>();
  const pages = new Map<string, JsonObject>();
  const nextId = (): string => `provided_${step}_${calls.size}`;
  const begin = (callId: string, tool: string, args: JsonObject): Growing => {
    const call: Growing = { type: "providerCall", id: nextId(), tool, args, providerData: { via, callId } };
    calls.set(callId, call);
    append(call);
    return call;
  };
  return {
    add(part) {
      if (part.type === "tool-call" && part.providerExecuted) {
        const call = begin(part.toolCallId, part.toolName, argsOf(part.input));
        remember(call, "call", part.providerMetadata);
      } else if (part.type === "tool-result") {
        const call = calls.get(part.toolCallId) ?? begin(part.toolCallId, part.toolName, {});
        call.result = told(part.toolName, JSON.parse(JSON.stringify(part.result)));
        if (part.isError) call.isError = true;
        remember(call, "result", part.providerMetadata);
      } else if (part.type === "source" && part.sourceType === "url") {
        pages.set(part.url, { url: part.url, ...(part.title ? { title: part.title } : {}) });
      }
    },
    sources() {
      const known = JSON.stringify([...calls.values()].map(({ result }) => result ?? null));
      const others = [...pages.values()].filter(({ url }) => !known.includes(JSON.stringify(url)));
      if (others.length === 0) return [];
      const id = nextId();
      return [{ type: "providerCall", id, tool: "sources", args: {}, result: others, providerData: { via } }];
    },
  };
};

const remember = (call: Growing, name: "call" | "result", metadata: unknown): void => {
  if (isObject(metadata)) call.providerData = { ...call.providerData, [name]: metadata };
};

const argsOf = (input: string): JsonObject => {
  try {
    const value: unknown = JSON.parse(input === "" ? "{}" : input);
    return isObject(value) ? value : { input };
  } catch {
    return { input };
  }
};

/** A picture is megabytes of text that no one here can look at. */
const told = (tool: string, result: JsonValue): JsonValue =>
  tool === "image_generation" ? { note: `an image, ${JSON.stringify(result).length} characters` } : result;
