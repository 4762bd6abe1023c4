import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import { openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { WorkFiles } from "../helpers/git-repository.ts";
import { type ActionOptions, runPost } from "../helpers/run-action.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";

const root = join(import.meta.dirname, "..", "..");

const manifestOf = (skills = ""): string => `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review changes."
${skills}
`;

type Call = { readonly name: string; readonly args: unknown };

type Scene = AsyncDisposable & {
  readonly world: ActionWorld;
  readonly options: ActionOptions;
  readonly ran: StepRun;
  /** What each call gave back, in their order. */
  readonly results: StepRun["prompts"][number]["results"];
};

/** A model that makes these calls at once, on the pull request of someone who may triage and no more, unconfined. */
const startUntrusted = async (scene: {
  readonly calls: readonly Call[] | ((world: ActionWorld) => readonly Call[]);
  readonly manifest?: string;
  readonly proposed?: (world: ActionWorld) => WorkFiles;
  readonly prepare?: (world: ActionWorld) => Partial<ActionOptions> | undefined;
}): Promise<Scene> => {
  let calls: readonly Call[] = [];
  const world = await startActionWorld({
    files: { "perstack.toml": scene.manifest ?? manifestOf(), "a.txt": "one\n" },
    answers: (index) => (index === 0 && calls.length > 0 ? { toolCalls: calls } : { text: "An answer." }),
  });
  calls = typeof scene.calls === "function" ? scene.calls(world) : scene.calls;
  const { github, repository, checkout } = world;
  addCollaborator(github.world, repository, "tess", "triage");
  checkout.checkout("feature");
  checkout.commit({ "a.txt": "two\n", ...scene.proposed?.(world) });
  checkout.mirrorTo(github.world, repository);
  const pull = openPullRequest(github.world, repository, { author: "tess", head: "feature" });
  const webhook = await pullRequestEvent(world, { number: pull.number, by: "tess" });
  const inputs = { expert: "reviewer", permission: "triage", sandbox: "off" };
  const options = { webhook, inputs, ...scene.prepare?.(world) };
  const ran = await runStep(world, options);
  return {
    world,
    options,
    ran,
    results: ran.prompts[1]?.results ?? [],
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
};

test("exec is not offered, and calling it all the same runs nothing", async () => {
  const touch = { command: "touch", args: ["canary"] };
  await using scene = await startUntrusted({ calls: [{ name: "exec", args: touch }] });
  const { ran, results, world } = scene;
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
  expect(ran.prompts[0]?.tools).toContain("readTextFile");
  expect(ran.prompts[0]?.tools).not.toContain("exec");
  expect(results).toEqual([{ isError: true, text: expect.stringContaining("exec") }]);
  expect(existsSync(join(world.checkout.directory, "canary"))).toBe(false);
});

test.each([
  ["a stdio skill of a program", 'command = "touch"\nargs = ["canary"]'],
  ["a stdio skill of a package", 'command = "npx"\npackageName = "some-server@1.0.0"'],
])("%s is denied with the reason before anything starts", async (_, command) => {
  const manifest = manifestOf(`[experts.reviewer.skills.helper]\ntype = "mcpStdioSkill"\n${command}`);
  await using scene = await startUntrusted({ manifest, calls: [] });
  const { ran, world } = scene;
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "denied"]);
  expect(ran.summary).toContain("tess may not write to this repository. So the trigger is untrusted");
  expect(ran.summary).toContain('would run a process for its skill "helper"');
  expect(ran.summary).toContain("Set `sandbox` to `auto` for one. Or use an Expert with the base skill only");
  expect(ran.prompts).toEqual([]);
  expect(world.results.requests).toEqual([]);
  expect(readdirSync(world.checkout.directory)).not.toContain("canary");
  expect(existsSync(join(world.temporary, "tool-cache"))).toBe(false);
});

test("the file tools work on the workspace", async () => {
  await using scene = await startUntrusted({
    calls: [
      { name: "readTextFile", args: { path: "a.txt" } },
      { name: "writeTextFile", args: { path: "notes/b.txt", text: "made here\n" } },
      { name: "listDirectory", args: { path: "." } },
    ],
  });
  const { results, world } = scene;
  expect(results.map(({ isError }) => isError)).toEqual([false, false, false]);
  expect(results[0]?.text).toContain("two");
  expect(results[2]?.text).toContain("a.txt");
  expect(results[2]?.text).not.toContain(".git");
  expect(readFileSync(join(world.checkout.directory, "notes/b.txt"), "utf8")).toBe("made here\n");
});

describe("the file tools see nothing of", () => {
  const canary = "canary-that-no-expert-may-see";
  const inside = ({ checkout }: ActionWorld, path: string): string => join(checkout.directory, path);
  const plant = (path: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `[planted]\n\tvalue = ${canary}\n`);
  };
  const attempts = (paths: Readonly<Record<"read" | "move" | "write", string>>): readonly Call[] => [
    { name: "readTextFile", args: { path: paths.read } },
    { name: "getFileInfo", args: { path: paths.read } },
    { name: "readPdfFile", args: { path: paths.read } },
    { name: "writeTextFile", args: { path: paths.write, text: "hostile" } },
    { name: "appendTextFile", args: { path: paths.write, text: "hostile" } },
    { name: "editTextFile", args: { path: paths.write, oldText: canary, newText: "hostile" } },
    { name: "moveFile", args: { source: paths.move, destination: "loot" } },
  ];
  const links = { read: "link-read", write: "link-write", move: "link-move" };

  test.each<[string, (world: ActionWorld) => string]>([
    ["RUNNER_TEMP", ({ temporary }) => join(temporary, "planted")],
    [
      "what the runner reads after the step",
      ({ temporary }) => join(temporary, "_runner_file_commands", "set_env"),
    ],
    ["the action's own code", () => join(root, "dist", "index.js")],
    ["the action's other files", () => join(root, "action.yml")],
    ["the process's environment", () => "/proc/self/environ"],
    ["the machine", () => "/etc/hostname"],
    ["the checkout's credentials", (world) => inside(world, ".git/config")],
    ["git's hooks", (world) => inside(world, ".git/hooks/pre-commit")],
    ["stored jobs", (world) => inside(world, ".expert-stack/jobs/one/events.jsonl")],
    ["stored jobs in a folder below", (world) => inside(world, "deep/.expert-stack/x")],
  ])("%s, by its path or by a link in the pull request", async (_, pathIn) => {
    const isOurs = (path: string): boolean => !/^\/(proc|etc)\/|\/dist\/index\.js$|\/action\.yml$/.test(path);
    let path = "";
    let before = "";
    await using scene = await startUntrusted({
      calls: (world) => {
        const own = pathIn(world);
        return [
          ...attempts({ read: own, write: own, move: own }),
          { name: "deleteFile", args: { path: own } },
          ...attempts(links),
        ];
      },
      proposed: (world) =>
        Object.fromEntries(Object.values(links).map((link) => [link, { linkTo: pathIn(world) }])),
      prepare: (world) => {
        path = pathIn(world);
        if (isOurs(path)) plant(path);
        before = path.startsWith("/proc/") ? "" : readFileSync(path, "utf8");
        return undefined;
      },
    });
    const { ran, results, world } = scene;
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
    expect(results).toHaveLength(15);
    for (const result of results.slice(0, 11)) {
      expect(result).toEqual({ isError: true, text: expect.stringContaining("PATH_ESCAPE") });
    }
    // A link itself may be replaced or moved; what it leads to may not be touched.
    expect([results[12]?.isError, results[13]?.isError]).toEqual([true, true]);
    const everything = JSON.stringify(world.model.requests);
    expect(everything).not.toContain(`value = ${canary}`);
    expect(everything).not.toContain("ANTHROPIC_API_KEY=");
    if (!path.startsWith("/proc/")) expect(readFileSync(path, "utf8")).toBe(before);
  });
});

test("a runner that keeps its temporary folder inside the checkout keeps it to itself", async () => {
  const outputs = "_temp/_runner_file_commands/set_output";
  await using scene = await startUntrusted({
    calls: [
      { name: "readTextFile", args: { path: outputs } },
      { name: "writeTextFile", args: { path: outputs, text: "conclusion=success" } },
      { name: "listDirectory", args: { path: "_temp" } },
      { name: "moveFile", args: { source: "_temp", destination: "elsewhere" } },
      { name: "listDirectory", args: { path: "." } },
    ],
    prepare: ({ checkout }) => {
      const path = join(checkout.directory, outputs);
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, "");
      return { env: { RUNNER_TEMP: join(checkout.directory, "_temp") } };
    },
  });
  const { results, world } = scene;
  expect(results.map(({ text }) => /PATH_ESCAPE/.test(text))).toEqual([true, true, true, true, false]);
  expect(results[4]?.text).not.toContain("_temp");
  expect(readFileSync(join(world.checkout.directory, outputs), "utf8")).toBe("");
});

test("a repository that uses its own action keeps the code that post still has to run", async () => {
  const hostile = "process.stdout.write('hostile');";
  await using scene = await startUntrusted({
    calls: [
      { name: "readTextFile", args: { path: "dist/index.js", to: 1 } },
      { name: "writeTextFile", args: { path: "dist/index.js", text: hostile } },
      { name: "writeTextFile", args: { path: "dist/new.js", text: hostile } },
      { name: "deleteDirectory", args: { path: "dist", recursive: true } },
      { name: "moveFile", args: { source: "dist", destination: "elsewhere" } },
      { name: "readTextFile", args: { path: "a.txt" } },
    ],
    prepare: ({ checkout }) => {
      cpSync(join(root, "dist"), join(checkout.directory, "dist"), { recursive: true });
      return { action: checkout.directory };
    },
  });
  const { ran, results, world, options } = scene;
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
  expect(results.map(({ text }) => /PATH_ESCAPE/.test(text))).toEqual([true, true, true, true, true, false]);
  const code = join(world.checkout.directory, "dist", "index.js");
  expect(readFileSync(code)).toEqual(readFileSync(join(root, "dist", "index.js")));
  const post = await runPost(world, options, ran);
  expect([post.exitCode, post.log]).toEqual([0, expect.not.stringContaining("hostile")]);
});
