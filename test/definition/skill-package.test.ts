import { describe, expect, it } from "vitest";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";
import type { McpStdioSkill } from "../../src/definition/skill.ts";
import { isBaseSkill, isExactVersion, packageOf, remoteSkills } from "../../src/definition/skill-package.ts";

const skill = (command: string, rest: { packageName?: string; args?: readonly string[] }): McpStdioSkill => ({
  type: "mcpStdioSkill",
  pick: [],
  omit: [],
  requiredEnv: [],
  lazyInit: false,
  command,
  args: [],
  ...rest,
});

const npx = { manager: "npx" };
const uvx = { manager: "uvx" };

describe("given a skill that names a package", () => {
  it.each([
    ["npx", { packageName: "@a/b" }, { ...npx, name: "@a/b", args: [] }],
    [
      "npx",
      { packageName: "@a/b@1.2.3", args: ["--flag"] },
      { ...npx, name: "@a/b", version: "1.2.3", args: ["--flag"] },
    ],
    [
      "npx",
      { args: ["-y", "@a/b@1.2.3", "--flag", "x"] },
      { ...npx, name: "@a/b", version: "1.2.3", args: ["--flag", "x"] },
    ],
    ["npx", { args: ["b@latest", "-y"] }, { ...npx, name: "b", version: "latest", args: ["-y"] }],
    ["npx", { args: ["--yes", "--", "b"] }, { ...npx, name: "b", args: [] }],
    [
      "npx",
      { args: ["-y", "-p", "@a/b@2.0.0", "run", "x"] },
      { ...npx, name: "@a/b", version: "2.0.0", bin: "run", args: ["x"] },
    ],
    [
      "npx",
      { args: ["--package=b@2.0.0", "run"] },
      { ...npx, name: "b", version: "2.0.0", bin: "run", args: [] },
    ],
    ["bunx", { args: ["b@1.0.0"] }, { ...npx, name: "b", version: "1.0.0", args: [] }],
    [
      "uvx",
      { args: ["mcp-server-git@1.2.3", "--repo", "."] },
      { ...uvx, name: "mcp-server-git", version: "1.2.3", args: ["--repo", "."] },
    ],
    ["uvx", { packageName: "pkg[extra]==1.0" }, { ...uvx, name: "pkg[extra]", version: "1.0", args: [] }],
    [
      "uvx",
      { args: ["--from", "pkg==1.0", "tool", "x"] },
      { ...uvx, name: "pkg", version: "1.0", bin: "tool", args: ["x"] },
    ],
  ])("%s %j is %j", (command, rest, expected) => {
    expect(packageOf(skill(command, rest))).toEqual(expected);
  });
});

describe("given a skill whose program is no plain package", () => {
  it.each([
    ["node", { args: ["server.js"] }],
    ["npx", {}],
    ["npx", { args: ["-y"] }],
    ["npx", { args: ["./server"] }],
    ["npx", { args: ["../../x"] }],
    ["npx", { args: ["github:acme/server"] }],
    ["npx", { args: ["acme/server"] }],
    ["npx", { args: ["git+https://example.com/x.git"] }],
    ["npx", { args: ["b@file:../x"] }],
    ["npx", { args: ["b@https://example.com/x.tgz"] }],
    ["npx", { args: ["--call", "rm", "b"] }],
    ["npx", { packageName: "--registry=https://example.com" }],
    ["uvx", { args: ["--with", "x", "pkg"] }],
    ["uvx", { args: ["git+https://example.com/x"] }],
  ])("%s %j names none", (command, rest) => {
    expect(packageOf(skill(command, rest))).toBeUndefined();
  });
});

describe("given an entry for the base skill", () => {
  it.each([
    { packageName: "@perstack/base" },
    { packageName: "@perstack/base@0.0.34" },
    { args: ["-y", "@perstack/base"] },
    { args: ["-y", "@perstack/base@0.0.34"] },
  ])("knows %j", (rest) => {
    expect(isBaseSkill(skill("npx", rest))).toBe(true);
  });

  it("knows nothing else by that name", () => {
    expect(isBaseSkill(skill("npx", { packageName: "@perstack/base-extra" }))).toBe(false);
    expect(isBaseSkill(skill("node", { args: ["@perstack/base"] }))).toBe(false);
    expect(isBaseSkill({ type: "interactiveSkill", tools: {} })).toBe(false);
  });

  it("knows it in a manifest", () => {
    const text =
      '[experts.a]\ninstruction = "x"\n[experts.a.skills."@perstack/base"]\ntype = "mcpStdioSkill"\ncommand = "npx"\nargs = ["-y", "@perstack/base"]\n';
    const base = manifestOrThrow(parseManifest({ text, file: "f" })).experts.get("a")?.skills[
      "@perstack/base"
    ];
    expect(base && isBaseSkill(base)).toBe(true);
  });
});

describe("given what follows a package's name", () => {
  it.each(["1.2.3", "1.2.3-rc.1"])("%s is exact for npm", (version) => {
    expect(isExactVersion("npx", version)).toBe(true);
  });

  it.each(["^1.2.3", "1.2", "1.x", "latest"])("%s is not, for npm", (version) => {
    expect(isExactVersion("npx", version)).toBe(false);
  });

  it.each(["1", "2026.10.19", "1.0rc1", "1.0.post2", "1!2.0", "1.0.dev3", "1.0+local.1"])(
    "%s is exact for Python",
    (version) => expect(isExactVersion("uvx", version)).toBe(true),
  );

  it.each(["latest", "1.*", "^1.0", ">=1", "1.0;python_version<'3'", ""])(
    "%s is not, for Python",
    (version) => expect(isExactVersion("uvx", version)).toBe(false),
  );
});

describe("given an Expert's skills", () => {
  it("lists the remote ones in the order of their keys", () => {
    const far = { type: "mcpSseSkill", pick: [], omit: [], endpoint: "https://mcp.example.com/" } as const;
    const skills = { z: far, near: skill("node", {}), B: far };
    expect(remoteSkills(skills).map(({ name }) => name)).toEqual(["B", "z"]);
  });
});
