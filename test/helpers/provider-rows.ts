import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProviderConfig } from "../../src/definition/provider.ts";

/** Where a row's servers are: the model's, and the one that gives clouds' tokens. */
export type Places = { readonly origin: string; readonly login: string };

/** What the tests of every provider need to know of one. To test another provider, add a row. */
export type ProviderRow = {
  readonly name: ProviderConfig["providerName"];
  readonly model: string;
  /** One that thinks, where that is another. */
  readonly thinker?: string;
  /** The manifest's table and the step's environment, for a model at these places. */
  readonly reach: (places: Places) => {
    readonly config: ProviderConfig;
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly credential: { readonly header: string; readonly value: RegExp };
};

const folder = mkdtempSync(join(tmpdir(), "provider-rows-"));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** A service account's file as Google gives it, with this place to get tokens from. */
export const serviceAccountFile = (login: string): string =>
  file(
    "service-account.json",
    JSON.stringify({
      type: "service_account",
      client_email: "bot@p.iam.gserviceaccount.com",
      private_key_id: "k1",
      private_key: privateKey,
      token_uri: `${login}/google/token`,
    }),
  );

/** What the login server of these rows answers. */
export const logins = {
  "/google/token": { access_token: "google-access-token", expires_in: 3600 },
  "/tenant-1/oauth2/v2.0/token": { access_token: "entra-access-token", expires_in: 3600 },
};

export const providerRows: readonly ProviderRow[] = [
  {
    name: "anthropic",
    model: "claude-sonnet-4-5",
    reach: ({ origin }) => ({
      config: { providerName: "anthropic" },
      environment: { ANTHROPIC_API_KEY: "key-of-anthropic", ANTHROPIC_BASE_URL: origin },
    }),
    credential: { header: "x-api-key", value: /^key-of-anthropic$/ },
  },
  {
    name: "openai",
    model: "gpt-5.1",
    reach: ({ origin }) => ({
      config: { providerName: "openai" },
      environment: { OPENAI_API_KEY: "key-of-openai", OPENAI_BASE_URL: `${origin}/v1` },
    }),
    credential: { header: "authorization", value: /^Bearer key-of-openai$/ },
  },
  {
    name: "google",
    model: "gemini-2.5-flash",
    reach: ({ origin }) => ({
      config: { providerName: "google", setting: { baseUrl: `${origin}/v1beta` } },
      environment: { GOOGLE_GENERATIVE_AI_API_KEY: "key-of-google" },
    }),
    credential: { header: "x-goog-api-key", value: /^key-of-google$/ },
  },
  {
    name: "deepseek",
    model: "deepseek-chat",
    thinker: "deepseek-reasoner",
    reach: ({ origin }) => ({
      config: { providerName: "deepseek", setting: { baseUrl: `${origin}/v1` } },
      environment: { DEEPSEEK_API_KEY: "key-of-deepseek" },
    }),
    credential: { header: "authorization", value: /^Bearer key-of-deepseek$/ },
  },
  {
    name: "ollama",
    model: "qwen3",
    reach: ({ origin }) => ({
      config: { providerName: "ollama", setting: { baseUrl: origin } },
      environment: {},
    }),
    credential: { header: "authorization", value: /^$/ },
  },
  {
    name: "openai-compatible",
    model: "some-model",
    reach: ({ origin }) => ({
      config: { providerName: "openai-compatible", setting: { baseUrl: `${origin}/v1` } },
      environment: { OPENAI_API_KEY: "key-of-compatible" },
    }),
    credential: { header: "authorization", value: /^Bearer key-of-compatible$/ },
  },
  {
    name: "azure-openai",
    model: "gpt-5.1",
    reach: ({ origin, login }) => ({
      config: { providerName: "azure-openai", setting: { baseUrl: `${origin}/v1` } },
      environment: {
        AZURE_CLIENT_ID: "client-1",
        AZURE_TENANT_ID: "tenant-1",
        AZURE_FEDERATED_TOKEN_FILE: file("azure-token", "assertion-of-github"),
        AZURE_AUTHORITY_HOST: login,
      },
    }),
    credential: { header: "authorization", value: /^Bearer entra-access-token$/ },
  },
  {
    name: "amazon-bedrock",
    model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
    reach: ({ origin }) => ({
      config: { providerName: "amazon-bedrock" },
      environment: {
        AWS_ACCESS_KEY_ID: "AKIATEST",
        AWS_SECRET_ACCESS_KEY: "secret-of-aws",
        AWS_SESSION_TOKEN: "session-of-aws",
        AWS_REGION: "eu-west-1",
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: origin,
      },
    }),
    credential: { header: "authorization", value: /^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d+\/eu-west-1\// },
  },
  {
    name: "google-vertex",
    model: "gemini-2.5-flash",
    reach: ({ origin, login }) => ({
      config: {
        providerName: "google-vertex",
        setting: {
          project: "p",
          location: "eu-w",
          baseUrl: `${origin}/v1/projects/p/locations/l/publishers/google`,
        },
      },
      environment: { GOOGLE_APPLICATION_CREDENTIALS: serviceAccountFile(login) },
    }),
    credential: { header: "authorization", value: /^Bearer google-access-token$/ },
  },
];
