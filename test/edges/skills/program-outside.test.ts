import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { programOutside } from "../../../src/edges/skills/program-outside.ts";

/** Folders to stand on a PATH, and a workspace. */
const world = () => {
  const root = mkdtempSync(join(tmpdir(), "program-outside-"));
  const [first, second, workspace] = [join(root, "first"), join(root, "second"), join(root, "workspace")];
  for (const folder of [first, second, workspace]) mkdirSync(folder);
  const program = (folder: string, mode = 0o755): string => {
    const file = join(folder, "tool");
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, mode);
    return file;
  };
  const found = (...path: readonly string[]) =>
    programOutside("tool", { path: path.join(delimiter), workspace });
  return { first, second, workspace, program, found };
};

test("a folder of the program's name is passed over", () => {
  const { first, second, program, found } = world();
  mkdirSync(join(first, "tool"));
  const file = program(second);
  expect(found(first, second)).toBe(file);
  expect(found(first)).toBeUndefined();
});

test("a link to a program is one, a file that cannot be run and what lies in the workspace are none", () => {
  const { first, second, workspace, program, found } = world();
  program(first, 0o644);
  expect(found(first, workspace)).toBeUndefined();
  program(workspace);
  expect(found(first, workspace, "relative")).toBeUndefined();
  symlinkSync(program(first), join(second, "tool"));
  expect(found(workspace, second)).toBe(join(second, "tool"));
});
