import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startActionWorld } from "../helpers/action-world.ts";
import { openIssue } from "../helpers/fake-github/populate-threads.ts";
import { publishExpert, type RegistryWorld, startRegistryWorld } from "../helpers/registry-world.ts";
import { type CliWorld, runCli, startCliWorld } from "../helpers/run-cli.ts";
import { runStep } from "../helpers/step-run.ts";
import { dispatchEvent, issueEvent } from "../helpers/webhook.ts";

const head = `model = "claude-sonnet-4-5"\n[provider]\nproviderName = "anthropic"\n`;

const published = async (): Promise<RegistryWorld> => {
  const registries = await startRegistryWorld();
  publishExpert(registries.corp, "@corp/style@1.4.0");
  publishExpert(registries.acme, "@acme/tests@0.3.1");
  publishExpert(registries.acme, "@acme/reviewer@1.2.0", { delegates: ["@acme/tests", "@corp/style@1"] });
  return registries;
};

/** Both delegates at once, then each answers, then the reviewer. */
const answers = [
  { toolCalls: ["style", "tests"].map((name) => ({ name, args: { query: "Look." } })) },
  { text: "It is fine." },
  { text: "It is fine." },
  { text: "All is fine." },
];

const lockText = (world: CliWorld): string =>
  readFileSync(join(world.workspace.directory, "perstack.lock"), "utf8");

test("an Expert runs with delegates of two registries, and offline once it is locked", async () => {
  await using registries = await published();
  await using world = await startCliWorld({
    files: { "perstack.toml": head + registries.toml },
    answers: [...answers, ...answers],
  });
  const { env } = registries;
  const first = await runCli(world, ["run", "@acme/reviewer@1", "Go.", "--job-id", "first"], { env });
  expect(first.exitCode).toBe(0);
  const job = world.recorded("first");
  expect(job.head.experts).toEqual([
    {
      key: "@acme/reviewer@1.2.0",
      digest: expect.stringMatching(/^sha256:/),
      source: `registry:${registries.https.host}/acme/experts`,
    },
    {
      key: "@acme/tests@0.3.1",
      digest: expect.stringMatching(/^sha256:/),
      source: `registry:${registries.https.host}/acme/experts`,
    },
    {
      key: "@corp/style@1.4.0",
      digest: expect.stringMatching(/^sha256:/),
      source: `registry:${registries.https.host}/corp/experts`,
    },
  ]);
  expect(job.events("note").map(({ text }) => text)).toContainEqual(
    expect.stringContaining('perstack.lock does not hold "@acme/reviewer@1"'),
  );

  const locked = await runCli(world, ["lock", "@acme/reviewer@1"], { env });
  expect([locked.exitCode, locked.stdout, locked.stderr]).toEqual([
    0,
    "perstack.lock: 3 Experts, 0 tools.\n",
    "",
  ]);
  publishExpert(registries.acme, "@acme/reviewer@1.3.0");
  const asked = registries.https.requests.length;
  const second = await runCli(world, ["run", "@acme/reviewer@1", "Go.", "--job-id", "second", "--frozen"], {
    env,
  });
  expect(second.exitCode).toBe(0);
  expect(registries.https.requests).toHaveLength(asked);
  expect(world.recorded("second").head.experts).toEqual(job.head.experts);
  expect(world.recorded("second").events("note")).toEqual([]);
});

test("a lock stays as it is until it is asked to be newer, and says whether it is", async () => {
  await using registries = await published();
  const local = `[experts.lead]\ninstruction = "You lead."\ndelegates = ["@acme/reviewer@1"]\n`;
  await using world = await startCliWorld({ files: { "perstack.toml": head + local + registries.toml } });
  const { env } = registries;
  const lock = (...args: readonly string[]) => runCli(world, ["lock", ...args], { env });
  expect((await lock()).stdout).toBe("perstack.lock: 4 Experts, 0 tools.\n");
  const before = lockText(world);
  expect(before).toContain('[experts."@acme/reviewer@1.2.0"]');
  publishExpert(registries.acme, "@acme/reviewer@1.3.0");
  publishExpert(registries.corp, "@corp/style@1.5.0");
  expect((await lock("--check")).exitCode).toBe(0);
  await lock();
  expect(lockText(world)).toBe(before);
  await lock("--update", "@corp/style");
  expect(lockText(world)).toContain('[experts."@corp/style@1.5.0"]');
  expect(lockText(world)).toContain('[experts."@acme/reviewer@1.2.0"]');
  await lock("--update");
  expect(lockText(world)).toContain('[experts."@acme/reviewer@1.3.0"]');
  // Nobody needs it any more.
  expect(lockText(world)).not.toContain("@corp/style");
  writeFileSync(join(world.workspace.directory, "perstack.lock"), before);
  const checked = await lock("--check", "--update");
  expect([checked.exitCode, checked.stderr]).toEqual([
    1,
    "info: @acme/reviewer 1.2.0 → 1.3.0: `expert-stack info @acme/reviewer --diff 1.2.0 1.3.0` shows what it changes.\n" +
      "error[LOCK_OUTDATED]: perstack.lock is not what `expert-stack lock` writes.\n" +
      "  @acme/reviewer@1.3.0 is not in it\n" +
      ["@acme/reviewer@1.2.0", "@acme/tests@0.3.1", "@corp/style@1.4.0"]
        .map((key) => `  ${key} is not needed any more\n`)
        .join("") +
      "  Run `expert-stack lock` and commit the result.\n",
  ]);
  const mistyped = await lock("--update", "@acme/reviewr");
  expect(mistyped.exitCode).toBe(2);
  expect(mistyped.stderr).toContain("It must be one of @acme/reviewer, ");
  expect(lockText(world)).toBe(before);
});

test("a workflow's Expert is locked with the manifest's, and a step of it runs what the lock says, its digest in the comment", async () => {
  await using registries = await published();
  const workflow = `on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/expert-stack@v1\n        with:\n          expert: "@acme/reviewer@1"\n`;
  const files = { "perstack.toml": head + registries.toml, ".github/workflows/review.yml": workflow };
  await using author = await startCliWorld({ files });
  const { env } = registries;
  expect((await runCli(author, ["lock"], { env })).stdout).toBe("perstack.lock: 3 Experts, 0 tools.\n");
  const lock = lockText(author);
  await using world = await startActionWorld({
    files: { ...files, "perstack.lock": lock },
    answers: [...answers, ...answers],
  });
  openIssue(world.github.world, world.repository, { author: "alice", title: "Look", body: "at it" });
  const step = async () =>
    await runStep(world, {
      webhook: await issueEvent(world, { number: 1, by: "alice" }),
      inputs: { expert: "@acme/reviewer@1" },
      env,
    });
  const first = await step();
  expect([first.exitCode, first.outputs.conclusion]).toEqual([0, "success"]);
  expect(first.prompts[0]?.system).toContain("You are @acme/reviewer@1.2.0.");
  const digest =
    /sha256 = "([0-9a-f]{64})"/.exec(lock.slice(lock.indexOf('"@acme/reviewer@1.2.0"')))?.[1] ?? "";
  expect(first.outputs.expert).toBe(`@acme/reviewer@1.2.0 sha256:${digest}`);
  const comment = world.repository.issues.get(1)?.comments.at(-1)?.body ?? "";
  expect(comment).toContain(digest.slice(0, 12));
  const asked = registries.https.requests.length;
  registries.https.fault("reset");
  const second = await step();
  expect([second.exitCode, second.outputs.conclusion]).toEqual([0, "success"]);
  expect(registries.https.requests).toHaveLength(asked);
});

test("a step whose lock does not hold its Expert asks nobody, and one without a lock asks for a stranger only where it may", async () => {
  await using registries = await published();
  await using world = await startActionWorld({
    files: { "perstack.toml": head + registries.toml },
    answers: [...answers, ...answers],
  });
  openIssue(world.github.world, world.repository, { author: "bob", title: "Look", body: "at it" });
  const { env } = registries;
  const step = async (by: string, inputs: Record<string, string> = {}) =>
    await runStep(world, {
      webhook: await issueEvent(world, { number: 1, by }),
      inputs: { expert: "@acme/reviewer@1", permission: "none", "max-jobs-per-actor": "5", ...inputs },
      env,
    });
  const refused = await step("bob");
  expect([refused.exitCode, refused.outputs.conclusion]).toEqual([2, "invalid"]);
  expect(refused.log).toContain(
    'There is no perstack.lock that holds "@acme/reviewer@1", and this trigger is untrusted.',
  );
  expect(registries.https.requests).toEqual([]);
  expect((await step("bob", { "allow-unlocked": "true" })).outputs.conclusion).toBe("success");
  const frozen = await runStep(world, {
    webhook: await dispatchEvent(world, { by: "alice" }),
    inputs: { expert: "@acme/reviewer@1", frozen: "true" },
    env,
  });
  expect([frozen.exitCode, frozen.outputs.conclusion]).toEqual([2, "invalid"]);
  rmSync(join(world.temporary, "tool-cache"), { recursive: true });
});

test("a registry behind a token is read with the host's variable, and the token is in no record", async () => {
  const token = "acme_reg_7h2kQ9vXw4Lm8Zp3";
  await using registries = await startRegistryWorld(token);
  publishExpert(registries.acme, "@acme/reviewer@1.0.0");
  await using world = await startCliWorld({
    files: { "perstack.toml": head + registries.toml },
    answers: [{ text: `The token is ${token}.` }],
  });
  const args = ["run", "@acme/reviewer", "Go.", "--job-id", "first"];
  const variable = `EXPERT_STACK_TOKEN_${registries.https.host.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
  const denied = await runCli(world, args, { env: registries.env });
  expect(denied.exitCode).toBe(1);
  expect(denied.stderr).toContain(`goes into the variable ${variable}.`);
  const run = await runCli(world, args, { env: { ...registries.env, [variable]: token } });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).not.toContain(token);
  expect(JSON.stringify(world.recorded("first").entries)).not.toContain(token);
});

test("without a manifest a step brings provider, model and registry itself", async () => {
  await using registries = await published();
  await using world = await startCliWorld({ files: { "a.txt": "a" }, answers });
  const registry = /default = "([^"]+)"/.exec(registries.toml)?.[1] ?? "";
  publishExpert(registries.acme, "@acme/alone@1.0.0");
  const given = ["--provider", "anthropic", "--model", "claude-sonnet-4-5", "--registry", registry];
  const run = await runCli(world, ["run", "@acme/alone", "Go.", ...given], { env: registries.env });
  expect(run.exitCode).toBe(0);
  const nowhere = await runCli(world, ["run", "@acme/alone", "Go.", ...given.slice(0, 4)], {
    env: registries.env,
  });
  expect(nowhere.exitCode).toBe(2);
  expect(nowhere.stderr).toContain("no registry is said for @acme");
});
