import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Fetch, LoadedModel, Means } from "./loaded-model.ts";
import type { ProviderSettings } from "./provider-access.ts";
import { bearerFetch } from "./token-source.ts";

type Azure = Extract<ProviderSettings, { readonly provider: "azure-openai" }>;
type Bedrock = Extract<ProviderSettings, { readonly provider: "amazon-bedrock" }>;
type Vertex = Extract<ProviderSettings, { readonly provider: "google-vertex" }>;

/** A cloud's model, with the credential that its login left to the step. */
export const loadCloudModel = async (
  settings: Azure | Bedrock | Vertex,
  model: string,
  means: Means,
): Promise<LoadedModel> => {
  switch (settings.provider) {
    case "azure-openai":
      return await azureModel(settings, model, means);
    case "amazon-bedrock":
      return { language: await bedrockModel(settings, model, means), conceal: (text) => text };
    case "google-vertex":
      return await vertexModel(settings, model, means);
    default:
      return settings satisfies never;
  }
};

const asItIs = (text: string): string => text;

/** Set where the SDK insists on a key and a token is sent in its place. */
const noKey = "-";

const azureModel = async (settings: Azure, model: string, means: Means): Promise<LoadedModel> => {
  const { credential, baseUrl, headers, resourceName, apiVersion, useDeploymentBasedUrls } = settings;
  const { createAzure } = await import("@ai-sdk/azure");
  const fetch = means.fetch ?? globalThis.fetch;
  const create = (access: { readonly apiKey: string; readonly fetch: Fetch }): LanguageModelV4 => {
    const azure = createAzure({
      ...access,
      headers: { ...headers },
      useDeploymentBasedUrls,
      ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
      ...(resourceName === undefined ? {} : { resourceName }),
      ...(apiVersion === undefined ? {} : { apiVersion }),
    });
    // Below a deployment's own URL Azure serves chat completions only.
    return useDeploymentBasedUrls ? azure.chat(model) : azure.responses(model);
  };
  if (credential.type === "apiKey") {
    return { language: create({ apiKey: credential.apiKey, fetch }), conceal: asItIs };
  }
  const { azureTokens } = await import("./azure-token.ts");
  const tokens = azureTokens(credential, { fetch, now: means.now });
  return { language: create({ apiKey: noKey, fetch: bearerFetch(tokens, fetch) }), conceal: tokens.conceal };
};

const bedrockModel = async (settings: Bedrock, model: string, means: Means): Promise<LanguageModelV4> => {
  const { credential, baseUrl, headers, region } = settings;
  const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
  const { type, ...access } = credential;
  return createAmazonBedrock({
    ...access,
    // A blank key keeps the SDK from taking one out of the process's environment in place of these.
    ...(type === "keys" ? { apiKey: " " } : {}),
    region,
    headers: { ...headers },
    baseURL: baseUrl ?? `https://bedrock-runtime.${region}.${awsDomain(region)}`,
    ...(means.fetch === undefined ? {} : { fetch: means.fetch }),
  })(model);
};

const awsDomain = (region: string): string =>
  region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";

const vertexModel = async (settings: Vertex, model: string, means: Means): Promise<LoadedModel> => {
  const { credential } = settings;
  const fetch = means.fetch ?? globalThis.fetch;
  if (credential.type === "apiKey") {
    const language = await geminiModel(settings, model, { apiKey: credential.apiKey, fetch });
    return { language, conceal: asItIs };
  }
  const { googleTokens } = await import("./google-token.ts");
  const tokens = googleTokens(credential, { fetch, now: means.now });
  const access = { apiKey: noKey, fetch: bearerFetch(tokens, fetch) };
  const language = model.startsWith("claude")
    ? await claudeModel(settings, model, access.fetch)
    : await geminiModel(settings, model, access);
  return { language, conceal: tokens.conceal };
};

/** https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
const vertexHost = (location: string): string => {
  if (location === "global") return "aiplatform.googleapis.com";
  return location === "eu" || location === "us"
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
};

/**
 * Gemini on Vertex, through the provider of Gemini itself, which speaks Vertex under this name. The package of Vertex
 * would bring google-auth-library along, and the process's environment with it.
 */
const geminiModel = async (
  { credential, baseUrl, headers, project, location }: Vertex,
  model: string,
  access: { readonly apiKey: string; readonly fetch: Fetch },
): Promise<LanguageModelV4> => {
  const { createGoogle } = await import("@ai-sdk/google");
  const publisher = model.startsWith("endpoints/") ? "" : "/publishers/google";
  const usual =
    credential.type === "apiKey"
      ? "https://aiplatform.googleapis.com/v1/publishers/google"
      : `https://${vertexHost(location)}/v1beta1/projects/${project}/locations/${location}${publisher}`;
  return createGoogle({ ...access, name: "google.vertex.chat", headers, baseURL: baseUrl ?? usual })(model);
};

const claudeModel = async (
  { baseUrl, headers, project, location }: Vertex,
  model: string,
  fetch: Fetch,
): Promise<LanguageModelV4> => {
  const { createGoogleVertexAnthropic } = await import("@ai-sdk/google-vertex/anthropic/edge");
  const usual = `https://${vertexHost(location)}/v1/projects/${project}/locations/${location}/publishers/anthropic/models`;
  return createGoogleVertexAnthropic({
    generateAuthToken: async () => noKey,
    headers,
    baseURL: baseUrl ?? usual,
    fetch,
  })(model);
};
