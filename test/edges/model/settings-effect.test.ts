import { describe, expect, test, vi } from "vitest";
import type { ProviderConfig } from "../../../src/definition/provider.ts";
import { aiSdkModel } from "../../../src/edges/model/ai-sdk-model.ts";
import { providerSettings } from "../../../src/edges/model/provider-settings.ts";
import type { Provided } from "../../../src/run/ports.ts";
import { asked } from "../../helpers/ask-provider.ts";
import { logins, serviceAccountFile } from "../../helpers/provider-rows.ts";

const environment = {
  ANTHROPIC_API_KEY: "k",
  OPENAI_API_KEY: "k",
  GOOGLE_GENERATIVE_AI_API_KEY: "k",
  DEEPSEEK_API_KEY: "k",
  AZURE_API_KEY: "k",
  AWS_ACCESS_KEY_ID: "k",
  AWS_SECRET_ACCESS_KEY: "s",
};

const ownTool = {
  name: "readTextFile",
  description: "Read a file.",
  inputSchema: { type: "object" },
  skill: "@perstack/base",
  readOnly: true,
} as const;

/** Where the first request would have gone, and what with. */
const firstRequest = async (
  configs: readonly ProviderConfig[],
  more: {
    readonly model?: string;
    readonly alternative?: number;
    readonly environment?: Record<string, string>;
    readonly provided?: Provided;
  } = {},
) => {
  let sent: { url: string; headers: Headers; body: string } | undefined;
  const settings = configs.map((config) => providerSettings(config, more.environment ?? environment));
  const model = aiSdkModel(settings, {
    now: () => 0,
    fetch: async (input, init) => {
      const url = String(input);
      if (url.endsWith("/google/token")) return Response.json(logins["/google/token"]);
      sent = { url, headers: new Headers(init?.headers), body: String(init?.body) };
      const body = JSON.stringify({ error: { message: "not today", type: "x", code: 400, status: "X" } });
      return new Response(body, { status: 400, headers: { "content-type": "application/json" } });
    },
  });
  const alternative = more.alternative ?? 0;
  const answer = await model.generate(
    {
      runId: "r0",
      step: 1,
      choice: { provider: configs[alternative]?.providerName ?? "", model: more.model ?? "m" },
      alternative,
      system: "s",
      tools: more.provided === undefined ? [] : [ownTool],
      toolChoice: "auto",
      messages: asked,
      provided: more.provided ?? {},
    },
    { signal: AbortSignal.timeout(10_000), onDelta: () => {}, readBlob: () => new Uint8Array() },
  );
  if (sent === undefined) throw new Error(`nothing was sent: ${JSON.stringify(answer)}`);
  return { ...sent, answer };
};

describe("given a provider's settings", () => {
  test.each<[string, ProviderConfig, string, string?]>([
    ["Anthropic's usual place", { providerName: "anthropic" }, "https://api.anthropic.com/v1/messages"],
    ["OpenAI's usual place", { providerName: "openai" }, "https://api.openai.com/v1/responses"],
    ["DeepSeek's usual place", { providerName: "deepseek" }, "https://api.deepseek.com/chat/completions"],
    [
      "Google's usual place",
      { providerName: "google" },
      "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse",
    ],
    [
      "Azure's resource",
      { providerName: "azure-openai", setting: { resourceName: "acme" } },
      "https://acme.openai.azure.com/openai/v1/responses?api-version=v1",
    ],
    [
      "Azure's apiVersion",
      { providerName: "azure-openai", setting: { resourceName: "acme", apiVersion: "preview" } },
      "https://acme.openai.azure.com/openai/v1/responses?api-version=preview",
    ],
    [
      "Azure's older URLs",
      {
        providerName: "azure-openai",
        setting: { resourceName: "acme", apiVersion: "2024-10-21", useDeploymentBasedUrls: true },
      },
      "https://acme.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21",
    ],
    [
      "Bedrock's region",
      { providerName: "amazon-bedrock", setting: { region: "eu-central-1" } },
      "https://bedrock-runtime.eu-central-1.amazonaws.com/model/m/converse-stream",
    ],
    [
      "Bedrock in China",
      { providerName: "amazon-bedrock", setting: { region: "cn-north-1" } },
      "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/m/converse-stream",
    ],
  ])("%s", async (_, config, url) => {
    expect((await firstRequest([config])).url).toBe(url);
  });

  test.each([
    ["anthropic", "ANTHROPIC_BASE_URL", "https://api.anthropic.com/v1/messages"],
    ["openai", "OPENAI_BASE_URL", "https://api.openai.com/v1/responses"],
  ] as const)("%s keeps its usual place while %s is set and empty", async (providerName, variable, url) => {
    vi.stubEnv(variable, "");
    expect((await firstRequest([{ providerName }])).url).toBe(url);
  });

  test.each<[string, string, string, string]>([
    [
      "europe-west1",
      "gemini-2.5-flash",
      "europe-west1-aiplatform.googleapis.com/v1beta1/projects/acme/locations/europe-west1/publishers/google/models/gemini-2.5-flash",
      "streamGenerateContent?alt=sse",
    ],
    [
      "global",
      "gemini-2.5-flash",
      "aiplatform.googleapis.com/v1beta1/projects/acme/locations/global/publishers/google/models/gemini-2.5-flash",
      "streamGenerateContent?alt=sse",
    ],
    [
      "eu",
      "endpoints/123",
      "aiplatform.eu.rep.googleapis.com/v1beta1/projects/acme/locations/eu/endpoints/123",
      "streamGenerateContent?alt=sse",
    ],
    [
      "us-east5",
      "claude-sonnet-4-5",
      "us-east5-aiplatform.googleapis.com/v1/projects/acme/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5",
      "streamRawPredict",
    ],
  ])("Vertex in %s has %s where Google says", async (location, model, url, method) => {
    const config: ProviderConfig = { providerName: "google-vertex", setting: { project: "acme", location } };
    const file = { GOOGLE_APPLICATION_CREDENTIALS: serviceAccountFile("https://oauth2.googleapis.com") };
    const sent = await firstRequest([config], { model, environment: file });
    expect(sent.url).toBe(`https://${url}:${method}`);
    expect(sent.headers.get("authorization")).toBe("Bearer google-access-token");
  });

  test("Vertex's express mode has no project and sends its key", async () => {
    const { url, headers } = await firstRequest([{ providerName: "google-vertex" }], {
      model: "gemini-2.5-flash",
      environment: { GOOGLE_VERTEX_API_KEY: "express-key" },
    });
    expect(url).toBe(
      "https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    );
    expect(headers.get("x-goog-api-key")).toBe("express-key");
  });

  test("OpenAI's organization and project are told with each request", async () => {
    const setting = { organization: "org-1", project: "proj-1" };
    const { headers } = await firstRequest([{ providerName: "openai", setting }]);
    expect([headers.get("openai-organization"), headers.get("openai-project")]).toEqual(["org-1", "proj-1"]);
  });

  test("Anthropic's token is sent as one when there is no key", async () => {
    const { headers } = await firstRequest([{ providerName: "anthropic" }], {
      environment: { ANTHROPIC_AUTH_TOKEN: "t" },
    });
    expect([headers.get("authorization"), headers.get("x-api-key")]).toEqual(["Bearer t", null]);
  });

  const setting = { headers: { "x-team": "docs" } };
  test.each<ProviderConfig>([
    { providerName: "anthropic", setting },
    { providerName: "openai", setting },
    { providerName: "google", setting },
    { providerName: "deepseek", setting },
    { providerName: "ollama", setting },
    { providerName: "openai-compatible", setting: { ...setting, baseUrl: "https://llm.example.com/v1" } },
    { providerName: "azure-openai", setting: { ...setting, resourceName: "acme" } },
    { providerName: "amazon-bedrock", setting: { ...setting, region: "eu-west-1" } },
    { providerName: "google-vertex", setting: { ...setting, project: "p" } },
  ])("$providerName sends its headers", async (config) => {
    const more = { environment: { ...environment, GOOGLE_VERTEX_API_KEY: "k" } };
    expect((await firstRequest([config], more)).headers.get("x-team")).toBe("docs");
  });

  test.each<ProviderConfig>([
    { providerName: "openai", setting: { name: "our gateway" } },
    {
      providerName: "openai-compatible",
      setting: { name: "our gateway", baseUrl: "https://llm.example.com/v1" },
    },
  ])("$providerName tells a failure under the name it is given", async (config) => {
    const { answer } = await firstRequest([config]);
    expect(answer).toMatchObject({ type: "failed", error: { message: "our gateway: not today" } });
  });
});

test("a turn's alternative picks the model to turn to", async () => {
  const configs: readonly ProviderConfig[] = [{ providerName: "anthropic" }, { providerName: "deepseek" }];
  const { url } = await firstRequest(configs, { alternative: 1, model: "deepseek-chat" });
  expect(url).toBe("https://api.deepseek.com/chat/completions");
});

test.each([
  ["a Gemini that cannot search beside the Expert's own tools", "gemini-2.5-flash", {}],
  ["a Gemini that cannot keep to the hosts", "gemini-3-pro-preview", { allowedDomains: ["example.com"] }],
])("in another's place %s does not search", async (_, model, webSearch) => {
  const { body } = await firstRequest([{ providerName: "anthropic" }, { providerName: "google" }], {
    alternative: 1,
    model,
    provided: { providerTools: ["webSearch"], providerToolOptions: { webSearch } },
  });
  expect(body).toContain("readTextFile");
  expect(body).not.toContain("googleSearch");
});
