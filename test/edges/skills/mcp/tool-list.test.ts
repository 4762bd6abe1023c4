import { expect, test } from "vitest";
import { chosenTools, definedTools } from "../../../../src/edges/skills/mcp/tool-list.ts";

const tool = (name: string, description: string) => ({
  name,
  description,
  inputSchema: { type: "object" as const },
});

const choose = (listed: Parameters<typeof definedTools>[0], omit: readonly string[] = []) => {
  const warnings: string[] = [];
  const chosen = chosenTools(definedTools(listed, "crm"), { pick: [], omit }, (text) => warnings.push(text));
  return { names: chosen.map(({ name }) => name), warnings };
};

test("a tool whose definition is larger than 32 KB is left out, and named", () => {
  const listed = [tool("small", "x"), tool("large", "é".repeat(17_000)), tool("last", "x")];
  const { names, warnings } = choose(listed);
  expect(names).toEqual(["small", "last"]);
  expect(warnings).toEqual([
    "has tools whose definition is larger than 32 KB; they are left out: large. Name the tools that the Expert needs in `pick`.",
  ]);
});

test("a schema counts like a description", () => {
  const inputSchema = { type: "object" as const, properties: { a: { description: "x".repeat(33_000) } } };
  expect(choose([{ name: "large", inputSchema }]).names).toEqual([]);
});

test("tools beyond 256 KB of definitions together are left out, and the first of them are named", () => {
  const listed = Array.from({ length: 60 }, (_, index) => tool(`t${index}`, "x".repeat(10_000)));
  const { names, warnings } = choose(listed);
  expect(names).toEqual(listed.slice(0, 26).map(({ name }) => name));
  expect(warnings).toEqual([
    expect.stringMatching(
      /^has more than 256 KB of tool definitions; these are left out: t26, t27, .*t35 and 24 more\. /,
    ),
  ]);
});

test("what `omit` takes out takes no room and is not warned about", () => {
  const { names, warnings } = choose([tool("large", "x".repeat(40_000)), tool("small", "x")], ["large"]);
  expect([names, warnings]).toEqual([["small"], []]);
});

test("a name without end is not repeated in full", () => {
  const { warnings } = choose([tool("n".repeat(40_000), "x")]);
  expect(warnings[0]?.length).toBeLessThan(300);
});

test("a tool whose name no provider takes is left out, and named", () => {
  const odd = ["files.read", "a/b", "with space", "", "n".repeat(129)];
  const { names, warnings } = choose([...odd, "fine_1-a", "n".repeat(128)].map((name) => tool(name, "x")));
  expect(names).toEqual(["fine_1-a", "n".repeat(128)]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^has tools with names that models cannot call; .*: files\.read, a\/b, with space, /,
    ),
  ]);
});
