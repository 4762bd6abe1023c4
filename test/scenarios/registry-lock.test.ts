import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestHead } from "../helpers/client-world.ts";
import { rating } from "../helpers/index-lines.ts";
import { publishExpert, type RegistryWorld, startRegistryWorld } from "../helpers/registry-world.ts";
import { type CliWorld, runCli, startCliWorld } from "../helpers/run-cli.ts";

const workflow = (expert: string): string =>
  `on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/expert-stack@v1\n        with:\n          expert: ${JSON.stringify(expert)}\n`;

const workflowPath = ".github/workflows/review.yml";

const lockText = ({ workspace }: CliWorld): string =>
  readFileSync(join(workspace.directory, "perstack.lock"), "utf8");

const lock = async (world: CliWorld, registries: RegistryWorld, ...args: readonly string[]) => {
  const { exitCode, stderr } = await runCli(world, ["lock", ...args], { env: registries.env });
  return { exitCode, stderr };
};

test("a workflow that runs a scoped Expert of the manifest's own is locked without a registry", async () => {
  const local = `[experts."@acme/review"]\ninstruction = "x"\n`;
  await using registries = await startRegistryWorld();
  for (const owned of ["", '[registries]\nowns = ["@acme"]\ndefault = "github:acme/experts"\n']) {
    await using world = await startCliWorld({
      files: { "perstack.toml": manifestHead + local + owned, [workflowPath]: workflow("@acme/review") },
    });
    expect(await lock(world, registries)).toEqual({ exitCode: 0, stderr: "" });
  }
});

test("what a workflow no longer runs leaves the lock, what was named stays, and what is no longer named is told", async () => {
  await using registries = await startRegistryWorld();
  for (const name of ["a", "b", "c"]) publishExpert(registries.acme, `@acme/${name}@1.0.0`);
  await using world = await startCliWorld({
    files: { "perstack.toml": manifestHead + registries.toml, [workflowPath]: workflow("@acme/a") },
  });
  expect(await lock(world, registries, "@acme/c")).toEqual({ exitCode: 0, stderr: "" });
  expect(lockText(world)).toMatch(/^references = \[ "@acme\/c" \]$/m);
  world.workspace.commit({ [workflowPath]: workflow("@acme/b") });
  expect(await lock(world, registries)).toEqual({ exitCode: 0, stderr: "" });
  const locked = [...lockText(world).matchAll(/^\[experts\."(.*)"\]$/gm)].map(([, key]) => key);
  expect(locked).toEqual(["@acme/b@1.0.0", "@acme/c@1.0.0"]);
  expect(await lock(world, registries, "@acme/a@1")).toEqual({
    exitCode: 0,
    stderr:
      "info: @acme/c, named the last time, is no longer locked for being named. To lock all: `expert-stack lock @acme/c @acme/a@1`.\n",
  });
});

test("a way round is refused before it is locked", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/x@1.0.0", { delegates: ["@acme/y"] });
  publishExpert(registries.acme, "@acme/y@1.0.0", { delegates: ["@acme/x@1"] });
  await using world = await startCliWorld({ files: { "perstack.toml": manifestHead + registries.toml } });
  expect(await lock(world, registries, "@acme/x")).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining(
      "error[DELEGATE_CYCLE]: Delegation goes in a circle: @acme/x@1.0.0 → @acme/y",
    ),
  });
});

test("a locked version that was disabled for security's sake is not locked again where that is seen", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/x@1.0.0");
  await using world = await startCliWorld({ files: { "perstack.toml": manifestHead + registries.toml } });
  expect((await lock(world, registries, "@acme/x")).exitCode).toBe(0);
  registries.acme.append("@acme/x", rating("1.0.0", "disabled", "security: it leaks"));
  await using other = await startCliWorld({
    files: { "perstack.toml": manifestHead + registries.toml, "perstack.lock": lockText(world) },
  });
  expect(await lock(other, registries)).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining(
      "error[VERSION_DISABLED]: @acme/x@1.0.0 is locked, and was disabled since: security",
    ),
  });
});

test("a source at another host than its registry is not asked for its tags, which is told", async () => {
  await using registries = await startRegistryWorld();
  await using other = await startRegistryWorld();
  const src = {
    repo: `${other.https.host}/acme/x`,
    repoId: 1,
    tag: "v1.0.0",
    path: "x.toml",
    commit: "a".repeat(40),
  };
  publishExpert(registries.acme, "@acme/x@1.0.0", { line: { src } });
  await using world = await startCliWorld({ files: { "perstack.toml": manifestHead + registries.toml } });
  expect(await lock(world, registries, "@acme/x")).toEqual({
    exitCode: 0,
    stderr: `warning: Whether tags were moved is not known. ${src.repo} is at another host than the registry, which no index sends anybody to.\n`,
  });
  expect(other.https.requests).toEqual([]);
});

test("a name that is both here and in a registry is refused by every command, whichever Expert is meant", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/x@1.0.0");
  const local = `[experts."@acme/x"]\ninstruction = "x"\n[experts.lead]\ninstruction = "x"\n`;
  await using world = await startCliWorld({
    files: { "perstack.toml": manifestHead + local + registries.toml },
  });
  for (const command of [["run", "@acme/x", "Go."], ["run", "lead", "Go."], ["validate"], ["lock"]]) {
    const { exitCode, stderr } = await runCli(world, command, { env: registries.env });
    expect([command, exitCode, stderr]).toEqual([
      command,
      2,
      expect.stringMatching(/^error\[LOCAL_SHADOWS_REGISTRY\]: The manifest defines "@acme\/x"/),
    ]);
  }
  expect(world.model.requests).toEqual([]);
  const owned = `${registries.toml.replace("[registries]", '[registries]\nowns = ["@acme"]')}`;
  writeFileSync(join(world.workspace.directory, "perstack.toml"), manifestHead + local + owned);
  expect((await runCli(world, ["validate"])).exitCode).toBe(0);
});

test("a published Expert that asks for one of the manifest's own is told not to see it", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.corp, "@corp/x@1.0.0", { delegates: ["@mine/local"] });
  const local = `[experts."@mine/local"]\ninstruction = "x"\n`;
  const owned = `[registries]\nowns = ["@mine"]\n${registries.toml.slice(registries.toml.indexOf("[registries.scopes]"))}`;
  await using world = await startCliWorld({ files: { "perstack.toml": manifestHead + local + owned } });
  expect(await lock(world, registries, "@corp/x")).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining(
      'error[REFERENCE_INVALID]: @corp/x@1.0.0 delegates to "@mine/local", which is the manifest\'s own',
    ),
  });
});

test("who asks for what is not there is said: a workflow, an Expert of the manifest, or one of a registry", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/x@1.0.0");
  publishExpert(registries.acme, "@acme/y@1.0.0", { delegates: ["@acme/x@2"] });
  const lead = (delegate: string) => `[experts.lead]\ninstruction = "x"\ndelegates = ["${delegate}"]\n`;
  await using world = await startCliWorld({
    files: { "perstack.toml": manifestHead + registries.toml, [workflowPath]: workflow("@acme/x@3") },
  });
  const refusal = async () => (await lock(world, registries)).stderr;
  expect(await refusal()).toContain(`There is no @acme/x@3, which ${workflowPath} runs.`);
  world.workspace.commit({
    [workflowPath]: null,
    "perstack.toml": manifestHead + lead("@acme/z") + registries.toml,
  });
  expect(await refusal()).toContain('has no Expert "@acme/z", which the Expert "lead" delegates to.');
  world.workspace.commit({ "perstack.toml": manifestHead + lead("@acme/y") + registries.toml });
  expect(await refusal()).toContain("There is no @acme/x@2, which @acme/y@1.0.0 delegates to.");
});
