import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { LoadedModel, Means } from "./loaded-model.ts";
import type { ProviderSettings } from "./provider-access.ts";

/** Loads the one package that a provider needs, when its first request is due. */
export const loadLanguageModel = async (
  settings: ProviderSettings,
  model: string,
  means: Means,
): Promise<LoadedModel> => {
  switch (settings.provider) {
    case "azure-openai":
    case "amazon-bedrock":
    case "google-vertex": {
      const { loadCloudModel } = await import("./cloud-model.ts");
      return await loadCloudModel(settings, model, means);
    }
    default:
      return { language: await keyedModel(settings, model, means), conceal: (text) => text };
  }
};

type Keyed = Exclude<
  ProviderSettings,
  { readonly provider: "azure-openai" | "amazon-bedrock" | "google-vertex" }
>;

/** Told to every SDK, since some look into the process's environment where they are told none. */
const usualUrls: Readonly<Record<Keyed["provider"], string | undefined>> = {
  anthropic: "https://api.anthropic.com/v1",
  openai: "https://api.openai.com/v1",
  google: "https://generativelanguage.googleapis.com/v1beta",
  deepseek: "https://api.deepseek.com",
  "openai-compatible": undefined,
  ollama: undefined,
};

const keyedModel = async (settings: Keyed, model: string, means: Means): Promise<LanguageModelV4> => {
  const { apiKey = "", headers } = settings;
  const baseURL = settings.baseUrl ?? usualUrls[settings.provider];
  const fetch = means.fetch === undefined ? {} : { fetch: means.fetch };
  const common = { apiKey, headers, ...(baseURL && { baseURL }), ...fetch };
  switch (settings.provider) {
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      const { authToken } = settings;
      return createAnthropic(authToken === undefined ? common : { ...common, apiKey: "", authToken })(model);
    }
    case "openai": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      const { organization, project } = settings;
      const account = { ...(organization && { organization }), ...(project && { project }) };
      return createOpenAI({ ...common, ...account }).responses(model);
    }
    case "google": {
      const { createGoogle } = await import("@ai-sdk/google");
      return createGoogle(common)(model);
    }
    case "deepseek": {
      const { createDeepSeek } = await import("@ai-sdk/deepseek");
      return createDeepSeek(common)(model);
    }
    case "openai-compatible":
    case "ollama":
      return await compatibleModel(settings, model, common);
    default:
      return settings satisfies never;
  }
};

/** Any server that speaks chat completions, with a key or without. */
const compatibleModel = async (
  { baseUrl, headers }: Keyed & { readonly baseUrl: string },
  model: string,
  common: { readonly apiKey: string; readonly fetch?: NonNullable<Means["fetch"]> },
): Promise<LanguageModelV4> => {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const { apiKey, fetch } = common;
  return createOpenAICompatible({
    // The SDK's own word for where options and metadata are kept; what the person calls it stands in failures.
    name: "openai-compatible",
    baseURL: baseUrl,
    headers,
    includeUsage: true,
    supportsStructuredOutputs: true,
    ...(apiKey === "" ? {} : { apiKey }),
    ...(fetch === undefined ? {} : { fetch }),
  }).chatModel(model);
};
