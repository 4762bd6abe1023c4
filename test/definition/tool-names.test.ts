import { describe, expect, it } from "vitest";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";
import {
  baseToolNames,
  delegateToolName,
  toolClaims,
  toolCollisions,
} from "../../src/definition/tool-names.ts";

describe("given an Expert with tools from everywhere", () => {
  const text = `
[experts.a]
instruction = "x"
delegates = ["@acme/triage@1.2.3", "b"]
skills.ask = { type = "interactiveSkill", tools.question = { inputJsonSchema = "{}" } }
skills.gh = { type = "mcpStdioSkill", command = "gh-mcp" }
[experts.b]
instruction = "y"
`;
  const expert = manifestOrThrow(parseManifest({ text, file: "f" })).experts.get("a");
  const claims = expert === undefined ? [] : toolClaims(expert);

  it("knows the seventeen of the base skill", () => {
    expect(new Set(baseToolNames).size).toBe(17);
    expect(claims.filter(({ owner }) => owner === "the base skill")).toHaveLength(17);
  });

  it("calls a delegate by its name without scope and version", () => {
    expect(claims.slice(17).map(({ tool, owner }) => `${tool}: ${owner}`)).toEqual([
      'question: skill "ask"',
      'triage: delegate "@acme/triage@1.2.3"',
      'b: delegate "b"',
    ]);
    expect(delegateToolName("@acme/triage@stable")).toBe("triage");
  });

  it("reports each later owner against the first", () => {
    const found = toolCollisions([
      { tool: "x", owner: "one" },
      { tool: "y", owner: "one" },
      { tool: "x", owner: "two" },
      { tool: "x", owner: "three" },
      { tool: "y", owner: "one" },
    ]);
    expect(found.map(({ tool, first, second }) => `${tool}: ${first.owner}, ${second.owner}`)).toEqual([
      "x: one, two",
      "x: one, three",
    ]);
  });
});
