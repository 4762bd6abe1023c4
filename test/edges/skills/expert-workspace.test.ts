import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expertWorld, skillTable, skillToolsOf } from "./open-expert.ts";

const baseEntry = [
  '[experts.a.skills."@perstack/base"]',
  ...[
    'type = "mcpStdioSkill"',
    'command = "npx"',
    'packageName = "@perstack/base"',
    'workspace = "read"',
    "",
  ],
].join("\n");

test.each([
  ["of the Expert", 'workspace = "read"\n'],
  ["of its entry for the base skill", baseEntry],
])(
  'given the workspace "read" %s, the base skill reads and neither writes nor runs programs',
  async (_, toml) => {
    const world = expertWorld();
    writeFileSync(join(world.workspace, "a.txt"), "text");
    const skills = await world.open(toml);
    expect(skills.tools.map((tool) => tool.name).toSorted()).toEqual([
      "attemptCompletion",
      "clearTodo",
      "getFileInfo",
      "healthCheck",
      "listDirectory",
      "readImageFile",
      "readPdfFile",
      "readTextFile",
      "todo",
    ]);
    expect(await world.call(skills, "readTextFile", { path: "a.txt" })).toContain("text");
    for (const [tool, args] of [
      ["writeTextFile", { path: "a.txt", text: "changed" }],
      ["exec", { command: "rm", args: ["a.txt"] }],
    ] as const) {
      expect(await world.call(skills, tool, args)).toContain(`No skill offers "${tool}"`);
    }
    expect(readFileSync(join(world.workspace, "a.txt"), "utf8")).toBe("text");
    expect(world.notes()).toEqual([]);
  },
);

test('given the workspace "read" and a skill with a process, a warning says where nothing holds it to that', async () => {
  const world = expertWorld();
  world.list("tools", [{ name: "pid" }]);
  const skills = await world.open(`workspace = "read"\n${skillTable("s", world.args("tools"))}`);
  expect(skillToolsOf(skills)).toEqual(["pid"]);
  expect(world.notes()).toEqual([
    'The skill "s" may only read the workspace, and no sandbox holds it to that here: it can write.',
  ]);
});

test('given the workspace "private", files go to a folder that is gone afterwards, and skills start in it', async () => {
  const world = expertWorld();
  writeFileSync(join(world.workspace, "a.txt"), "text");
  const before = readdirSync(world.cache);
  const where = `["-e", ${JSON.stringify(
    `const r = require("node:readline"); r.createInterface({ input: process.stdin }).on("line", (l) => {
      const { id, method, params } = JSON.parse(l);
      const tools = [{ name: "where", description: process.cwd(), inputSchema: { type: "object" } }];
      const results = { initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }, "tools/list": { tools } };
      if (results[method]) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: results[method] }));
    })`,
  )}]`;
  const skills = await world.open(`workspace = "private"\n${skillTable("s", where)}`);
  expect(await world.call(skills, "listDirectory", { path: "." })).not.toContain("a.txt");
  await world.call(skills, "writeTextFile", { path: "b.txt", text: "mine" });
  const folder = skills.tools.find((tool) => tool.name === "where")?.description ?? "";
  expect(readFileSync(join(folder, "b.txt"), "utf8")).toBe("mine");
  expect(existsSync(join(world.workspace, "b.txt"))).toBe(false);
  await skills[Symbol.asyncDispose]();
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(world.cache)).toEqual(before);
});
