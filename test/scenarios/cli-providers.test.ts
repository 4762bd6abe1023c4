import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { describe, expect, test } from "vitest";
import { startLoginServer } from "../helpers/login-server.ts";
import { logins, providerRows, serviceAccountFile } from "../helpers/provider-rows.ts";
import { eventLines, runCli, startCliWorld } from "../helpers/run-cli.ts";

/** The program as it ships, without the variables of the provider that the helper sets anyway. */
const none = { ANTHROPIC_API_KEY: undefined, ANTHROPIC_BASE_URL: undefined };

/** The program asks logins of the clouds only; this leads it from one of them to a server of the test. */
const standIn = (login: string) => ({
  NODE_OPTIONS: `--import=${join(import.meta.dirname, "../fixtures/preload/login-stand-in.mjs")}`,
  LOGIN_STAND_IN: login,
});
const cloudLogin = "https://oauth2.googleapis.com";

const experts = { reader: { instruction: "You read." } };

describe.each(providerRows)("given the provider $name and nothing but its own credential", (row) => {
  test("a job reads a file with it and answers", async () => {
    await using login = await startLoginServer(logins);
    await using world = await startCliWorld({
      files: { "a.txt": "one\n" },
      answers: [{ toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] }, { text: "It says one." }],
    });
    const { config, environment } = row.reach({ origin: world.model.origin, login: cloudLogin });
    const manifest = stringify({ model: row.model, provider: config, experts });
    writeFileSync(join(world.workspace.directory, "perstack.toml"), manifest);
    const run = await runCli(world, ["run", "reader", "Look."], {
      env: { ...none, ...standIn(login.url), ...environment },
    });
    expect([run.exitCode, eventLines(run).at(-1)]).toMatchObject([
      0,
      { type: "completeRun", text: "It says one." },
    ]);
    expect(JSON.stringify(world.model.requests[1]?.body)).toContain("one");
    const secrets = [...Object.values(environment), "google-access-token", "entra-access-token"].filter(
      (value) => /key-of|secret-of|session-of|access-token/.test(value),
    );
    for (const secret of secrets) expect(`${run.stdout}${run.stderr}`).not.toContain(secret);
  });
});

/** Servers that want no key are asked without one. */
const keyed = providerRows.filter(({ name }) => name !== "ollama" && name !== "openai-compatible");

describe.each(keyed)("given the provider $name and no credential", (row) => {
  test("a job is refused before anything is sent", async () => {
    await using world = await startCliWorld({ files: { "a.txt": "one\n" } });
    const { config } = row.reach({ origin: world.model.origin, login: "http://127.0.0.1:9" });
    const manifest = stringify({
      model: row.model,
      provider: {
        ...config,
        setting: { ...config.setting, ...(row.name === "amazon-bedrock" && { region: "r" }) },
      },
      experts,
    });
    writeFileSync(join(world.workspace.directory, "perstack.toml"), manifest);
    const run = await runCli(world, ["run", "reader", "Look."], { env: none });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/needs a (?:key|credential)/);
    expect(world.model.requests).toEqual([]);
  });
});

test("the credential that google-github-actions/auth leaves in the workspace is out of every tool's sight", async () => {
  await using login = await startLoginServer(logins);
  await using world = await startCliWorld({
    files: { "a.txt": "one\n" },
    answers: [
      {
        toolCalls: [
          { name: "readTextFile", args: { path: "gha-creds-1.json" } },
          { name: "listDirectory", args: { path: "." } },
        ],
      },
      { text: "Nothing." },
    ],
  });
  const credential = join(world.workspace.directory, "gha-creds-1.json");
  copyFileSync(serviceAccountFile(cloudLogin), credential);
  const baseUrl = `${world.model.origin}/v1/projects/p/locations/l/publishers/google`;
  const provider = { providerName: "google-vertex", setting: { project: "p", baseUrl } };
  const manifest = stringify({ model: "gemini-2.5-flash", provider, experts });
  writeFileSync(join(world.workspace.directory, "perstack.toml"), manifest);
  const env = { ...none, ...standIn(login.url), GOOGLE_APPLICATION_CREDENTIALS: credential };
  const run = await runCli(world, ["run", "reader", "Look."], { env });
  expect(run.exitCode).toBe(0);
  const sent = JSON.stringify(world.model.requests[1]?.body);
  expect(sent).toContain("a.txt");
  expect(sent).not.toMatch(/PRIVATE KEY|"private_key/);
});
