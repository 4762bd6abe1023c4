import { describe, expect, test } from "vitest";
import { Expert } from "../../src/definition/expert.ts";
import { newlyAllowed, permissionsOf } from "../../src/registry/permission.ts";

const expertOf = (skills: object, more: object = {}): Expert =>
  Expert.parse({ instruction: "Work.", skills, ...more });

const github = { type: "mcpStdioSkill", command: "npx", packageName: "github-mcp@1.2.3" };

const texts = (before: Expert, after: Expert): readonly string[] =>
  newlyAllowed(before, after).map(({ kind, text }) => `${kind}: ${text}`);

test("an Expert may use what its skills name, its delegates, and the base skill without being told so", () => {
  const expert = expertOf(
    {
      github: {
        ...github,
        args: ["--read-only"],
        requiredEnv: ["GH_TOKEN"],
        allowedDomains: ["api.github.com"],
      },
      search: { type: "mcpSseSkill", endpoint: "https://search.example/mcp", omit: ["index"] },
      person: { type: "interactiveSkill", tools: { ask: { inputJsonSchema: '{"type":"object"}' } } },
    },
    { delegates: ["@acme/style@1"], providerTools: ["webSearch"] },
  );
  expect(permissionsOf(expert).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
    "process: npx github-mcp@1.2.3 --read-only for github",
    "endpoint: https://search.example/mcp for search",
    "variable: GH_TOKEN for github",
    "domain: api.github.com for github",
    "delegate: @acme/style@1",
    "tools: all of github",
    "tools: all of search but index",
    "tools: all of the base skill",
    "workspace: github changes it",
    "workspace: its own tools change it",
    "provider: webSearch",
    "person: ask of person",
  ]);
});

describe("what a later definition newly allows", () => {
  const base = expertOf({ github });

  test.each([
    [
      "another version of a package",
      { ...github, packageName: "github-mcp@1.3.0" },
      "process: npx github-mcp@1.3.0 for github",
    ],
    ["an argument", { ...github, args: ["--all"] }, "process: npx github-mcp@1.2.3 --all for github"],
    ["a variable", { ...github, requiredEnv: ["GH_TOKEN"] }, "variable: GH_TOKEN for github"],
    ["a domain", { ...github, allowedDomains: ["api.github.com"] }, "domain: api.github.com for github"],
  ])("is %s", (_, skill, text) => {
    expect(texts(base, expertOf({ github: skill }))).toEqual([text]);
  });

  test("is nothing where a package is only written in another way", () => {
    const written = { type: "mcpStdioSkill", command: "npx", args: ["-y", "github-mcp@1.2.3"] };
    expect(texts(base, expertOf({ github: written }))).toEqual([]);
  });

  test.each([
    ["fewer", {}, { pick: ["read"] }, []],
    ["others", { pick: ["read"] }, { pick: ["read", "write"] }, ["tools: read, write of github"]],
    ["all", { pick: ["read"] }, {}, ["tools: all of github"]],
    ["those that were left out", { omit: ["write"] }, {}, ["tools: all of github"]],
    ["all but more", { omit: ["write"] }, { omit: ["write", "read"] }, []],
    ["one that was left out", { omit: ["write"] }, { pick: ["write"] }, ["tools: write of github"]],
    ["picked and left out", { omit: ["write"] }, { pick: ["write", "read"], omit: ["write"] }, []],
  ])("is told of tools: %s", (_, before, after, expected) => {
    const [old, now] = [before, after].map((selection) => expertOf({ github: { ...github, ...selection } }));
    expect(texts(old ?? base, now ?? base)).toEqual(expected);
  });

  test("is the base skill whole, where it was narrowed by an entry before", () => {
    const narrow = { type: "mcpStdioSkill", command: "npx", packageName: "@perstack/base", omit: ["exec"] };
    expect(texts(expertOf({ base: narrow }), expertOf({}))).toEqual(["tools: all of the base skill"]);
    expect(texts(expertOf({}), expertOf({ base: narrow }))).toEqual([]);
  });

  test("is a workspace that can be written", () => {
    expect(texts(expertOf({}, { workspace: "read" }), expertOf({}))).toEqual([
      "workspace: its own tools change it",
    ]);
  });
});
