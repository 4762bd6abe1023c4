import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { clientInfo } from "../../../../src/edges/skills/mcp/connection.ts";
import { openFixture, textOf } from "./fixture-skill.ts";

const host = {
  PATH: process.env.PATH ?? "",
  HOME: "/home/someone",
  LANG: "C.UTF-8",
  TERM: "dumb",
  NODE_EXTRA_CA_CERTS: "",
  SSL_CERT_FILE: "/etc/ssl/some.pem",
  ANTHROPIC_API_KEY: "canary-provider-key",
  GITHUB_TOKEN: "canary-token",
  GITHUB_OUTPUT: "/canary-output",
  ACTIONS_RUNTIME_TOKEN: "canary-runtime",
  NODE_OPTIONS: "--canary",
  RUNNER_TRACKING_ID: "github_some-id",
  RUNNER_TEMP: "/canary-temp",
  CITY_KEY: "wanted",
};

test("a server sees the common variables and those it requires, and nothing else of the host", async () => {
  await using skill = await openFixture({
    server: "tools.mjs",
    definition: { requiredEnv: ["CITY_KEY"] },
    environment: host,
  });
  const text = textOf(await skill.run("environment"));
  expect(text).not.toContain("canary");
  const { EXPERT_STACK_TREE: _marker, ...seen } = JSON.parse(text);
  expect(seen).toEqual({
    PATH: host.PATH,
    HOME: "/home/someone",
    LANG: "C.UTF-8",
    TERM: "dumb",
    NODE_EXTRA_CA_CERTS: "",
    SSL_CERT_FILE: "/etc/ssl/some.pem",
    RUNNER_TRACKING_ID: "github_some-id",
    CITY_KEY: "wanted",
  });
});

test("a required variable that is missing, or empty as an absent secret is, names the lines to add", async () => {
  const opening = openFixture({
    server: "tools.mjs",
    definition: { requiredEnv: ["CITY_KEY", "OTHER_KEY", "EMPTY_KEY"] },
    environment: { ...host, EMPTY_KEY: "" },
  });
  await expect(opening).rejects.toMatchObject({
    code: "SKILL_ENV_MISSING",
    message: 'The skill "fixture" needs OTHER_KEY, EMPTY_KEY in the environment; it is not set or is empty.',
    remedy: expect.stringMatching(
      /env:\n {2}OTHER_KEY: \$\{\{ secrets\.OTHER_KEY \}\}\n {2}EMPTY_KEY: \$\{\{ secrets\.EMPTY_KEY \}\}\n/,
    ),
  });
});

test.each([
  "ACTIONS_RUNTIME_TOKEN",
  "actions_cache_url",
  "GITHUB_ENV",
  "GITHUB_OUTPUT",
  "GITHUB_PATH",
  "GITHUB_STATE",
  "GITHUB_STEP_SUMMARY",
])("%s is the runner's own and no skill's, whether it is set or not", async (variable) => {
  const opening = openFixture({
    server: "tools.mjs",
    definition: { requiredEnv: ["CITY_KEY", variable] },
    environment: host,
  });
  await expect(opening).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: `The skill "fixture" asks for ${variable}, which only the runner itself may use.`,
    remedy: expect.stringContaining(`Take ${variable} out of its \`requiredEnv\``),
  });
});

test("a skill may ask for GitHub's token by name", async () => {
  await using skill = await openFixture({
    server: "tools.mjs",
    definition: { requiredEnv: ["GITHUB_TOKEN"] },
    environment: host,
  });
  expect(JSON.parse(textOf(await skill.run("environment"))).GITHUB_TOKEN).toBe("canary-token");
});

test("servers are told the version of this package", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../../../package.json", import.meta.url), "utf8"));
  expect(clientInfo).toEqual({ name: manifest.name, version: manifest.version });
});
