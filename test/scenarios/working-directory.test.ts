import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
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

test("one in the checkout, also by a link that stays in it, is the workspace", async () => {
  await using scene = await startScene({ on: "dispatch", answers, files: { "real/b.txt": "b" } });
  symlinkSync("real", join(scene.world.checkout.directory, "sub"));
  const run = await scene.run({ inputs: { "working-directory": "sub" } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
});
