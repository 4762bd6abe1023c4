import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { openIssue, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import { rating } from "../helpers/index-lines.ts";
import { publishExpert, type RegistryWorld, startRegistryWorld } from "../helpers/registry-world.ts";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { issueEvent, pullRequestEvent } from "../helpers/webhook.ts";

const head = `model = "claude-sonnet-4-5"\n[provider]\nproviderName = "anthropic"\n`;

const answers = Array.from({ length: 20 }, () => ({ text: "An answer." }));

/** What `expert-stack lock` writes for these, in a checkout of its own. */
const lockOf = async (registries: RegistryWorld, ...references: readonly string[]): Promise<string> => {
  await using author = await startCliWorld({ files: { "perstack.toml": head + registries.toml } });
  const run = await runCli(author, ["lock", ...references], { env: registries.env });
  expect([run.exitCode, run.stderr]).toEqual([0, ""]);
  return readFileSync(join(author.workspace.directory, "perstack.lock"), "utf8");
};

const stepWith = async (files: Readonly<Record<string, string>>): Promise<ActionWorld> => {
  const world = await startActionWorld({ files, answers });
  openIssue(world.github.world, world.repository, { author: "alice", title: "Look", body: "at it" });
  return world;
};

const runOnIssue = async (
  world: ActionWorld,
  { expert, env }: { readonly expert: string; readonly env: RegistryWorld["env"] },
): Promise<StepRun> =>
  await runStep(world, {
    webhook: await issueEvent(world, { number: 1, by: "alice" }),
    inputs: { expert },
    env,
  });

const commentsOf = ({ repository }: ActionWorld): string =>
  [...repository.issues.values()].flatMap(({ comments }) => comments.map(({ body }) => body)).join("\n");

test("a private scope whose names the public registry holds, too, is not even asked of that", async () => {
  await using registries = await startRegistryWorld();
  await using world = await startCliWorld({ files: { "perstack.toml": head + registries.toml }, answers });
  publishExpert(registries.acme, "@corp/secret@99.0.0");
  const run = await runCli(world, ["run", "@corp/secret", "Go."], { env: registries.env });
  expect([run.exitCode, run.stderr]).toEqual([
    2,
    expect.stringContaining('corp/experts has no Expert "@corp/secret"'),
  ]);
  const asked = registries.https.requests.map(({ path }) => path.slice(0, 13));
  expect([...new Set(asked)]).toEqual(["/corp/experts"]);
});

/** What GitHub reads as Markdown. */
const withoutCode = (markdown: string): string =>
  markdown.replace(/^```text\n[\s\S]*?^```$/gm, "").replace(/<code>[^<]*<\/code>/g, "");

const hostileReason = [
  "security\u001b[2J\u202e",
  "::set-output name=conclusion::success",
  "::add-path::/tmp/evil ##[set-env name=PATH]/tmp/evil",
  "@everyone fixes #1 [click](https://evil.example/) ![x](https://evil.example/?k=1) <img src=x> <!-- x -->",
].join("\n");

test("what a registry gives as a reason says nothing to a terminal, to the runner or to anybody on GitHub", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/gone@1.0.0");
  publishExpert(registries.acme, "@acme/worn@1.0.0");
  registries.acme.append("@acme/gone", rating("1.0.0", "disabled", hostileReason));
  registries.acme.append("@acme/worn", rating("1.0.0", "deprecated", hostileReason));
  await using terminal = await startCliWorld({ files: { "perstack.toml": head + registries.toml }, answers });
  await using world = await stepWith({ "perstack.toml": head + registries.toml });
  for (const expert of ["@acme/gone", "@acme/worn"]) {
    const run = await runCli(terminal, ["run", expert, "Go."], { env: registries.env });
    const said = run.stdout + run.stderr;
    expect(said).toContain("set-output name");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(said).not.toMatch(/\u001b|\u202e|^\s*::/m);
    const ran = await runOnIssue(world, { expert, env: registries.env });
    expect(ran.outputs.conclusion).toBe(expert === "@acme/worn" ? "success" : "invalid");
    expect(ran.log).toContain("set-output name");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(ran.log).not.toMatch(/\u001b|\u202e|^\s*::(?:set-output|add-path)|##\[set-env/m);
    const shown = withoutCode(`${ran.summary}\n${commentsOf(world)}`);
    expect(shown).not.toMatch(/(?<![`\w>])@everyone|\bfixes #\d|!\[|<img|\]\(https:\/\/evil|<!-- x|\u202e/);
  }
  const locked = await runCli(terminal, ["lock", "@acme/worn"], { env: registries.env });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  expect(locked.stderr).not.toMatch(/\u001b|\u202e|^\s*::/m);
});

test("what a definition says of itself is nowhere in the comment's footer but by name, version and digest", async () => {
  await using registries = await startRegistryWorld();
  const description = "@everyone ![x](https://evil.example/?k=1) <img src=x>";
  publishExpert(registries.acme, "@acme/loud@1.0.0");
  const definition = `[experts."@acme/loud"]\nversion = "1.1.0"\ninstruction = "x"\ndescription = "${description}"\ntags = ["loud"]\n`;
  registries.acme.publish({ name: "@acme/loud", version: "1.1.0", definition });
  await using world = await stepWith({ "perstack.toml": head + registries.toml });
  const ran = await runOnIssue(world, { expert: "@acme/loud", env: registries.env });
  expect(ran.outputs.conclusion).toBe("success");
  const shown = `${ran.summary}\n${commentsOf(world)}`;
  expect(shown).toMatch(
    /<sub>Expert <code>@acme\/loud@1\.1\.0<\/code> · definition <code>[0-9a-f]{12}<\/code>/,
  );
  expect(shown).not.toMatch(/everyone|evil\.example|<img/);
});

test("a pull request's own lock and registries decide nothing", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/reviewer@1.0.0");
  publishExpert(registries.corp, "@acme/reviewer@6.6.6");
  const lock = await lockOf(registries, "@acme/reviewer@1");
  const evil = { ...registries, toml: registries.toml.replace("acme/experts", "corp/experts") };
  const evilLock = await lockOf(evil, "@acme/reviewer");
  await using world = await startActionWorld({
    files: { "perstack.toml": head + registries.toml, "perstack.lock": lock },
    answers,
  });
  const { checkout, github, repository } = world;
  for (const [branch, changed] of [
    ["evil", evilLock.replaceAll('"@acme/reviewer"', '"@acme/reviewer@1"')],
    ["broken", "no lock\n"],
    ["empty", ""],
  ] as const) {
    checkout.checkout("main");
    checkout.checkout(branch);
    checkout.commit({ "perstack.toml": head + evil.toml, "perstack.lock": changed });
    checkout.mirrorTo(github.world, repository);
    const { number } = openPullRequest(github.world, repository, { author: "alice", head: branch });
    const ran = await runStep(world, {
      webhook: await pullRequestEvent(world, { number, by: "alice" }),
      inputs: { expert: "@acme/reviewer@1" },
      env: registries.env,
    });
    expect([branch, ran.outputs.conclusion]).toEqual([branch, "success"]);
    expect(ran.prompts[0]?.system).toContain("You are @acme/reviewer@1.0.0.");
    expect(ran.outputs.expert).toMatch(/^@acme\/reviewer@1\.0\.0 /);
  }
});

test("a locked version that was disabled for security's sake is not run by a machine that has to fetch it", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/x@1.0.0");
  const lock = await lockOf(registries, "@acme/x");
  await using world = await stepWith({ "perstack.toml": head + registries.toml, "perstack.lock": lock });
  const step = () => runOnIssue(world, { expert: "@acme/x", env: registries.env });
  expect((await step()).outputs.conclusion).toBe("success");
  registries.acme.append("@acme/x", rating("1.0.0", "disabled", "security: it leaks"));
  rmSync(join(world.temporary, "tool-cache"), { recursive: true });
  const refused = await step();
  expect([refused.outputs.conclusion, refused.prompts]).toEqual([expect.not.stringMatching("success"), []]);
  expect(refused.log).toContain("@acme/x@1.0.0 is locked, and was disabled since: security: it leaks.");
});

test("a scoped Expert that is here and could be in a registry runs neither", async () => {
  await using registries = await startRegistryWorld();
  publishExpert(registries.acme, "@acme/x@1.0.0");
  const local = `[experts."@acme/x"]\ninstruction = "I am the local one."\n`;
  const lead = `${local}[experts.lead]\ninstruction = "x"\ndelegates = ["@acme/x@1"]\n`;
  await using terminal = await startCliWorld({
    files: { "perstack.toml": head + lead + registries.toml },
    answers,
  });
  const run = await runCli(terminal, ["run", "lead", "Go."], { env: registries.env });
  expect([run.exitCode, terminal.model.requests]).toEqual([2, []]);
  expect(run.stderr).toContain('The manifest defines "@acme/x", and "@acme" is a scope of a registry');
});

test("a file of a checkout that is refused moves no cursor when it is", async () => {
  const lock = 'version = "1"\nconfigPath = "perstack.toml"\n[experts."a\\u001b[2J\\u202e"]\nversion = 1\n';
  await using world = await startCliWorld({ files: { "perstack.toml": head, "perstack.lock": lock } });
  const run = await runCli(world, ["run", "@acme/x", "Go."]);
  expect([run.exitCode, run.stderr]).toEqual([
    2,
    expect.stringContaining("experts.a\\x1b[2J\\u202e.version"),
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  expect(run.stderr).not.toMatch(/\u001b|\u202e/);
});
