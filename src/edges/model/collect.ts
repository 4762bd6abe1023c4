import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { isObject } from "../../job/json-object.ts";
import type { AnswerPart, JsonObject, JsonValue } from "../../job/message.ts";
import { toolCallId } from "../../job/state.ts";
import type { Delta } from "../../run/ports.ts";
import { type Finish, finished } from "./collect-finish.ts";
import { providedCalls } from "./collect-provided.ts";

/** An answer while it arrives. Blocks keep the order in which they began. */
export type Collector = {
  /** @throws the provider's error when the part is one */
  add(part: LanguageModelV4StreamPart): void;
  parts(): readonly AnswerPart[];
  /** Missing until the answer is whole; one that was continued adds up. */
  readonly finish: Finish | undefined;
  readonly model: string | undefined;
};

/** @param via who answers, kept with each call that the provider ran itself */
export const collector = (
  { step, via }: { readonly step: number; readonly via: string },
  onDelta: (delta: Delta) => void,
): Collector => {
  const blocks = blockList(onDelta);
  const provided = providedCalls({ step, via }, blocks.append);
  let calls = 0;
  let finish: Collector["finish"];
  let model: string | undefined;
  return {
    add(part) {
      blocks.add(part);
      provided.add(part);
      switch (part.type) {
        case "tool-call":
          if (!part.providerExecuted) blocks.append(toolCall(part, toolCallId(step, calls++)));
          return;
        case "response-metadata":
          model = part.modelId ?? model;
          return;
        case "finish":
          finish = finished(part, finish);
          return;
        case "error":
          throw part.error;
      }
    },
    parts: () => [...blocks.parts(), ...provided.sources()],
    get finish() {
      return finish;
    },
    get model() {
      return model;
    },
  };
};

type Block = { type: "text" | "thinking"; text: string; providerData?: JsonObject };

/** Text and thinking grow block by block, several side by side; a tool call arrives whole. */
const blockList = (onDelta: (delta: Delta) => void) => {
  const order: (Block | AnswerPart)[] = [];
  const open = new Map<string, Block>();
  const begin = (id: string, type: Block["type"], metadata: unknown): void => {
    const block: Block = { type, text: "" };
    order.push(block);
    open.set(`${type}:${id}`, block);
    remember(block, metadata);
  };
  const grow = (id: string, type: Block["type"], delta: { text: string; metadata: unknown }): void => {
    const block = open.get(`${type}:${id}`);
    if (block === undefined) return;
    block.text += delta.text;
    remember(block, delta.metadata);
    if (delta.text !== "") onDelta({ type, text: delta.text });
  };
  return {
    append: (part: AnswerPart) => order.push(part),
    parts: () => order.filter((part) => part.type !== "text" || part.text !== ""),
    add(part: LanguageModelV4StreamPart): void {
      switch (part.type) {
        case "text-start":
          begin(part.id, "text", undefined);
          break;
        case "text-delta":
          grow(part.id, "text", { text: part.delta, metadata: undefined });
          break;
        case "reasoning-start":
          begin(part.id, "thinking", part.providerMetadata);
          break;
        case "reasoning-delta":
          grow(part.id, "thinking", { text: part.delta, metadata: part.providerMetadata });
          break;
        case "reasoning-end":
          grow(part.id, "thinking", { text: "", metadata: part.providerMetadata });
          break;
      }
    },
  };
};

/** Signatures may come with any part of a thinking block, and all of them go back with it. */
const remember = (block: Block, metadata: unknown): void => {
  if (block.type !== "thinking" || !isObject(metadata)) return;
  const merged: Record<string, JsonValue> = { ...block.providerData };
  for (const [provider, value] of Object.entries(metadata)) {
    const known = merged[provider];
    merged[provider] = isObject(value) && isObject(known) ? { ...known, ...value } : value;
  }
  block.providerData = merged;
};

const toolCall = (
  part: Extract<LanguageModelV4StreamPart, { type: "tool-call" }>,
  id: string,
): AnswerPart => {
  const args = parseArgs(part.input);
  const { providerMetadata } = part;
  return {
    type: "toolCall",
    id,
    tool: part.toolName,
    args: args ?? {},
    ...(args === undefined ? { malformed: part.input } : {}),
    ...(isObject(providerMetadata) ? { providerData: providerMetadata } : {}),
  };
};

/** Levels of nesting in a tool's arguments; what goes deeper is no use and would exhaust the stack of its readers. */
const deepest = 64;

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1)));

const parseArgs = (input: string): JsonObject | undefined => {
  if (input.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(input);
    return isObject(value) && isShallow(value, deepest) ? value : undefined;
  } catch {
    return undefined;
  }
};
