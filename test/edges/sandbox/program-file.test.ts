import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { programFile } from "../../../src/edges/sandbox/program-file.ts";

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "programs-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const name of ["first", "second"]) {
    mkdirSync(join(path, name));
    writeFileSync(join(path, name, "tool"), "#!/bin/sh\n");
  }
  chmodSync(join(path, "second/tool"), 0o755);
  mkdirSync(join(path, "first/sh"));
  return path;
};

test("a program is the first of its name that can be run, folders and plain files passed over", () => {
  const path = folder();
  const env = { PATH: `${path}/first:${path}/second:/usr/bin:/bin` };
  const launch = { args: [], cwd: path, env };
  expect(programFile({ ...launch, command: "tool" })).toBe(join(path, "second/tool"));
  expect(programFile({ ...launch, command: "sh" })).toMatch(/^(\/usr)?\/bin\/sh$/);
  expect(programFile({ ...launch, command: "./second/tool" })).toBe(join(path, "second/tool"));
  expect(programFile({ ...launch, command: "tool", env: { PATH: "second" } })).toBe(
    join(path, "second/tool"),
  );
});

test.each([
  ["none", "ENOENT"],
  ["./none", "ENOENT"],
  ["./first/tool", "EACCES"],
  ["./first", "EACCES"],
])("%s fails as a start by Node does, with %s", (command, code) => {
  const path = folder();
  const launch = { command, args: [], cwd: path, env: { PATH: `${path}/first` } };
  expect(() => programFile(launch)).toThrow(expect.objectContaining({ code, syscall: expect.any(String) }));
});
