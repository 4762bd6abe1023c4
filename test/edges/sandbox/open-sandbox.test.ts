import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSandbox } from "../../../src/edges/sandbox/open-sandbox.ts";
import { isolates } from "../../../src/job/sandbox-tier.ts";
import { tierHere } from "../../helpers/sandbox-here.ts";

const world = (name = "open-sandbox-") => {
  const root = mkdtempSync(join(tmpdir(), name));
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

const tier = await tierHere();

test.skipIf(!isolates(tier))("a temporary folder of an odd name keeps no tier from holding", async () => {
  const { options, left } = world('it\'s "so" $(exit 1) ');
  const { tiers: _none, ...rest } = options;
  const opened = await openSandbox({ ...rest, mode: "auto" });
  expect(opened.sandbox.tier).toBe(tier);
  await opened.sandbox[Symbol.asyncDispose]();
  expect(left()).toEqual([]);
});
