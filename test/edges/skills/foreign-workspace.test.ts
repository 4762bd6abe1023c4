import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { manifestOrThrow, parseManifest } from "../../../src/definition/manifest.ts";
import { localSkills } from "../../../src/edges/skills/local-skills.ts";
import type { OpenSkills } from "../../../src/run/ports.ts";
import { noSandbox } from "../../helpers/no-sandbox.ts";
import { temporaryDirectory } from "./mcp/fixture-skill.ts";

/** Tells, as the description of its only tool, where it was started and which programs it would find. */
const server = `
  import { createInterface } from "node:readline";
  const { PATH: path, EXPERT_STACK_WORKSPACE: workspace } = process.env;
  const description = JSON.stringify({ cwd: process.cwd(), path, workspace, args: process.argv.slice(2) });
  const result = {
    initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }),
    "tools/list": () => ({ tools: [{ name: "tell", description, inputSchema: { type: "object" } }] }),
  };
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params } = JSON.parse(line);
    if (result[method]) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: result[method](params) }));
  });
`;

/** A package that was installed before, so that neither npm nor a network is needed. */
const putPackage = (cache: string, name: string, version: string): void => {
  const spec = `${name}@${version}`;
  const digest = (text: string) => createHash("sha256").update(`npx\n${text}`).digest("hex");
  const lock = "{}";
  const directory = join(cache, "packages", `${name}-${digest(lock)}`);
  const own = join(directory, "node_modules", name);
  mkdirSync(own, { recursive: true });
  const record = { v: 1, name, version, integrity: "sha512-x", lock };
  mkdirSync(join(cache, "locks"), { recursive: true });
  writeFileSync(join(cache, "locks", `${spec}-${digest(spec).slice(0, 12)}.json`), JSON.stringify(record));
  writeFileSync(join(own, "package.json"), JSON.stringify({ type: "module", bin: { [name]: "main.js" } }));
  writeFileSync(join(own, "main.js"), server);
};

type Checkout = {
  readonly workspace: string;
  readonly cache: string;
  readonly tree: string;
  open(command: string, args: readonly string[], more?: string): Promise<OpenSkills>;
};

/** A checkout that someone else has written, with a server of theirs in it. @param folder of it, where work is done */
const foreignCheckout = (folder = ".", whose: "another" | "trusted" = "another"): Checkout => {
  const directory = temporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  const [checkout, cache, tree] = [at("checkout"), at("cache"), at("tree")];
  for (const path of [tree, join(checkout, "dist"), join(checkout, folder)])
    mkdirSync(path, { recursive: true });
  writeFileSync(join(tree, "server.mjs"), server);
  for (const file of ["server.ts", "dist/index.js"]) writeFileSync(join(checkout, file), server);
  putPackage(cache, "some-server", "1.2.3");
  const skills = localSkills({
    workspace: join(checkout, folder),
    checkout,
    hidden: [],
    cacheDirectory: cache,
    environment: {
      PATH: [join(checkout, "dist"), "dist", process.env.PATH].join(delimiter),
    },
    trust: "trusted",
    localCommands:
      whose === "trusted"
        ? "allowed"
        : { open: async () => ({ commit: "c".repeat(40), root: tree, folder: tree }) },
    allowHosts: [],
    sandbox: noSandbox,
    stepTimeoutMs: 10_000,
  });
  onTestFinished(() => directory[Symbol.dispose]());
  return {
    workspace: checkout,
    ...{ cache, tree },
    async open(command, args, more = "") {
      const text = `[experts.a]\ninstruction = "x"\n[experts.a.skills.s]\ntype = "mcpStdioSkill"\ncommand = ${JSON.stringify(command)}\nargs = ${JSON.stringify(args)}\n${more}\n`;
      const expert = manifestOrThrow(parseManifest({ text, file: "perstack.toml" })).experts.get("a");
      if (expert === undefined) throw new Error("the manifest has no Expert");
      const request = {
        runId: "r0",

        expertKey: "a",
        expert,
        emit: () => undefined,
      };
      return await skills.open(request, new AbortController().signal);
    },
  };
};

const told = (skills: OpenSkills) =>
  JSON.parse(skills.tools.find((tool) => tool.name === "tell")?.description ?? "{}");

test.each([
  ["node", ["dist/index.js"]],
  ["node", ["dist/index"]],
  ["node", ["-e", "require('./dist/index')"]],
  ["npm", ["start"]],
  ["npm", ["run", "start"]],
  ["bun", ["run", "start"]],
  ["make", ["serve"]],
  ["uv", ["run", "serve"]],
  ["some-server-of-the-path", []],
])("%s %j is refused, whether it names a file or not", async (command, args) => {
  const opening = foreignCheckout().open(command, args);
  await expect(opening).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining("not the trusted commit"),
    remedy: expect.stringMatching(
      /requiredEnv = \["EXPERT_STACK_WORKSPACE"\].*published package with an exact version.*`push` or `workflow_dispatch`/,
    ),
  });
});

const asking = 'requiredEnv = ["EXPERT_STACK_WORKSPACE"]';

test("a program that asks where the workspace is starts in the tree, and finds no program of the checkout", async () => {
  const { open, workspace, tree } = foreignCheckout();
  await using skills = await open("node", ["server.mjs", "--fast"], asking);
  const { path, ...rest } = told(skills);
  expect(rest).toEqual({ cwd: tree, workspace, args: ["--fast"] });
  expect(path.split(delimiter)).not.toContain("dist");
  expect(path).not.toContain(workspace);
});

test.each<[string, (checkout: string) => readonly string[]]>([
  ["a file of the checkout", (checkout) => [join(checkout, "server.ts")]],
  ["a file that it would complete", (checkout) => [join(checkout, "dist/index")]],
  ["the checkout, which may be a program itself", (checkout) => [checkout]],
  ["a folder of the checkout by an address", (checkout) => [`--import=file://${checkout}/dist`]],
  ["a command line with a file of the checkout", (checkout) => ["-e", `import("${checkout}/new.js")`]],
  ["a way out of the tree into the checkout", () => ["../checkout/new.js"]],
])("a program that asks, and is told %s, is refused", async (_, args) => {
  const { open, workspace } = foreignCheckout();
  await expect(open("node", args(workspace), asking)).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringMatching(/The skill "s" is given "[^"]+" of the workspace/),
  });
});

test("a package that is a folder of the repository is refused, whatever it asks for", async () => {
  const { open, tree } = foreignCheckout();
  writeFileSync(join(tree, "package.json"), "{}");
  await expect(open("npx", ["./server"], asking)).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    remedy: expect.not.stringContaining("requiredEnv"),
  });
});

test("where the workspace is the trusted commit, it is named, too, to a server and to what exec starts", async () => {
  const { open, workspace } = foreignCheckout(".", "trusted");
  const base = `[experts.a.skills."@perstack/base"]
type = "mcpStdioSkill"
command = "npx"
packageName = "@perstack/base"
${asking}`;
  await using skills = await open("node", ["server.ts"], `${asking}\n${base}`);
  expect(told(skills)).toMatchObject({ cwd: workspace, workspace });
  const args = { command: "printenv", args: ["EXPERT_STACK_WORKSPACE"] };
  const { contents } = await skills.call(
    { type: "toolCall", id: "c", tool: "exec", args },
    new AbortController().signal,
  );
  expect(JSON.stringify(contents)).toContain(workspace);
});

test("a package that asks where the workspace is is told", async () => {
  const { open, workspace } = foreignCheckout();
  await using skills = await open("npx", ["some-server@1.2.3"], asking);
  expect(told(skills).workspace).toBe(workspace);
});

test.each([["server.ts"], ["./dist/index.js"], ["--import=./server.ts"], ["exec node dist/index.js"]])(
  "a package is refused the checkout's file in %j",
  async (argument) => {
    const opening = foreignCheckout().open("npx", ["-y", "some-server@1.2.3", argument]);
    await expect(opening).rejects.toMatchObject({
      code: "SKILL_REFUSED",
      message: expect.stringMatching(/The skill "s" is given "\S+" of the workspace/),
    });
  },
);

test.each(["server", "dist/index", "dist/new.js"])(
  "a package is refused %s of the checkout by absolute path, which a program may complete",
  async (path) => {
    const { open, workspace } = foreignCheckout();
    const opening = open("npx", ["some-server@1.2.3", join(workspace, path)]);
    await expect(opening).rejects.toMatchObject({ code: "SKILL_REFUSED" });
  },
);

test("a package runs, in an empty folder that is gone afterwards, and finds no program of the checkout", async () => {
  const { open, workspace, cache } = foreignCheckout();
  const before = readdirSync(cache);
  {
    await using skills = await open("npx", ["some-server@1.2.3", workspace, "stdio"]);
    const { cwd, path, args } = told(skills);
    expect(cwd.startsWith(`${cache}/`)).toBe(true);
    expect(readdirSync(cwd)).toEqual([]);
    expect(path.split(delimiter)).not.toContain("dist");
    expect(path).not.toContain(workspace);
    expect(args).toEqual([workspace, "stdio"]);
  }
  expect(readdirSync(cache)).toEqual(before);
});

test("work in one folder of the checkout does not let in what stands in the others", async () => {
  const { open, workspace } = foreignCheckout("packages/one");
  for (const path of [join(workspace, "server"), "../../server.ts"]) {
    await expect(open("npx", ["some-server@1.2.3", path])).rejects.toMatchObject({ code: "SKILL_REFUSED" });
  }
  await using skills = await open("npx", ["some-server@1.2.3"]);
  expect(told(skills).path).not.toContain(workspace);
});
