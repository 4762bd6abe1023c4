import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { controlGroup, removeControlGroups } from "../../../src/edges/sandbox/control-group.ts";

const canMake = (() => {
  using group = controlGroup("test-group-of-0");
  return group.folders.length > 0;
})();
if (!canMake) process.stderr.write("skipped: left groups: none of version 1 can be made here\n");

test.skipIf(!canMake)("groups of a runner that is gone are removed, and those of one that lives stay", () => {
  const { pid } = spawnSync("true");
  const left = controlGroup(`test-group-of-${pid}`);
  const living = controlGroup(`test-group-of-${process.pid}`);
  onTestFinished(() => living[Symbol.dispose]());
  removeControlGroups("test-group-of-");
  expect(left.folders.map((path) => existsSync(path))).toEqual(left.folders.map(() => false));
  expect(living.folders.map((path) => existsSync(path))).toEqual(living.folders.map(() => true));
});
