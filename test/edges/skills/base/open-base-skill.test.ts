import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { baseTools } from "../../../../src/edges/skills/base/base-tools.ts";
import { openBaseSkill } from "../../../../src/edges/skills/base/open-base-skill.ts";
import { argumentsError } from "../../../../src/job/tool-arguments.ts";
import { plainStart } from "../../../helpers/no-sandbox.ts";
import { openSkill } from "./skill-fixture.ts";

/** Perstack's names and arguments, `?` when they may be left out. */
const signatures = [
  "healthCheck()",
  "exec(command, args?, env?, cwd?, stdout?, stderr?, timeout?)",
  "getFileInfo(path)",
  "listDirectory(path)",
  "createDirectory(path)",
  "deleteFile(path)",
  "deleteDirectory(path, recursive?)",
  "moveFile(source, destination)",
  "readTextFile(path, from?, to?)",
  "readImageFile(path)",
  "readPdfFile(path)",
  "writeTextFile(path, text)",
  "appendTextFile(path, text)",
  "editTextFile(path, oldText, newText)",
];

const schemaOf = (name: string) => {
  const schema = baseTools.find((tool) => tool.name === name)?.inputSchema;
  if (schema === undefined) throw new Error(`no tool ${name}`);
  return schema;
};

test("the tools have Perstack's names and arguments, and each can be called", async () => {
  const shown = baseTools.map(({ name, inputSchema }) => {
    const required = new Set(Array.isArray(inputSchema.required) ? inputSchema.required : []);
    const args = Object.keys(inputSchema.properties ?? {}).map((key) =>
      required.has(key) ? key : `${key}?`,
    );
    return `${name}(${args.join(", ")})`;
  });
  expect(shown).toEqual(signatures);
});

test("an unknown or missing argument, or one of another type, is refused by the schema", () => {
  expect(argumentsError(schemaOf("readTextFile"), { path: "a", from: 0 })).toBeUndefined();
  for (const args of [
    {},
    { path: 1 },
    { path: "a", encoding: "x" },
    { path: "a", from: -1 },
    { path: "a", to: 1.5 },
  ]) {
    expect(argumentsError(schemaOf("readTextFile"), args)).toBeDefined();
  }
  expect(argumentsError(schemaOf("editTextFile"), { path: "a", oldText: "", newText: "x" })).toBeDefined();
  expect(argumentsError(schemaOf("exec"), { command: "env", env: { A: 1 } })).toBeDefined();
});

test("all definitions together stay under 4 KB, since they go with every request", () => {
  const sent = baseTools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThan(4_000);
});

test("only tools that change nothing may be repeated after a crash", () => {
  expect(baseTools.filter((tool) => tool.readOnly).map((tool) => tool.name)).toEqual([
    "healthCheck",
    "getFileInfo",
    "listDirectory",
    "readTextFile",
    "readImageFile",
    "readPdfFile",
  ]);
});

test("a withheld exec is not offered", async () => {
  const options = { workspace: tmpdir(), hidden: [], environment: {}, stepTimeoutMs: 1, start: plainStart };
  await using withheld = openBaseSkill({ ...options, exec: "withheld" });
  await using allowed = openBaseSkill({ ...options, exec: "allowed" });
  expect(allowed.tools).toEqual(baseTools);
  expect(withheld.tools).toEqual(baseTools.filter((tool) => tool.name !== "exec"));
});

test("health tells the workspace, an unknown tool is an error the model can read", async () => {
  const { call, workspace } = openSkill();
  expect((await call("healthCheck", {})).value).toEqual({ status: "ok", workspace, exec: "allowed" });
  expect(await call("format", {})).toMatchObject({
    isError: true,
    value: { message: "There is no tool format." },
  });
});

test("a workspace that does not exist cannot be opened", () => {
  const open = () =>
    openBaseSkill({
      workspace: "/no/such/place",
      hidden: [],
      environment: {},
      exec: "allowed",
      start: plainStart,
      stepTimeoutMs: 1,
    });
  expect(open).toThrow("ENOENT");
});
