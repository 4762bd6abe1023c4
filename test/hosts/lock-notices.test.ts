import { expect, test } from "vitest";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import { startNotices } from "../../src/hosts/lock-notices.ts";
import type { LockedExpert } from "../../src/registry/lockfile.ts";

const expert = z.parse(Expert, {
  instruction: "x",
  skills: {
    "@perstack/base": { type: "mcpStdioSkill", command: "npx", packageName: "@perstack/base" },
    search: {
      ...{ type: "mcpStdioSkill", command: "npx", packageName: "search@1.2.3", args: ["--limit=20"] },
      requiredEnv: ["GITHUB_TOKEN", "SEARCH_KEY"],
    },
    remote: { type: "mcpSseSkill", endpoint: "https://mcp.example.com/" },
    ask: { type: "interactiveSkill", tools: { askUser: { inputJsonSchema: '{"type":"object"}' } } },
  },
});

const pin = {
  ...{ requests: ["@acme/x"], source: "github.com/acme/x", tag: "v1.0.0", commit: "a".repeat(40) },
  ...{ path: "perstack.toml", blob: "b".repeat(40), sha256: "c".repeat(64) },
};

const elsewhere: LockedExpert = { key: "@acme/x@1.0.0", expert, pin, toolDefinitions: [] };

const own: LockedExpert = { key: "own", expert, toolDefinitions: [] };

test("what is started and asked for an Expert of elsewhere is said before, with the variables that it is given", () => {
  expect(startNotices([elsewhere, own])).toEqual([
    "@acme/x@1.0.0 starts npx search@1.2.3 --limit=20, given GITHUB_TOKEN, SEARCH_KEY",
    "@acme/x@1.0.0 asks https://mcp.example.com/",
  ]);
});
