import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type FailedStart, startHint } from "../../../../src/edges/skills/mcp/start-hint.ts";

const held = { tier: "bubblewrap", network: "enforced", refusedHosts: [] } as const;

const failed = (rest: Partial<FailedStart>): FailedStart => ({
  command: "node",
  args: ["tools/server.mjs", "it's here"],
  cwd: "/work",
  startsIn: "elsewhere",
  words: "",
  hosts: [],
  given: new Set(["PATH"]),
  known: new Set(["PATH", "LIBRARY_TOKEN"]),
  held,
  ...rest,
});

test("a file that is there and out of sight is named, however the program says it", () => {
  const root = mkdtempSync(join(tmpdir(), "hint-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, "server.mjs");
  writeFileSync(file, "");
  const said = [
    { args: [file], words: `Error: Cannot find module '${file}'` },
    { args: ["../server.mjs"], cwd: join(root, "work"), words: `Error: Cannot find module '${file}'` },
    { command: file, words: `sandbox: 1: exec: ${file}: not found` },
  ];
  for (const one of said) {
    expect(startHint(failed(one))).toContain(`${file} is there, but not for this skill`);
    expect(startHint(failed({ ...one, held: undefined }))).toMatch(/^Run it by hand/);
  }
  expect(startHint(failed({ words: `ENOENT: no such file or directory, open '${file}'` }))).toMatch(
    /^Run it/,
  );
  rmSync(file);
  expect(startHint(failed({ words: `Cannot find module '${file}'` }))).toMatch(/^Run it by hand/);
});

test.for([
  "Cannot find package 'zod' imported from /t/tree/server.mjs",
  "ModuleNotFoundError: No module named 'mcp'",
])("what was never committed is not in the tree of the trusted commit: %s", (words) => {
  expect(startHint(failed({ words, startsIn: "tree" }))).toMatch(
    /^It starts in a tree of the trusted commit.*Commit/,
  );
  expect(startHint(failed({ words }))).toMatch(/^Run it by hand/);
});

test.for([
  [{ words: "getaddrinfo EAI_AGAIN api.example.com" }, 'allowedDomains = ["api.example.com"]'],
  [
    { hosts: ["a.example"], held: { ...held, refusedHosts: ["b.example"] }, words: "fetch failed" },
    'Its sandbox refused it b.example. If it may go there, write in its table: allowedDomains = ["a.example","b.example"]',
  ],
  [{ words: "EROFS: read-only file system, open '/var/lib/mine.db'" }, "all is read-only but the workspace"],
  [
    { words: "FATAL: LIBRARY_TOKEN is not set" },
    'LIBRARY_TOKEN is set here, and the skill is not given it: write in its table: requiredEnv = ["LIBRARY_TOKEN"]',
  ],
] as const)("what it complains about is what it is kept from: %j", ([given, said]) => {
  expect(startHint(failed(given))).toContain(said);
});

test.for([
  { words: "getaddrinfo EAI_AGAIN api.example.com", held: { ...held, tier: "none" } },
  { words: "getaddrinfo EAI_AGAIN api.example.com", held: { ...held, network: "open" } },
  { words: "FATAL: OTHER_TOKEN is not set" },
  { words: "FATAL: ANTHROPIC_API_KEY is not set", known: new Set(["ANTHROPIC_API_KEY"]) },
  { words: "FATAL: GITHUB_TOKEN is not set", known: new Set(["GITHUB_TOKEN"]) },
  { words: "FATAL: LIBRARY_TOKEN is wrong", given: new Set(["LIBRARY_TOKEN"]) },
  { words: "" },
] as const)("what it is not kept from is not blamed: %j", (given) => {
  expect(startHint(failed(given))).toMatch(
    /^Run it by hand to see why: node tools\/server\.mjs 'it'\\''s here'/,
  );
});
