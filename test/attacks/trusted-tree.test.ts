import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isolates } from "../../src/job/sandbox-tier.ts";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { WorkFiles } from "../helpers/git-repository.ts";
import { type ActionOptions, runPost } from "../helpers/run-action.ts";
import { tierHere } from "../helpers/sandbox-here.ts";
import { shallowClone } from "../helpers/shallow-clone.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";

/**
 * A server of the repository on a pull request that changes it. It uses what a server may: a module beside it, one that
 * its package.json names, and one that is not there.
 */
const server = (who: string): string => `
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import beside from "./beside.js";
import named from "#named";

const attempt = (act) => { try { return act() ?? "done"; } catch (error) { return error.code; } };
const workspace = process.env.EXPERT_STACK_WORKSPACE;
const dependency = await import("some-dependency").then(() => "found", () => "missing");
const tell = () => ({
  who: ${JSON.stringify(who)}, beside, named, dependency,
  cwd: attempt(() => readFileSync("a.txt", "utf8")),
  workspace: attempt(() => readFileSync(workspace + "/a.txt", "utf8")),
  written: attempt(() => writeFileSync(workspace + "/made.txt", "made")),
  own: attempt(() => writeFileSync(new URL("more.js", import.meta.url), "")),
});
const result = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }),
  "tools/list": () => ({ tools: [{ name: "tell", inputSchema: { type: "object" } }] }),
  "tools/call": () => ({ content: [{ type: "text", text: JSON.stringify(tell()) }] }),
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (result[method]) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: result[method](params) }));
});
`;

const packageOf = (named: string): string =>
  JSON.stringify({
    type: "module",
    imports: { "#named": named },
    scripts: { start: "node tools/server.mjs" },
  });

const trusted: WorkFiles = {
  "tools/server.mjs": server("trusted"),
  "tools/beside.js": 'export default "trusted";',
  "tools/start.sh": { executable: "#!/bin/sh\n. tools/settings.sh\nexec node tools/server.mjs\n" },
  "tools/settings.sh": "",
  "tools/named.js": 'export default "trusted";',
  "package.json": packageOf("./tools/named.js"),
};

/** Leaves a mark where the pull request's author sees it, whatever it then does. */
const owning =
  'process.getBuiltinModule("fs").writeFileSync(process.env.EXPERT_STACK_WORKSPACE + "/owned", "");\n';

const hostile: WorkFiles = {
  "tools/server.mjs": owning + server("hostile"),
  "tools/beside.js": `${owning}export default "hostile";`,
  "tools/start.sh": { executable: '#!/bin/sh\n: >"$EXPERT_STACK_WORKSPACE/owned"\n' },
  "tools/settings.sh": ': >"$EXPERT_STACK_WORKSPACE/owned"\n',
  "hostile.js": `${owning}export default "hostile";`,
  "package.json": packageOf("./hostile.js").replace("node tools/server.mjs", "node hostile.js"),
  "tools/package.json": JSON.stringify({ type: "commonjs" }),
  "node_modules/some-dependency/index.js": `${owning}module.exports = 1;`,
  "tools/node_modules/some-dependency/index.js": `${owning}module.exports = 1;`,
  ".npmrc": "node-options=--import=./hostile.js\nscript-shell=./tools/start.sh\n",
  ".env": "NODE_OPTIONS=--import=./hostile.js\n",
};

const skill = (command: string, args: readonly string[], more = ""): string => `
[experts.reviewer.skills.local]
type = "mcpStdioSkill"
command = ${JSON.stringify(command)}
args = ${JSON.stringify(args)}
requiredEnv = ["EXPERT_STACK_WORKSPACE"]
${more}
`;

type Scene = AsyncDisposable & {
  readonly world: ActionWorld;
  readonly options: ActionOptions;
  run(more?: Partial<ActionOptions>): Promise<StepRun>;
};

type SceneOptions = {
  readonly skills?: string;
  readonly files?: WorkFiles;
  /** Called when the model is first asked. */
  readonly onAsked?: () => void;
};

/** A writer's pull request that changes these files; its head is what is checked out. */
const propose = async (
  changes: WorkFiles,
  { skills = skill("node", ["tools/server.mjs"]), files = trusted, onAsked }: SceneOptions = {},
): Promise<Scene> => {
  const world = await startActionWorld({
    files: { "perstack.toml": manifestOf({ skills }), "a.txt": "of the trusted commit", ...files },
    answers: (index) => {
      if (index === 0) onAsked?.();
      return index === 0 ? { toolCalls: [{ name: "tell", args: {} }] } : { text: "Done." };
    },
  });
  const { github, repository, checkout } = world;
  checkout.checkout("feature");
  checkout.commit({ "a.txt": "of the pull request", ...changes });
  checkout.mirrorTo(github.world, repository);
  const { number } = openPullRequest(github.world, repository, { author: "alice", head: "feature" });
  const webhook = await pullRequestEvent(world, { number, by: "alice" });
  const options = { webhook, inputs: { expert: "reviewer" } };
  return {
    world,
    options,
    run: ({ inputs, ...more } = {}) =>
      runStep(world, { ...options, inputs: { ...options.inputs, ...inputs }, ...more }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
};

const told = (ran: StepRun) => {
  expect(ran.log).not.toContain("::error");
  const [result] = ran.prompts[1]?.results ?? [];
  expect(result?.isError).toBe(false);
  return JSON.parse(result?.text ?? "{}");
};

/** Folders of trees that are there. */
const treesIn = ({ world: { temporary } }: Scene): readonly string[] => {
  const trees = join(temporary, "expert-stack", "trees");
  return existsSync(trees) ? readdirSync(trees) : [];
};

const isOwned = ({ world: { checkout } }: Scene): boolean => existsSync(join(checkout.directory, "owned"));

const allTrusted = { who: "trusted", beside: "trusted", named: "trusted", dependency: "missing" };

describe.each([["auto"], ["off"]])(
  "given a sandbox that is %s, and a pull request that changes all of a server",
  (sandbox) => {
    test.each<[string, readonly string[]]>([
      ["node", ["tools/server.mjs"]],
      ["tools/start.sh", []],
      ["sh", ["-c", "exec node tools/server.mjs"]],
      ["npm", ["start", "--silent"]],
    ])(
      "%s %j starts the trusted commit's, which works on the pull request's files",
      async (command, args) => {
        await using scene = await propose(hostile, { skills: skill(command, args) });
        const ran = await scene.run({ inputs: { sandbox } });
        expect(told(ran)).toMatchObject({
          ...allTrusted,
          ...{ cwd: "of the trusted commit", workspace: "of the pull request", written: "done" },
        });
        expect(readFileSync(join(scene.world.checkout.directory, "made.txt"), "utf8")).toBe("made");
        expect(ran.log).toMatch(/The skill "local" starts in a tree of the trusted commit [0-9a-f]{12}/);
        expect([isOwned(scene), treesIn(scene)]).toEqual([false, []]);
      },
    );
  },
);

test("a link in the place of the server's folder leads nowhere", async () => {
  const gone = Object.fromEntries(Object.keys(trusted).map((path) => [path, null]));
  const elsewhere = { "evil/server.mjs": `${owning}${server("hostile")}`, tools: { linkTo: "evil" } };
  await using scene = await propose({ ...gone, ...elsewhere });
  expect(told(await scene.run())).toMatchObject(allTrusted);
  expect(isOwned(scene)).toBe(false);
});

test("a server in a folder that is the workspace starts in that folder of the tree", async () => {
  const below = (files: WorkFiles): WorkFiles =>
    Object.fromEntries(Object.entries(files).map(([path, file]) => [`packages/one/${path}`, file]));
  await using scene = await propose(
    { ...below(hostile), "packages/one/a.txt": "of the pull request" },
    { files: { ...below(trusted), "packages/one/a.txt": "of the trusted commit" } },
  );
  const ran = await scene.run({ inputs: { "working-directory": "packages/one" } });
  expect(told(ran)).toMatchObject({
    ...allTrusted,
    ...{ cwd: "of the trusted commit", workspace: "of the pull request" },
  });
});

describe.runIf(isolates(await tierHere()))("given a sandbox that isolates", () => {
  test("the tree is there to read alone", async () => {
    await using scene = await propose(hostile);
    expect(told(await scene.run())).toMatchObject({ own: "EROFS" });
  });

  test('a skill with workspace = "read" reads the pull request\'s files and writes none', async () => {
    const skills = skill("node", ["tools/server.mjs"], 'workspace = "read"');
    await using scene = await propose(hostile, { skills });
    const ran = await scene.run();
    expect(told(ran)).toMatchObject({ workspace: "of the pull request", written: "EROFS" });
  });
});

/** Refused before the model is asked, with nothing left behind. */
const expectRefused = (scene: Scene, ran: StepRun, says: RegExp): void => {
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, "failure"]);
  expect(ran.log).toMatch(says);
  expect(ran.prompts).toEqual([]);
  expect([isOwned(scene), treesIn(scene)]).toEqual([false, []]);
};

test("a checkout that does not hold the trusted commit is told how to", async () => {
  await using scene = await propose(hostile);
  using clone = shallowClone(scene.world.checkout, "feature");
  const ran = await scene.run({ env: { GITHUB_WORKSPACE: clone.directory } });
  const main = scene.world.checkout.git("rev-parse", "--short=12", "main");
  expectRefused(scene, ran, new RegExp(`does not hold that commit, ${main}.*Write \`fetch-depth: 0\``));
});

test("a temporary folder in the checkout, above which its modules lie, is refused", async () => {
  await using scene = await propose(hostile);
  const temporary = join(scene.world.checkout.directory, "_temp");
  mkdirSync(temporary);
  const ran = await scene.run({ env: { RUNNER_TEMP: temporary } });
  expectRefused(scene, ran, /temporary folder lies in the checkout.*RUNNER_TEMP/);
});

test("a server that imports what was never committed is told why it is not there", async () => {
  const importing = { ...trusted, "tools/server.mjs": `import "some-dependency";${server("trusted")}` };
  await using scene = await propose(hostile, { files: importing });
  const ran = await scene.run();
  expectRefused(scene, ran, /Cannot find package 'some-dependency'(?:.|\n)*where only what is committed is/);
});

test("a tree that a killed job left is removed by post", async () => {
  let child: ChildProcess | undefined;
  await using scene = await propose(hostile, { onAsked: () => child?.kill("SIGKILL") });
  const ran = await scene.run({
    onStart: (started) => {
      child = started;
    },
  });
  expect([ran.signal, treesIn(scene).length]).toEqual(["SIGKILL", 1]);
  expect((await runPost(scene.world, scene.options, ran)).exitCode).toBe(0);
  expect(treesIn(scene)).toEqual([]);
});
