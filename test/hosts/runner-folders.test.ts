import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runnerFolders } from "../../src/hosts/runner-folders.ts";

test("a runner keeps its temporary folder, its work and, where that lies in its own folder, its registration", () => {
  const root = mkdtempSync(join(tmpdir(), "runner-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const temporary = join(root, "_work/_temp");
  mkdirSync(temporary, { recursive: true });
  expect(runnerFolders({ RUNNER_TEMP: temporary })).toEqual([temporary, join(root, "_work")]);
  writeFileSync(join(root, ".credentials"), "{}");
  expect(runnerFolders({ RUNNER_TEMP: temporary })).toEqual([temporary, join(root, "_work"), root]);
});

test("outside a workflow there is none, and a folder that a person named is that folder alone", () => {
  expect(runnerFolders({})).toEqual([]);
  expect(runnerFolders({ RUNNER_TEMP: "" })).toEqual([]);
  expect(runnerFolders({ RUNNER_TEMP: "/tmp/mine" })).toEqual(["/tmp/mine"]);
});
