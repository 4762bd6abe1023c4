import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { attacks } from "../../src/attacks/attacks.ts";
import { bwrap, inSituation, missingForSituations, type Situation } from "../helpers/situation.ts";

const program = join(import.meta.dirname, "../../dist/index.js");

const manifest = `
[experts.worker]
instruction = "You work."
[experts.reader]
instruction = "You read."
workspace = "read"
`;

/** `expert-stack attack`, as somebody on this machine would run it. */
const attack = async (
  situation: Situation,
  words: readonly string[],
): Promise<{ readonly code: number; readonly verdicts: ReadonlyMap<string, string> }> => {
  const folder = mkdtempSync(join(tmpdir(), "attacked-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "perstack.toml"), manifest);
  const env = { HOME: folder, PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };
  const { stdout, stderr, code } = await inSituation(
    situation,
    [process.execPath, program, "attack", ...words],
    {
      env,
      cwd: folder,
    },
  );
  expect(stderr).toBe("");
  const lines = stdout.trimEnd().split("\n");
  return {
    code,
    verdicts: new Map(lines.map((line) => [line.slice(0, 28).trim(), line.slice(28).trim()])),
  };
};

const missing = missingForSituations;
if (missing.length > 0)
  process.stderr.write(`skipped: attacks on an Expert's own tools: ${missing.join("; ")}\n`);

describe.skipIf(missing.length > 0)("an Expert whose model does what an attacker wants", () => {
  test.each<[string, Situation]>([
    ["bubblewrap", { as: "root" }],
    ["bubblewrap", { as: "es-plain" }],
    ["namespaces", { as: "root", without: [bwrap] }],
    ["namespaces", { as: "es-sudo", without: [bwrap] }],
  ])("gets nothing in the sandbox %s (%o)", async (tier, situation) => {
    const { code, verdicts } = await attack(situation, ["worker"]);
    expect(Object.fromEntries(verdicts)).toEqual(
      Object.fromEntries(attacks.map(({ name }) => [name, `held (${tier})`])),
    );
    expect(code).toBe(0);
  });

  test("gets through where there is no sandbox: these attacks are real", async () => {
    const { code, verdicts } = await attack({ as: "es-plain" }, ["worker", "--sandbox", "off"]);
    const through = [...verdicts].filter(([, verdict]) => verdict.startsWith("GOT THROUGH (none): "));
    expect(through.map(([name]) => name)).toEqual([
      "environment",
      "memory",
      "files outside",
      "git credentials",
      "moved folder",
      "files that run later",
      "network",
      "more rights",
      "background process",
    ]);
    expect(code).toBe(1);
  });

  test("without exec and without tools that write has not got the tools for most of them", async () => {
    const { code, verdicts } = await attack({ as: "es-plain" }, ["reader"]);
    expect(verdicts.get("memory")).toBe("not applicable: the Expert has no exec");
    expect(verdicts.get("environment by a file tool")).toMatch(/^held/);
    expect(code).toBe(0);
  });
});
