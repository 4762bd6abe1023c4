import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestOf, startScene } from "../helpers/expert-run.ts";
import { providerKey, runCli, startCliWorld } from "../helpers/run-cli.ts";

const preload = join(import.meta.dirname, "..", "fixtures/preload/own-environment.mjs");

/** A skill that is never started: its tools are in no lock, and the job ends before. */
const skills = `
[experts.reviewer.skills.crm]
type = "mcpStdioSkill"
command = "node"
args = ["tools.mjs"]
requiredEnv = ["CRM_TOKEN", "CRM_URL"]
`;

const given = { CRM_TOKEN: "crm-Qm7vT2xWd9LkZr4pYb8H", CRM_URL: "https://crm.example" };

const watched = (file: string) => ({
  ...given,
  NODE_OPTIONS: `--import=${preload}`,
  TEST_ENVIRONMENT_AT_END: file,
});

const environmentIn = (file: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(file, "utf8"));

test("a step's own process holds no secret in its environment, so that no program can be given one by oversight", async () => {
  await using scene = await startScene({
    on: "dispatch",
    manifest: manifestOf({ skills }),
    inputs: { "secret-env": "DEPLOY_PHRASE" },
    answers: [],
  });
  const file = join(scene.world.temporary, "environment");
  const run = await scene.run({ env: { ...watched(file), DEPLOY_PHRASE: "correct horse battery staple" } });
  const left = environmentIn(file);
  expect(left).toMatchObject({ CRM_URL: given.CRM_URL, GITHUB_ACTIONS: "true" });
  const names = [
    "ANTHROPIC_API_KEY",
    "CRM_TOKEN",
    "DEPLOY_PHRASE",
    "INPUT_GITHUB-TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
  ];
  for (const name of names) expect(left, name).not.toHaveProperty([name]);
  // It is still able to upload its record.
  expect(run.outputs["artifact-id"]).toMatch(/^\d+$/);
});

test("nor does the command line's", async () => {
  await using world = await startCliWorld({ files: { "perstack.toml": manifestOf({ skills }) } });
  const file = join(world.home, "environment");
  await runCli(world, ["run", "reviewer", "Look."], { env: watched(file) });
  const left = environmentIn(file);
  expect(left.CRM_URL).toBe(given.CRM_URL);
  expect(left).not.toHaveProperty("CRM_TOKEN");
  expect(Object.values(left)).not.toContain(providerKey);
});
