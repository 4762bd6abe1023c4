import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startScene } from "../helpers/expert-run.ts";

const answers = [
  { toolCalls: [{ name: "writeTextFile", args: { path: "made.txt", text: "x" } }] },
  { text: "Done." },
];

test("a working directory that a link of the checkout leads elsewhere is refused before the model is asked", async () => {
  const outside = mkdtempSync(join(tmpdir(), "outside-"));
  onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
  mkdirSync(join(outside, "deep"));
  await using scene = await startScene({ on: "dispatch", answers });
  symlinkSync(outside, join(scene.world.checkout.directory, "sub"));
  for (const named of ["sub", "sub/deep"]) {
    const run = await scene.run({ inputs: { "working-directory": named } });
    expect([run.exitCode, run.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(run.log).toContain(`\`working-directory: ${named}\` is a link, or lies behind one`);
  }
  const missing = await scene.run({ inputs: { "working-directory": "nowhere" } });
  expect(missing.log).toContain("`working-directory: nowhere` is no folder of the checkout");
  expect(scene.world.model.requests).toEqual([]);
});

test("one that a link of the checkout leads to git's own folder, or that is one, is refused", async () => {
  await using scene = await startScene({ on: "dispatch", answers, files: { "real/b.txt": "b" } });
  symlinkSync(".git", join(scene.world.checkout.directory, "docs"));
  symlinkSync("real", join(scene.world.checkout.directory, "also"));
  for (const named of ["docs", "docs/hooks", "also", ".git", ".git/hooks"]) {
    const run = await scene.run({ inputs: { "working-directory": named } });
    expect([named, run.exitCode, run.outputs.conclusion]).toEqual([named, 2, "invalid"]);
  }
  expect(scene.world.model.requests).toEqual([]);
});

test("one in the checkout is the workspace", async () => {
  await using scene = await startScene({ on: "dispatch", answers, files: { "real/b.txt": "b" } });
  const run = await scene.run({ inputs: { "working-directory": "real" } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
  expect(existsSync(join(scene.world.checkout.directory, "real/made.txt"))).toBe(true);
});
