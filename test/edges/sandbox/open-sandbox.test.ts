import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSandbox } from "../../../src/edges/sandbox/open-sandbox.ts";

const world = () => {
  const root = mkdtempSync(join(tmpdir(), "open-sandbox-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [workspace, temporary] = [join(root, "work"), join(root, "temporary")];
  for (const folder of [workspace, temporary]) mkdirSync(folder);
  return {
    options: {
      network: "enforced",
      checkout: workspace,
      workspace,
      hidden: [],
      temporary,
      home: "/nonexistent",
      searchPath: "",
      tiers: [],
    } as const,
    left: () => readdirSync(temporary),
  };
};

test("a sandbox that is required where no tier holds is refused by its own error, and nothing is left", async () => {
  const { options, left } = world();
  await expect(openSandbox({ ...options, mode: "required" })).rejects.toMatchObject({
    code: "SANDBOX_MISSING",
  });
  expect(left()).toEqual([]);
});

test("where no tier holds the network is open, whatever was wished, and nothing is left", async () => {
  const { options, left } = world();
  const opened = await openSandbox({ ...options, mode: "auto" });
  expect([opened.sandbox.tier, opened.network]).toEqual(["none", "open"]);
  expect(left()).toEqual([]);
});
