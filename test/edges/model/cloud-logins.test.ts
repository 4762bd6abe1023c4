import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ProviderConfig } from "../../../src/definition/provider.ts";
import { aiSdkModel } from "../../../src/edges/model/ai-sdk-model.ts";
import { providerSettings } from "../../../src/edges/model/provider-settings.ts";
import type { Generation } from "../../../src/run/ports.ts";
import { asked } from "../../helpers/ask-provider.ts";
import { loopbackLogins, startLoginServer } from "../../helpers/login-server.ts";
import { type ScriptedAnswer, startModelServer } from "../../helpers/model-server.ts";

const folder = mkdtempSync(join(tmpdir(), "cloud-logins-"));

const file = (name: string, content: string | object): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

type Reach = (origin: string) => {
  readonly config: ProviderConfig;
  readonly environment: Record<string, string>;
};

/** As many turns as there are answers, half an hour apart. */
const converse = async (reach: Reach, script: readonly ScriptedAnswer[], model = "gpt-5.1") => {
  await using server = await startModelServer(script);
  const { config, environment } = reach(server.origin);
  let now = 1_000_000;
  const settings = providerSettings(config, environment, {
    findProgram: () => environment.AZ,
    logins: loopbackLogins,
  });
  const port = aiSdkModel([settings], { now: () => now });
  const answers: Generation[] = [];
  for (const [index] of script.entries()) {
    answers.push(
      await port.generate(
        {
          runId: "r0",
          step: index + 1,
          choice: { provider: config.providerName, model },
          alternative: 0,
          system: "s",
          tools: [],
          toolChoice: "auto",
          messages: asked,
          provided: {},
        },
        { signal: AbortSignal.timeout(10_000), onDelta: () => {}, readBlob: () => new Uint8Array() },
      ),
    );
    now += 30 * 60_000;
  }
  return {
    answers,
    requests: [...server.requests],
    sent: server.requests.map(({ headers }) => headers.authorization),
  };
};

const azure = (origin: string): ProviderConfig => ({
  providerName: "azure-openai",
  setting: { baseUrl: `${origin}/v1` },
});

const vertex = (origin: string): ProviderConfig => ({
  providerName: "google-vertex",
  setting: { project: "p", baseUrl: `${origin}/v1/projects/p/locations/l/publishers/google` },
});

test("Azure: a workload's own token is exchanged once and kept until shortly before its end", async () => {
  await using login = await startLoginServer({
    "/tenant-1/oauth2/v2.0/token": { access_token: "entra-token", expires_in: 3_600 },
  });
  const environment = {
    AZURE_CLIENT_ID: "client-1",
    AZURE_TENANT_ID: "tenant-1",
    AZURE_FEDERATED_TOKEN_FILE: file("assertion", "signed-by-github\n"),
    AZURE_AUTHORITY_HOST: `${login.url}/`,
  };
  const three = [{ text: "a" }, { text: "b" }, { text: "c" }];
  const { sent, requests } = await converse((origin) => ({ config: azure(origin), environment }), three);
  expect(sent).toEqual(Array(3).fill("Bearer entra-token"));
  expect(requests.map(({ headers }) => headers["api-key"])).toEqual([undefined, undefined, undefined]);
  expect(login.requests).toHaveLength(2);
  expect(Object.fromEntries(new URLSearchParams(login.requests[0]?.body))).toEqual({
    grant_type: "client_credentials",
    client_id: "client-1",
    scope: "https://cognitiveservices.azure.com/.default",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: "signed-by-github",
  });
});

const azProgram = (name: string, lines: string): { AZ: string; HOME: string } => {
  const home = join(folder, name);
  mkdirSync(join(home, ".azure"), { recursive: true });
  writeFileSync(join(home, ".azure", "azureProfile.json"), "{}");
  const program = join(home, "az");
  writeFileSync(program, `#!/bin/sh\n${lines}\n`);
  chmodSync(program, 0o755);
  return { AZ: program, HOME: home };
};

test("Azure: whoever is logged in with az is asked for a token, without the step's secrets", async () => {
  const az = azProgram(
    "logged-in",
    'echo "$@" > "$HOME/args"; env > "$HOME/env"; pwd > "$HOME/cwd"; echo \'{"accessToken":"az-token","expires_on":99999999999}\'',
  );
  const environment = { ...az, GITHUB_TOKEN: "ghs_secret", PATH: "/workspace/bin:/usr/bin" };
  const { sent } = await converse((origin) => ({ config: azure(origin), environment }), [{ text: "a" }]);
  expect(sent).toEqual(["Bearer az-token"]);
  expect(readFileSync(join(az.HOME, "args"), "utf8").trim()).toBe(
    "account get-access-token --scope https://cognitiveservices.azure.com/.default --output json",
  );
  const given = readFileSync(join(az.HOME, "env"), "utf8");
  expect(given).not.toContain("ghs_secret");
  expect(given).not.toContain("/workspace/bin");
  // Either keeps Python from looking into the checkout; releases before 3.11 know only the first.
  expect(readFileSync(join(az.HOME, "cwd"), "utf8").trim()).toBe("/");
  expect(given).toContain("PYTHONSAFEPATH=1");
});

test("Azure: az, which is Python, runs nothing of the checkout it is asked from", async () => {
  const checkout = join(folder, "checkout");
  mkdirSync(join(checkout, "azure"), { recursive: true });
  const installed = join(folder, "installed");
  mkdirSync(join(installed, "azure"), { recursive: true });
  const cli = (token: string) =>
    `import json, os; print(json.dumps({"accessToken": "${token}", "at": os.getcwd()}))`;
  writeFileSync(join(checkout, "azure", "cli.py"), cli("poisoned"));
  writeFileSync(join(installed, "azure", "cli.py"), cli("honest-token"));
  const az = azProgram("python", `PYTHONPATH="${installed}" exec python3 -m azure.cli "$@"`);
  const before = process.cwd();
  process.chdir(checkout);
  onTestFinished(() => process.chdir(before));
  const { sent } = await converse((origin) => ({ config: azure(origin), environment: az }), [{ text: "a" }]);
  expect(sent).toEqual(["Bearer honest-token"]);
});

test("Azure: what az prints that is no JSON is not repeated", async () => {
  const environment = azProgram("chatty", 'echo "{\\"accessToken\\": \\"az-secret-token"');
  const { answers } = await converse((origin) => ({ config: azure(origin), environment }), [{ text: "a" }]);
  expect(JSON.stringify(answers)).toContain("printed no JSON object");
  expect(JSON.stringify(answers)).not.toContain("az-secret");
});

test("Azure: an az that is not logged in says so", async () => {
  const environment = azProgram("logged-out", "echo \"ERROR: Please run 'az login'.\" >&2; exit 1");
  const { answers } = await converse((origin) => ({ config: azure(origin), environment }), [{ text: "a" }]);
  expect(answers).toMatchObject([
    {
      type: "failed",
      error: { isRetryable: false, message: expect.stringMatching(/Please run 'az login'.*azure\/login/) },
    },
  ]);
});

const external = (url: string, further: object = {}) => ({
  type: "external_account",
  audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/github",
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: `${url}/sts`,
  credential_source: {
    url: `${url}/github?audience=x`,
    headers: { Authorization: "Bearer request-token" },
    format: { type: "json", subject_token_field_name: "value" },
  },
  ...further,
});

test("Vertex: GitHub's token becomes Google's, then the service account's, as google-github-actions/auth has it", async () => {
  await using login = await startLoginServer({
    "/github?audience=x": { value: "signed-by-github" },
    "/sts": { access_token: "federated-token", expires_in: 3_600 },
    "/impersonate": { accessToken: "account-token", expireTime: "2100-01-01T00:00:00Z" },
  });
  const credentials = file(
    "external.json",
    external(login.url, { service_account_impersonation_url: `${login.url}/impersonate` }),
  );
  const { sent } = await converse(
    (origin) => ({ config: vertex(origin), environment: { GOOGLE_APPLICATION_CREDENTIALS: credentials } }),
    [{ text: "a" }, { text: "b" }],
    "gemini-2.5-flash",
  );
  expect(sent).toEqual(["Bearer account-token", "Bearer account-token"]);
  expect(login.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ["/github?audience=x", "Bearer request-token"],
    ["/sts", undefined],
    ["/impersonate", "Bearer federated-token"],
  ]);
  expect(Object.fromEntries(new URLSearchParams(login.requests[1]?.body))).toMatchObject({
    subject_token: "signed-by-github",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
  });
});

test("Vertex: a person's login is refreshed; Claude is asked through Vertex with the same token", async () => {
  await using login = await startLoginServer({ "/token": { access_token: "person-token" } });
  const credentials = file("person.json", {
    type: "authorized_user",
    client_id: "c",
    client_secret: "s",
    refresh_token: "r",
    token_uri: `${login.url}/token`,
  });
  const { sent, requests, answers } = await converse(
    (origin) => ({
      config: {
        providerName: "google-vertex",
        setting: { project: "p", baseUrl: `${origin}/v1/projects/p/locations/l/publishers/anthropic/models` },
      },
      environment: { GOOGLE_APPLICATION_CREDENTIALS: credentials },
    }),
    [{ text: "a" }],
    "claude-sonnet-4-5@20250929",
  );
  expect(answers).toMatchObject([{ type: "finished", parts: [{ type: "text", text: "a" }] }]);
  expect(sent).toEqual(["Bearer person-token"]);
  expect(requests[0]?.path).toMatch(/claude-sonnet-4-5@20250929:streamRawPredict$/);
  expect(JSON.stringify(requests[0]?.body)).toContain("cache_control");
});

test.each([
  [400, "invalid_grant", "no such pool", false],
  [503, "unavailable", "come back", true],
])(
  "Vertex: a login that answers %i fails the generation, says why and asks no model",
  async (status, error, why, isRetryable) => {
    await using login = await startLoginServer({
      "/github?audience=x": { value: "t" },
      "/sts": { status, error, error_description: why },
    });
    const credentials = file("refused.json", external(login.url));
    const { answers, requests } = await converse(
      (origin) => ({ config: vertex(origin), environment: { GOOGLE_APPLICATION_CREDENTIALS: credentials } }),
      [{ text: "a" }],
      "gemini-2.5-flash",
    );
    const message = `Google gave no access token (${status}): ${why}`;
    expect(answers).toMatchObject([{ type: "failed", error: { message, isRetryable, statusCode: status } }]);
    expect(requests).toEqual([]);
  },
);

test("Vertex: a credential file that cannot be read is named, and nothing of it is repeated", async () => {
  const credentials = file("broken.json", '{"private_key": "secret-piece');
  const { answers } = await converse(
    (origin) => ({ config: vertex(origin), environment: { GOOGLE_APPLICATION_CREDENTIALS: credentials } }),
    [{ text: "a" }],
    "gemini-2.5-flash",
  );
  expect(JSON.stringify(answers)).toContain("broken.json cannot be read");
  expect(JSON.stringify(answers)).not.toContain("secret-piece");
});

test("a token that a provider repeats in its error is not told on", async () => {
  await using login = await startLoginServer({
    "/tenant-1/oauth2/v2.0/token": { access_token: "entra-token-1234", expires_in: 3_600 },
  });
  const environment = {
    AZURE_CLIENT_ID: "client-1",
    AZURE_TENANT_ID: "tenant-1",
    AZURE_FEDERATED_TOKEN_FILE: file("assertion", "signed"),
    AZURE_AUTHORITY_HOST: login.url,
  };
  const { answers } = await converse(
    (origin) => ({ config: azure(origin), environment }),
    [{ status: 401, type: "authentication_error", message: "entra-token-1234 is not for this resource" }],
  );
  expect(answers).toMatchObject([
    { type: "failed", error: { statusCode: 401, message: "*** is not for this resource" } },
  ]);
});

test("Bedrock: a bearer token is sent as it is", async () => {
  const { sent } = await converse(
    (origin) => ({
      config: { providerName: "amazon-bedrock", setting: { region: "eu-west-1", baseUrl: origin } },
      environment: { AWS_BEARER_TOKEN_BEDROCK: "bedrock-key" },
    }),
    [{ text: "a" }],
    "amazon.nova-pro-v1:0",
  );
  expect(sent).toEqual(["Bearer bedrock-key"]);
});
