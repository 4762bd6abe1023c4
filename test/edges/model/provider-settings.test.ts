import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ProviderConfig } from "../../../src/definition/provider.ts";
import { providerKeyVariables } from "../../../src/definition/provider-key-variables.ts";
import { credentialFiles, hasCredentials } from "../../../src/edges/model/credentials.ts";
import { providerSettings } from "../../../src/edges/model/provider-settings.ts";
import { ExpertStackError } from "../../../src/errors.ts";

const home = (): string => mkdtempSync(join(tmpdir(), "home-"));

const loggedInAzure = (): string => {
  const folder = home();
  mkdirSync(join(folder, ".azure"));
  writeFileSync(join(folder, ".azure", "azureProfile.json"), "{}");
  return folder;
};

const refusal = (config: ProviderConfig, environment: Record<string, string>): ExpertStackError => {
  try {
    providerSettings(config, environment);
  } catch (error) {
    if (error instanceof ExpertStackError) return error;
    throw error;
  }
  throw new Error("nothing is missing");
};

describe("given no credential", () => {
  test.each<[ProviderConfig, RegExp]>([
    [{ providerName: "anthropic" }, /ANTHROPIC_API_KEY/],
    [{ providerName: "openai" }, /OPENAI_API_KEY/],
    [{ providerName: "google" }, /GOOGLE_GENERATIVE_AI_API_KEY/],
    [{ providerName: "deepseek" }, /DEEPSEEK_API_KEY/],
    [
      { providerName: "azure-openai", setting: { resourceName: "r" } },
      /AZURE_API_KEY.*azure\/login.*AZURE_FEDERATED_TOKEN_FILE/,
    ],
    [
      { providerName: "amazon-bedrock", setting: { region: "eu-west-1" } },
      /aws-actions\/configure-aws-credentials.*AWS_ACCESS_KEY_ID.*AWS_BEARER_TOKEN_BEDROCK/,
    ],
    [
      { providerName: "google-vertex", setting: { project: "p" } },
      /google-github-actions\/auth.*GOOGLE_APPLICATION_CREDENTIALS/,
    ],
  ])("$providerName says which variables or which login would do", (config, says) => {
    const error = refusal(config, {});
    expect(error.code).toBe("PROVIDER_KEY_MISSING");
    expect(`${error.message} ${error.remedy}`).toMatch(says);
  });

  test("az without a login is no credential, and is not run", () => {
    const find = () => "/usr/bin/az";
    const config: ProviderConfig = { providerName: "azure-openai", setting: { resourceName: "r" } };
    expect(() => providerSettings(config, { HOME: home() }, { findProgram: find })).toThrow(/finds none/);
  });
});

describe("given no address", () => {
  test.each<[ProviderConfig, Record<string, string>, RegExp]>([
    [{ providerName: "openai-compatible" }, {}, /baseUrl.*OPENAI_BASE_URL/],
    [{ providerName: "azure-openai" }, { AZURE_API_KEY: "k" }, /resourceName.*AZURE_RESOURCE_NAME/],
    [{ providerName: "amazon-bedrock" }, { AWS_BEARER_TOKEN_BEDROCK: "k" }, /region.*AWS_REGION/],
    [
      { providerName: "google-vertex" },
      { GOOGLE_APPLICATION_CREDENTIALS: "/f" },
      /project.*GOOGLE_VERTEX_PROJECT/,
    ],
    [
      { providerName: "google-vertex", setting: { project: "p", location: "evil.example.com/" } },
      { GOOGLE_APPLICATION_CREDENTIALS: "/f" },
      /location "evil/,
    ],
  ])("$providerName says where to write it", (config, environment, says) => {
    const error = refusal(config, environment);
    expect(error.code).toBe("INPUT_INVALID");
    expect(`${error.message} ${error.remedy}`).toMatch(says);
  });
});

test.each([
  ["https://gateway.example.com", "https://gateway.example.com/v1"],
  ["https://gateway.example.com/", "https://gateway.example.com/v1"],
  ["https://gateway.example.com/anthropic/v1", "https://gateway.example.com/anthropic/v1"],
])("Anthropic's base URL %s, as its own clients take it, is %s", (given, used) => {
  const environment = { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: given };
  expect(providerSettings({ providerName: "anthropic" }, environment).baseUrl).toBe(used);
});

test.each([
  "http://localhost:11434",
  "http://localhost:11434/",
  "http://localhost:11434/api",
  "http://localhost:11434/v1/",
  undefined,
])("Ollama's base URL %s is http://localhost:11434/v1, without a key", (baseUrl) => {
  const setting = baseUrl === undefined ? {} : { setting: { baseUrl } };
  expect(providerSettings({ providerName: "ollama", ...setting }, {})).toMatchObject({
    baseUrl: "http://localhost:11434/v1",
    apiKey: undefined,
  });
});

describe("given an address from a variable", () => {
  const key = { ANTHROPIC_API_KEY: "k", OPENAI_API_KEY: "k", AWS_BEARER_TOKEN_BEDROCK: "k", AWS_REGION: "r" };
  const https = /https URL \(http only for this machine itself\)/;
  test.each<[ProviderConfig, string, string, RegExp]>([
    [{ providerName: "anthropic" }, "ANTHROPIC_BASE_URL", "http://llm.example.com", https],
    [{ providerName: "openai" }, "OPENAI_BASE_URL", "api.openai.com/v1", https],
    [{ providerName: "openai-compatible" }, "OPENAI_BASE_URL", "localhost:8000", /an http or https URL/],
    [{ providerName: "ollama" }, "OLLAMA_BASE_URL", "0.0.0.0:11434", /an http or https URL/],
    [{ providerName: "amazon-bedrock" }, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://a.example", https],
  ])("$providerName refuses %s=%s and says what it must be", (config, variable, value, says) => {
    const error = refusal(config, { ...key, [variable]: value });
    expect(error.code).toBe("INPUT_INVALID");
    expect(error.message).toBe(`The variable ${variable} is "${value}".`);
    expect(error.remedy).toMatch(says);
  });

  test.each<[ProviderConfig, Record<string, string>, string]>([
    [{ providerName: "openai" }, { OPENAI_BASE_URL: "http://127.0.0.1:80/v1" }, "http://127.0.0.1:80/v1"],
    [{ providerName: "openai-compatible" }, { OPENAI_BASE_URL: "http://llm.lan/v1" }, "http://llm.lan/v1"],
    [{ providerName: "ollama" }, { OLLAMA_BASE_URL: "http://gpu.lan:11434" }, "http://gpu.lan:11434/v1"],
  ])("$providerName takes %j", (config, variable, used) => {
    expect(providerSettings(config, { ...key, ...variable }).baseUrl).toBe(used);
  });

  test("the manifest's stands before it, whatever the variable is", () => {
    const config: ProviderConfig = { providerName: "openai", setting: { baseUrl: "https://a.example/v1" } };
    const settings = providerSettings(config, { ...key, OPENAI_BASE_URL: "nonsense" });
    expect(settings.baseUrl).toBe("https://a.example/v1");
  });

  test("Azure's authority must be https", () => {
    const environment = {
      AZURE_RESOURCE_NAME: "r",
      AZURE_CLIENT_ID: "c",
      AZURE_TENANT_ID: "t",
      AZURE_FEDERATED_TOKEN_FILE: "/f",
      AZURE_AUTHORITY_HOST: "http://127.0.0.1:80",
    };
    const error = refusal({ providerName: "azure-openai" }, environment);
    expect(error.message).toBe('The variable AZURE_AUTHORITY_HOST is "http://127.0.0.1:80".');
  });
});

test.each<[ProviderConfig, Record<string, string>, string]>([
  [{ providerName: "amazon-bedrock" }, { AWS_REGION: "x.evil.example/" }, 'The region "x.evil.example/"'],
  [{ providerName: "amazon-bedrock", setting: { region: "a#" } }, {}, 'The region "a#"'],
  [
    { providerName: "azure-openai" },
    { AZURE_RESOURCE_NAME: "evil.example/x?" },
    'The resource "evil.example/x?"',
  ],
  [{ providerName: "azure-openai", setting: { resourceName: "a@b" } }, {}, 'The resource "a@b"'],
  [
    { providerName: "google-vertex", setting: { project: "p" } },
    { GOOGLE_VERTEX_LOCATION: "evil.example/" },
    'The location "evil.example/"',
  ],
])("what would end the host's name is refused: %j %j", (config, variable, says) => {
  const keys = {
    AWS_BEARER_TOKEN_BEDROCK: "k",
    AZURE_API_KEY: "k",
    GOOGLE_PRIVATE_KEY: "k",
    GOOGLE_CLIENT_EMAIL: "e",
  };
  const error = refusal(config, { ...keys, ...variable });
  expect(error.code).toBe("INPUT_INVALID");
  expect(error.message).toContain(says);
});

test("a key of Azure's comes before a workload's identity, and that before whoever is logged in", () => {
  const config: ProviderConfig = { providerName: "azure-openai", setting: { resourceName: "r" } };
  const cli = { HOME: loggedInAzure() };
  const identity = {
    ...cli,
    AZURE_CLIENT_ID: "c",
    AZURE_TENANT_ID: "t",
    AZURE_FEDERATED_TOKEN_FILE: "/f",
  };
  const types = [cli, identity, { ...identity, AZURE_API_KEY: "k" }].map((environment) => {
    const settings = providerSettings(config, environment, { findProgram: () => "/usr/bin/az" });
    return settings.provider === "azure-openai" ? settings.credential.type : "";
  });
  expect(types).toEqual(["cli", "workloadIdentity", "apiKey"]);
});

test.each<[Record<string, string>, string | undefined, boolean]>([
  [{}, undefined, false],
  [{ HOME: "/nowhere", PATH: "/usr/bin" }, "anthropic", false],
  [{}, "ollama", true],
  [{ DEEPSEEK_API_KEY: "k" }, undefined, true],
  [{ DEEPSEEK_API_KEY: "" }, undefined, false],
  [{ AWS_ACCESS_KEY_ID: "k" }, undefined, true],
  [{ GOOGLE_APPLICATION_CREDENTIALS: "/w/gha-creds.json" }, undefined, true],
  [{ AZURE_FEDERATED_TOKEN_FILE: "/t" }, undefined, true],
  [{ HOME: loggedInAzure() }, undefined, true],
  [{ OPENAI_BASE_URL: "http://localhost:8000/v1" }, undefined, true],
])(
  "in the environment %j, for the provider %s, credentials are present: %s",
  (environment, provider, present) => {
    expect(hasCredentials(environment, provider)).toBe(present);
  },
);

test("every credential that a provider takes from a variable is a secret, and every file that holds one is known", () => {
  for (const name of [
    "ANTHROPIC_AUTH_TOKEN",
    "GOOGLE_VERTEX_API_KEY",
    "GOOGLE_PRIVATE_KEY",
    "AZURE_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
  ]) {
    expect(providerKeyVariables).toContain(name);
  }
  const files = { GOOGLE_APPLICATION_CREDENTIALS: "/w/gha-creds-1.json", AZURE_FEDERATED_TOKEN_FILE: "/t" };
  expect(credentialFiles(files)).toEqual(["/w/gha-creds-1.json", "/t"]);
});
