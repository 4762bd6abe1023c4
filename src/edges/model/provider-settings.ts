import type { ProviderConfig } from "../../definition/provider.ts";
import { azureSettings, bedrockSettings, vertexSettings } from "./cloud-settings.ts";
import type { Environment } from "./credentials.ts";
import { baseUrlMissing, keyMissing } from "./missing.ts";
import type { Endpoint, ProviderSettings, Surroundings } from "./provider-access.ts";
import { type AddressRule, addressIn } from "./provider-address.ts";

/**
 * The manifest's setting first, then the environment: the same variables as the AI SDK's, and what the clouds' login
 * actions leave. Nothing is read from the process's own environment later on.
 *
 * @throws ExpertStackError PROVIDER_KEY_MISSING, or INPUT_INVALID when an address is missing or none
 */
export const providerSettings = (
  config: ProviderConfig,
  environment: Environment,
  surroundings: Surroundings = {},
): ProviderSettings => {
  const { providerName, setting } = config;
  const of = (name: string): string | undefined => environment[name] || undefined;
  const endpoint = { baseUrl: setting?.baseUrl, headers: setting?.headers ?? {} };
  const read = { endpoint, of, address: addresses(endpoint, of), environment, surroundings };
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
      const baseUrl = compatiblePath(read.address("OLLAMA_BASE_URL", "any") ?? "http://localhost:11434");
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

type Read = {
  readonly endpoint: Endpoint;
  readonly of: (variable: string) => string | undefined;
  /** The manifest's base URL, else the variable's. */
  readonly address: (variable: string, rule: AddressRule) => string | undefined;
};

/** The manifest's was checked when it was read. */
const addresses =
  ({ baseUrl }: Endpoint, of: Read["of"]): Read["address"] =>
  (variable, rule) => {
    const url = baseUrl ?? of(variable);
    return url === undefined || url === baseUrl ? url : addressIn(variable, url, rule);
  };

const key = ({ of }: Read, provider: string, variable: string): string => {
  const apiKey = of(variable);
  if (apiKey === undefined) throw keyMissing(provider, variable);
  return apiKey;
};

const anthropicSettings = ({ endpoint, of, address }: Read): ProviderSettings => {
  const [apiKey, authToken] = [of("ANTHROPIC_API_KEY"), of("ANTHROPIC_AUTH_TOKEN")];
  if (apiKey === undefined && authToken === undefined) throw keyMissing("anthropic", "ANTHROPIC_API_KEY");
  const baseUrl = versioned(address("ANTHROPIC_BASE_URL", "secure"));
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
    baseUrl: read.address("OPENAI_BASE_URL", "secure"),
    ...(organization && { organization }),
    ...(project && { project }),
  };
};

const compatibleSettings = (
  setting: { readonly name?: string },
  { endpoint, of, address }: Read,
): ProviderSettings => {
  const baseUrl = address("OPENAI_BASE_URL", "any");
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
