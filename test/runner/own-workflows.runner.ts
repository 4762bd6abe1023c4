import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const files = globSync(join(root, ".github/workflows/*.yml"));

/** What act says against the workflows of a folder, by the strict schema that it took from the real runner. */
const judge = (directory: string) => {
  const { status, stderr } = spawnSync("act", ["--validate", "--strict", "-W", directory], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: directory },
    encoding: "utf8",
  });
  return { status, stderr };
};

test("this repository's workflows are valid for the runner, which would refuse a misspelt key", () => {
  const directory = mkdtempSync(join(tmpdir(), "expert-stack-workflows-"));
  try {
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = readFileSync(file, "utf8");
      const put = (name: string, content: string): string => {
        mkdirSync(join(directory, name), { recursive: true });
        writeFileSync(join(directory, name, basename(file)), content);
        return join(directory, name);
      };
      expect(judge(put("real", text))).toMatchObject({ status: 0 });
      expect(judge(put("misspelt", text.replaceAll("runs-on:", "run-on:")))).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("run-on"),
      });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
