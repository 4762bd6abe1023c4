import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import type { ToolDefinition } from "../../job/tool.ts";
import type { Generation, Model, Turn } from "../../run/ports.ts";
import { collector } from "./collect.ts";
import { providerFailure, truncatedStream } from "./failure.ts";
import { longTexts } from "./long-texts.ts";
import { type PromptWriter, promptWriter } from "./prompt.ts";
import { providerFetch } from "./provider-fetch.ts";
import type { ProviderSettings } from "./provider-settings.ts";
import { reasoningOptions } from "./reasoning.ts";

/** A provider of the AI SDK, loaded at the first generation, used through its streaming call and nothing else. */
export const aiSdkModel = (settings: ProviderSettings, now: () => number): Model => {
  const cacheMark = settings.provider === "anthropic" ? anthropicCacheMark : undefined;
  const texts = longTexts();
  const writePrompt = promptWriter(cacheMark, texts.standIn);
  const writeTools = toolWriter(cacheMark);
  const send = providerFetch(texts.restore);
  let language: Promise<LanguageModelV4> | undefined;
  return {
    async generate(turn, options) {
      language ??= loadLanguageModel(settings, turn.choice.model, send);
      const call = callOptions({ turn, settings, writePrompt, writeTools, ...options });
      return await stream({ language: await language, call, turn, now, onDelta: options.onDelta });
    },
  };
};

const anthropicCacheMark: SharedV4ProviderOptions = { anthropic: { cacheControl: { type: "ephemeral" } } };

const loadLanguageModel = async (
  settings: ProviderSettings,
  model: string,
  send: typeof fetch,
): Promise<LanguageModelV4> => {
  const { apiKey = "", baseUrl, headers, organization, project } = settings;
  const common = {
    apiKey,
    headers,
    fetch: send,
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
  };
  switch (settings.provider) {
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic(common)(model);
    }
    case "openai": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      const account = { ...(organization && { organization }), ...(project && { project }) };
      return createOpenAI({ ...common, ...account }).responses(model);
    }
    case "openai-compatible": {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const key = apiKey === "" ? {} : { apiKey };
      return createOpenAICompatible({
        name: "openai-compatible",
        baseURL: baseUrl ?? "",
        headers,
        fetch: send,
        includeUsage: true,
        ...key,
      }).chatModel(model);
    }
    default:
      return settings.provider satisfies never;
  }
};

/** Tools are converted once a Run, so that every request of it sends the same bytes. */
const toolWriter = (cacheMark: SharedV4ProviderOptions | undefined) => {
  const converted = new WeakMap<readonly ToolDefinition[], LanguageModelV4FunctionTool[]>();
  return (tools: readonly ToolDefinition[]): LanguageModelV4FunctionTool[] => {
    const known = converted.get(tools) ?? tools.map(functionTool);
    converted.set(tools, known);
    const last = known.at(-1);
    if (cacheMark === undefined || last === undefined) return known;
    return [...known.slice(0, -1), { ...last, providerOptions: cacheMark }];
  };
};

const functionTool = (tool: ToolDefinition): LanguageModelV4FunctionTool => {
  const inputSchema: LanguageModelV4FunctionTool["inputSchema"] = JSON.parse(
    JSON.stringify(tool.inputSchema),
  );
  return { type: "function", name: tool.name, description: tool.description, inputSchema };
};

const callOptions = (from: {
  readonly turn: Turn;
  readonly settings: ProviderSettings;
  readonly writePrompt: PromptWriter;
  readonly writeTools: (tools: readonly ToolDefinition[]) => LanguageModelV4FunctionTool[];
  readonly signal: AbortSignal;
  readonly readBlob: (sha256: string) => Uint8Array;
}): LanguageModelV4CallOptions => ({
  prompt: from.writePrompt(from.turn, from.readBlob),
  ...(from.turn.tools.length === 0
    ? {}
    : { tools: from.writeTools(from.turn.tools), toolChoice: { type: from.turn.toolChoice } }),
  abortSignal: from.signal,
  ...reasoningOptions(from.settings.provider, from.turn.choice.reasoningBudget),
});

const stream = async (from: {
  readonly language: LanguageModelV4;
  readonly call: LanguageModelV4CallOptions;
  readonly turn: Turn;
  readonly now: () => number;
  readonly onDelta: Parameters<typeof collector>[1];
}): Promise<Generation> => {
  const answer = collector(from.turn.step, from.onDelta);
  try {
    const { stream: parts } = await from.language.doStream(from.call);
    for await (const part of parts) answer.add(part);
  } catch (error) {
    return { type: "failed", error: providerFailure(error, from.now()), partial: answer.parts() };
  }
  const { finish } = answer;
  if (finish === undefined || finish.reason === "interrupted") {
    return { type: "failed", error: truncatedStream, partial: answer.parts() };
  }
  return {
    type: "finished",
    parts: answer.parts(),
    finishReason: finish.reason,
    usage: finish.usage,
    model: answer.model ?? from.turn.choice.model,
  };
};
