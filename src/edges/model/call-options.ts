import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import type { ToolDefinition } from "../../job/tool.ts";
import type { Turn } from "../../run/ports.ts";
import type { Dialect } from "./dialect.ts";
import type { BoundedOptions } from "./output-ceiling.ts";
import { schemaOptions } from "./output-schema.ts";
import type { ProvidedCall } from "./provided-tools.ts";

export type ToolWriter = (tools: readonly ToolDefinition[]) => LanguageModelV4FunctionTool[];

/** Tools are converted once, so that every request of a Run sends the same bytes and Runs share what they have alike. */
export const toolWriter = (dialect: Dialect): ToolWriter => {
  // Bedrock's SDK puts no mark on tools; the one on the system prompt, which follows them there, covers them.
  const cacheMark = dialect.name === "bedrock" ? undefined : dialect.cacheMark;
  const converted = new WeakMap<ToolDefinition, LanguageModelV4FunctionTool>();
  const convert = (tool: ToolDefinition): LanguageModelV4FunctionTool => {
    const known = converted.get(tool) ?? functionTool(tool);
    converted.set(tool, known);
    return known;
  };
  return (tools) => {
    const known = tools.map(convert);
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

/** All of a request but its prompt. */
export type Options = Omit<LanguageModelV4CallOptions, "prompt">;

/** One request in the SDK's words, without its prompt. */
export const callOptions = (from: {
  readonly dialect: Dialect;
  readonly turn: Turn;
  readonly tools: readonly LanguageModelV4FunctionTool[];
  readonly provided: ProvidedCall;
  readonly bounded: BoundedOptions;
  readonly container: string | undefined;
  readonly signal: AbortSignal;
}): Options => {
  const { dialect, turn, provided, bounded } = from;
  const { providerOptions: bySchema, ...schema } = schemaOptions(dialect, turn.outputSchema);
  const { providerOptions: byBudget, ...limits } = bounded;
  const tools = [...provided.tools, ...from.tools];
  const providerOptions = merged([provided.options, bySchema, byBudget, inContainer(from)]);
  return {
    ...(tools.length === 0 ? {} : { tools, toolChoice: { type: turn.toolChoice } }),
    abortSignal: from.signal,
    ...schema,
    ...limits,
    ...(Object.keys(providerOptions).length === 0 ? {} : { providerOptions }),
  };
};

/** The provider's tools find the files of the answers before where they left them. */
const inContainer = (from: {
  readonly provided: ProvidedCall;
  readonly container: string | undefined;
}): SharedV4ProviderOptions => {
  if (from.container === undefined || from.provided.tools.length === 0) return {};
  const skills = from.provided.options.anthropic?.container;
  const known = typeof skills === "object" && skills !== null && !Array.isArray(skills) ? skills : {};
  return { anthropic: { container: { ...known, id: from.container } } };
};

const merged = (all: readonly (SharedV4ProviderOptions | undefined)[]): SharedV4ProviderOptions => {
  const options: SharedV4ProviderOptions = {};
  for (const some of all) {
    for (const [provider, value] of Object.entries(some ?? {})) {
      options[provider] = { ...options[provider], ...value };
    }
  }
  return options;
};
