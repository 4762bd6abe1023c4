import type { LanguageModelV4CallOptions, LanguageModelV4ProviderTool } from "@ai-sdk/provider";
import { type ProvidedTool, providedTools, uploadedSkill } from "../../definition/provided.ts";
import type { Failure } from "../../job/outcome.ts";
import type { Provided } from "../../run/ports.ts";
import type { Dialect } from "./dialect.ts";
import type { ProviderSettings } from "./provider-access.ts";

type ProviderOptions = NonNullable<LanguageModelV4CallOptions["providerOptions"]>;

/** What the provider runs itself, in the SDK's words. */
export type ProvidedCall = {
  readonly tools: readonly LanguageModelV4ProviderTool[];
  readonly options: ProviderOptions;
};

/** What of an Expert's wishes `unsupportedProvided` lets pass. */
export const providedCall = (
  { provider }: Pick<ProviderSettings, "provider">,
  dialect: Dialect,
  provided: Provided,
): ProvidedCall => {
  const names = providedTools(provider, provided);
  const skills = provider === "anthropic" ? containerSkills(provided) : [];
  const wanted: readonly ProvidedTool[] =
    skills.length > 0 && !names.includes("codeExecution") ? [...names, "codeExecution"] : names;
  const tools = wanted.flatMap((name) => toolOf(dialect, name, provided.providerToolOptions ?? {}));
  return { tools, options: { ...containerOf(skills), ...searchLimit(dialect, tools, provided) } };
};

type Options = NonNullable<Provided["providerToolOptions"]>;

const toolOf = (
  dialect: Dialect,
  name: ProvidedTool,
  options: Options,
): readonly LanguageModelV4ProviderTool[] => {
  switch (dialect.name) {
    case "anthropic":
      return anthropicTool(name, options);
    case "openai":
      return openAiTool(name, options);
    case "google":
      return googleTool(name);
    default:
      return [];
  }
};

const tool = (
  id: LanguageModelV4ProviderTool["id"],
  name: string,
  args: Record<string, unknown> = {},
): readonly LanguageModelV4ProviderTool[] => [{ type: "provider", id, name, args }];

/** The SDK's readers take lists that may be written to. */
const search = ({ webSearch = {} }: Options) => ({
  ...(webSearch.maxUses === undefined ? {} : { maxUses: webSearch.maxUses }),
  ...(webSearch.allowedDomains === undefined ? {} : { allowedDomains: [...webSearch.allowedDomains] }),
});

const anthropicTool = (name: ProvidedTool, options: Options): readonly LanguageModelV4ProviderTool[] => {
  switch (name) {
    case "webSearch":
      return tool("anthropic.web_search_20250305", "web_search", search(options));
    case "webFetch": {
      const { maxUses } = options.webFetch ?? {};
      return tool("anthropic.web_fetch_20250910", "web_fetch", maxUses === undefined ? {} : { maxUses });
    }
    case "codeExecution":
      return tool("anthropic.code_execution_20250825", "code_execution");
    default:
      return [];
  }
};

const openAiTool = (name: ProvidedTool, options: Options): readonly LanguageModelV4ProviderTool[] => {
  switch (name) {
    case "webSearch": {
      const { allowedDomains } = search(options);
      return tool("openai.web_search", "web_search", allowedDomains && { filters: { allowedDomains } });
    }
    case "webSearchPreview":
      return tool("openai.web_search_preview", "web_search_preview");
    case "codeExecution":
      return tool("openai.code_interpreter", "code_interpreter");
    case "imageGeneration":
      return tool("openai.image_generation", "image_generation");
    case "fileSearch": {
      const { vectorStoreIds = [], maxNumResults } = options.fileSearch ?? {};
      const limit = maxNumResults === undefined ? {} : { maxNumResults };
      return tool("openai.file_search", "file_search", { vectorStoreIds: [...vectorStoreIds], ...limit });
    }
    default:
      return [];
  }
};

const googleTool = (name: ProvidedTool): readonly LanguageModelV4ProviderTool[] => {
  switch (name) {
    case "webSearch":
      return tool("google.google_search", "google_search");
    case "webFetch":
      return tool("google.url_context", "url_context");
    case "codeExecution":
      return tool("google.code_execution", "code_execution");
    case "enterpriseWebSearch":
      return tool("google.enterprise_web_search", "enterprise_web_search");
    case "googleMaps":
      return tool("google.google_maps", "google_maps");
    default:
      return [];
  }
};

/** OpenAI counts the calls of all its tools together, so this is the search's own limit when it is alone. */
const searchLimit = (
  dialect: Dialect,
  tools: readonly LanguageModelV4ProviderTool[],
  { providerToolOptions }: Provided,
): ProviderOptions => {
  const maxUses = providerToolOptions?.webSearch?.maxUses;
  const isAlone = tools.length === 1 && tools[0]?.name.startsWith("web_search");
  if (dialect.name !== "openai" || maxUses === undefined || !isAlone) return {};
  return { openai: { maxToolCalls: maxUses } };
};

type ContainerSkill =
  | { type: "anthropic"; skillId: string; version: string }
  | { type: "custom"; providerReference: { anthropic: string }; version: string };

const containerSkills = ({ providerSkills }: Provided): ContainerSkill[] =>
  (providerSkills ?? []).flatMap((skill): ContainerSkill[] => {
    if (skill.type === "builtin") return [{ type: "anthropic", skillId: skill.skillId, version: "latest" }];
    const uploaded = uploadedSkill(skill.definition);
    if (uploaded === undefined) return [];
    const { id, version = "latest" } = uploaded;
    return [{ type: "custom", providerReference: { anthropic: id }, version }];
  });

const containerOf = (skills: ContainerSkill[]): ProviderOptions =>
  skills.length === 0 ? {} : { anthropic: { container: { skills } } };

/**
 * What only the model's name tells: the SDK would drop the Expert's own tools beside Google's for a Gemini before 3,
 * and a tool that Vertex has for Gemini and not for Claude.
 */
export const refusedCombination = (
  { provider }: Pick<ProviderSettings, "provider">,
  {
    model,
    tools,
    own,
  }: { readonly model: string; readonly tools: ProvidedCall["tools"]; readonly own: number },
): Failure | undefined => {
  const refused = (message: string): Failure => ({
    name: "ProviderToolRefused",
    message,
    isRetryable: false,
  });
  if ((provider === "google" || provider === "google-vertex") && tools.length > 0 && own > 0) {
    if (/gemini-[12]\b/.test(model)) {
      return refused(
        `The model "${model}" cannot use Google's own tools beside those of an Expert. Use a Gemini 3 model, or take \`providerTools\` out.`,
      );
    }
  }
  const onlySearch = tools.every(({ id }) => id === "anthropic.web_search_20250305");
  if (provider === "google-vertex" && model.startsWith("claude") && !onlySearch) {
    return refused(
      `Vertex runs no tool but webSearch for "${model}". Take the others out of \`providerTools\`.`,
    );
  }
  return undefined;
};
