import type { ProviderConfig } from "../../definition/provider.ts";
import { azureSettings, bedrockSettings, vertexSettings } from "./cloud-settings.ts";
import type { Environment } from "./credentials.ts";
import { baseUrlMissing, keyMissing } from "./missing.ts";
import type { Endpoint, FindProgram, ProviderSettings } from "./provider-access.ts";

/**
 * The manifest's setting first, then the environment: the same variables as the AI SDK's, and what the clouds' login
 * actions leave. Nothing is read from the process's own environment later on.
 *
 * @throws ExpertStackError PROVIDER_KEY_MISSING, or INPUT_INVALID when an address is missing
 */
export const providerSettings = (
  config: ProviderConfig,
  environment: Environment,
  findProgram: FindProgram = () => undefined,
): ProviderSettings => {
  const { providerName, setting } = config;
  const of = (name: string): string | undefined => environment[name] || undefined;
  const endpoint = { baseUrl: setting?.baseUrl, headers: setting?.headers ?? {} };
  const read = { endpoint, of, environment, findProgram };
  switch (providerName) {
    case "anthropic":
      return anthropicSettings(read);
    case "openai":
      return openAiSettings(setting ?? {}, read);
    case "google":
      return {
        ...endpoint,
        provider: providerName,
        apiKey: key(read, providerName, "GOOGLE_GENERATIVE_AI_API_KEY"),
      };
    case "deepseek":
      return { ...endpoint, provider: providerName, apiKey: key(read, providerName, "DEEPSEEK_API_KEY") };
    case "openai-compatible":
      return compatibleSettings(setting ?? {}, read);
    case "ollama": {
      const baseUrl = compatiblePath(endpoint.baseUrl ?? of("OLLAMA_BASE_URL") ?? "http://localhost:11434");
      return { ...endpoint, provider: providerName, apiKey: undefined, baseUrl };
    }
    case "azure-openai":
      return azureSettings(setting ?? {}, read);
    case "amazon-bedrock":
      return bedrockSettings(setting ?? {}, read);
    case "google-vertex":
      return vertexSettings(setting ?? {}, read);
    default:
      return config satisfies never;
  }
};

type Read = { readonly endpoint: Endpoint; readonly of: (variable: string) => string | undefined };

const key = ({ of }: Read, provider: string, variable: string): string => {
  const apiKey = of(variable);
  if (apiKey === undefined) throw keyMissing(provider, variable);
  return apiKey;
};

const anthropicSettings = ({ endpoint, of }: Read): ProviderSettings => {
  const [apiKey, authToken] = [of("ANTHROPIC_API_KEY"), of("ANTHROPIC_AUTH_TOKEN")];
  if (apiKey === undefined && authToken === undefined) throw keyMissing("anthropic", "ANTHROPIC_API_KEY");
  const baseUrl = versioned(endpoint.baseUrl ?? of("ANTHROPIC_BASE_URL"));
  const auth = apiKey === undefined && authToken !== undefined ? { authToken } : {};
  return { ...endpoint, provider: "anthropic", apiKey, baseUrl, ...auth };
};

const openAiSettings = (
  setting: { readonly name?: string; readonly organization?: string; readonly project?: string },
  read: Read,
): ProviderSettings => {
  const { name, organization, project } = setting;
  return {
    ...read.endpoint,
    ...named(name),
    provider: "openai",
    apiKey: key(read, "openai", "OPENAI_API_KEY"),
    baseUrl: read.endpoint.baseUrl ?? read.of("OPENAI_BASE_URL"),
    ...(organization && { organization }),
    ...(project && { project }),
  };
};

const compatibleSettings = (
  setting: { readonly name?: string },
  { endpoint, of }: Read,
): ProviderSettings => {
  const baseUrl = endpoint.baseUrl ?? of("OPENAI_BASE_URL");
  if (baseUrl === undefined) throw baseUrlMissing();
  const apiKey = of("OPENAI_API_KEY");
  return { ...endpoint, ...named(setting.name), provider: "openai-compatible", apiKey, baseUrl };
};

const named = (name: string | undefined): { readonly name?: string } => (name ? { name } : {});

/** Anthropic's own clients take the host alone; the AI SDK's wants the version in the path too. */
const versioned = (baseUrl: string | undefined): string | undefined =>
  baseUrl !== undefined && URL.canParse(baseUrl) && new URL(baseUrl).pathname === "/"
    ? `${baseUrl.replace(/\/+$/, "")}/v1`
    : baseUrl;

/** Ollama's address in any of its usual forms, as that of its part that speaks OpenAI's protocol. */
const compatiblePath = (baseUrl: string): string =>
  `${baseUrl.replace(/\/+$/, "").replace(/\/(?:api|v1)$/, "")}/v1`;
