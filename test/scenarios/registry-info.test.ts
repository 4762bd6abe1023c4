import { expect, test } from "vitest";
import { rating, tagging } from "../helpers/index-lines.ts";
import { publishExpert, startRegistryWorld } from "../helpers/registry-world.ts";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";

const head = `model = "claude-sonnet-4-5"\n[provider]\nproviderName = "anthropic"\n`;
const local = `[experts.lead]\ninstruction = "You lead.\\nWell."\ndelegates = ["@acme/reviewer@1"]\n[experts.lead.skills.own]\ntype = "mcpStdioSkill"\ncommand = "node"\nargs = ["server.mjs"]\n`;

const skill = (version: string, more = "") =>
  `[experts."@acme/reviewer".skills.github]\ntype = "mcpStdioSkill"\ncommand = "npx"\npackageName = "github-mcp@${version}"\n${more}`;

const start = async () => {
  const registries = await startRegistryWorld();
  const world = await startCliWorld({ files: { "perstack.toml": head + local + registries.toml } });
  const info = async (...args: readonly string[]) => await runCli(world, ["info", ...args], registries);
  return {
    ...{ registries, world, info },
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await registries[Symbol.asyncDispose]();
    },
  };
};

test("an Expert of a registry is shown with all that it may do and where it comes from, and is not run", async () => {
  await using scene = await start();
  const { acme, https } = scene.registries;
  publishExpert(acme, "@acme/reviewer@1.0.0");
  const more = skill("1.2.3", 'requiredEnv = ["GH_TOKEN"]\nallowedDomains = ["api.github.com"]\n');
  const { commit, blob, sha256, definition } = publishExpert(acme, "@acme/reviewer@1.1.0", { more });
  acme.append("@acme/reviewer", rating("1.0.0", "deprecated", "Use 1.1.0."));
  acme.append("@acme/reviewer", tagging("stable", "1.1.0"));
  const { exitCode, stdout, stderr } = await scene.info("@acme/reviewer");
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`@acme/reviewer@1.1.0
  Is @acme/reviewer.
status     available
registry   ${https.host}/acme/experts
publisher  gh:1, 2026-01-31T00:00:00Z
source     ${https.host}/acme/experts experts/acme/reviewer.toml
tag        @acme/reviewer@1.1.0
commit     ${commit}
blob       ${blob}
sha256     ${sha256} (${definition.length} bytes)

may
  process    npx github-mcp@1.2.3 for github
  variable   GH_TOKEN for github
  domain     api.github.com for github
  tools      all of github
  tools      all of the base skill
  workspace  github changes it
  workspace  its own tools change it

versions
  1.1.0  available               stable
  1.0.0  deprecated: Use 1.1.0.

instruction
  You are @acme/reviewer@1.1.0.
`);
  const json = JSON.parse((await scene.info("@acme/reviewer@1.0.0", "--json")).stdout);
  expect(json).toMatchObject({
    ...{ v: 1, key: "@acme/reviewer@1.0.0", status: "deprecated", reason: "Use 1.1.0.", publisher: "gh:1" },
    ...{ tags: { stable: "1.1.0" }, registry: `${https.host}/acme/experts` },
    expert: { instruction: "You are @acme/reviewer@1.0.0." },
  });
  expect(json.versions.map(({ version }: { version: string }) => version)).toEqual(["1.1.0", "1.0.0"]);
  expect(scene.world.model.requests).toEqual([]);
});

test("a version that was taken back can be looked at, and one that never was is not found", async () => {
  await using scene = await start();
  const { acme } = scene.registries;
  publishExpert(acme, "@acme/reviewer@1.0.0");
  acme.append("@acme/reviewer", rating("1.0.0", "disabled", "security: it leaks"));
  for (const reference of ["@acme/reviewer", "@acme/reviewer@1", "@acme/reviewer@1.0.0"]) {
    const { exitCode, stdout } = await scene.info(reference);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining("status     disabled: security: it leaks"),
    ]);
  }
  const missing = await scene.info("@acme/reviewer@2.0.0");
  expect([missing.exitCode, missing.stderr]).toEqual([
    2,
    expect.stringContaining("There is no @acme/reviewer@2.0.0"),
  ]);
});

test("what an upgrade would newly allow comes first, then what it takes away, then what it says", async () => {
  await using scene = await start();
  const { acme, corp } = scene.registries;
  publishExpert(corp, "@corp/style@1.0.0");
  publishExpert(acme, "@acme/reviewer@1.0.0", { more: skill("1.2.3", 'requiredEnv = ["OLD_TOKEN"]\n') });
  publishExpert(acme, "@acme/reviewer@1.1.0", {
    delegates: ["@corp/style@1"],
    more: skill("1.3.0", 'requiredEnv = ["GH_TOKEN"]\n'),
  });
  const { exitCode, stdout } = await scene.info("@acme/reviewer", "--diff", "1.0.0", "1.1.0");
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`@acme/reviewer@1.0.0 → @acme/reviewer@1.1.0

newly allowed
  +  process   npx github-mcp@1.3.0 for github
  +  variable  GH_TOKEN for github
  +  delegate  @corp/style@1

no longer allowed
  -  process   npx github-mcp@1.2.3 for github
  -  variable  OLD_TOKEN for github

what it is told
    description: Is @acme/reviewer.
  - You are @acme/reviewer@1.0.0.
  + You are @acme/reviewer@1.1.0.
`);
  const json = JSON.parse((await scene.info("@acme/reviewer", "--diff", "1.1.0", "1.0.0", "--json")).stdout);
  expect(json.allowed).toEqual([
    { kind: "process", text: "npx github-mcp@1.2.3 for github" },
    { kind: "variable", text: "OLD_TOKEN for github" },
  ]);
  const one = await scene.info("@acme/reviewer", "--diff", "1.0.0");
  expect([one.exitCode, one.stderr]).toEqual([2, expect.stringContaining("takes two versions")]);
});

test("an Expert of the manifest is shown as it is there, and a key that is not is told from those that are", async () => {
  await using scene = await start();
  const { exitCode, stdout } = await scene.info("lead");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("from  this manifest\n");
  expect(stdout).toContain("process    node server.mjs for own\n");
  expect(stdout).toContain("delegate   @acme/reviewer@1\n");
  expect(stdout).toMatch(/instruction\n {2}You lead\.\n {2}Well\.\n$/);
  const wrong = await scene.info("leed");
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean "lead"?')]);
  expect(scene.registries.https.requests).toEqual([]);
});

test("nothing that an Expert's author wrote is a command of the runner in whose log it is printed", async () => {
  await using scene = await start();
  const { acme } = scene.registries;
  publishExpert(acme, "@acme/x@1.0.0");
  const instruction = "Look.\n::stop-commands::x\n  ##[set-output name=tag]evil";
  const definition = `[experts."@acme/x"]\nversion = "1.1.0"\ninstruction = ${JSON.stringify(instruction)}\n`;
  acme.publish({ name: "@acme/x", version: "1.1.0", definition });
  acme.append("@acme/x", rating("1.1.0", "deprecated", "##[error]no"));
  for (const args of [[], ["--json"], ["--diff", "1.0.0", "1.1.0"], ["--diff", "1.0.0", "1.1.0", "--json"]]) {
    const { exitCode, stdout } = await scene.info(
      args.includes("--diff") ? "@acme/x" : "@acme/x@1.1.0",
      ...args,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("stop-commands");
    expect(stdout).not.toMatch(/^\s*::|##\[/m);
    if (args.includes("--json")) expect(JSON.stringify(JSON.parse(stdout))).toContain("##[set-output");
  }
});
