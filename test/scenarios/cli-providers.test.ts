import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { describe, expect, test } from "vitest";
import { startLoginServer } from "../helpers/login-server.ts";
import { logins, providerRows } from "../helpers/provider-rows.ts";
import { eventLines, runCli, startCliWorld } from "../helpers/run-cli.ts";

/** The program as it ships, without the variables of the provider that the helper sets anyway. */
const none = { ANTHROPIC_API_KEY: undefined, ANTHROPIC_BASE_URL: undefined };

const experts = { reader: { instruction: "You read." } };

describe.each(providerRows)("given the provider $name and nothing but its own credential", (row) => {
  test("a job reads a file with it and answers", async () => {
    await using login = await startLoginServer(logins);
    await using world = await startCliWorld({
      files: { "a.txt": "one\n" },
      answers: [{ toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] }, { text: "It says one." }],
    });
    const { config, environment } = row.reach({ origin: world.model.origin, login: login.url });
    const manifest = stringify({ model: row.model, provider: config, experts });
    writeFileSync(join(world.workspace.directory, "perstack.toml"), manifest);
    const run = await runCli(world, ["run", "reader", "Look."], { env: { ...none, ...environment } });
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
