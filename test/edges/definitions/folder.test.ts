import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderDefinitions } from "../../../src/edges/definitions/folder.ts";

const inFolder = async (check: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-folder-"));
  try {
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test("a file is read by a path relative to the folder, or by an absolute one", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "ci"));
    writeFileSync(join(folder, "ci", "perstack.toml"), "größe\r\n");
    symlinkSync("ci/perstack.toml", join(folder, "link.toml"));
    const { read, origin } = folderDefinitions(folder);
    expect(origin).toBe("file");
    expect(await read("ci/perstack.toml")).toBe("größe\r\n");
    expect(await read(join(folder, "ci", "perstack.toml"))).toBe("größe\r\n");
    expect(await read("link.toml")).toBe("größe\r\n");
  }));

test("what is not there is none", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "a.txt"), "one\n");
    symlinkSync("nowhere", join(folder, "dangling"));
    const { read } = folderDefinitions(folder);
    for (const path of ["missing.toml", "missing/perstack.toml", "a.txt/perstack.toml", "dangling"]) {
      expect(await read(path)).toBeUndefined();
    }
  }));

test("what is no text file of a sensible size is refused by its name, and waited for by nobody", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "a-folder"));
    execFileSync("mkfifo", [join(folder, "a-fifo")]);
    writeFileSync(join(folder, "large"), Buffer.alloc(1_048_577));
    writeFileSync(join(folder, "largest"), "x".repeat(1_048_576));
    const { read } = folderDefinitions(folder);
    for (const path of ["a-folder", "a-fifo", "large", "/dev/zero"]) {
      await expect(read(path)).rejects.toMatchObject({
        code: "MANIFEST_INVALID",
        message: expect.stringMatching(`${path} is not a file of at most 1 MiB.`),
      });
    }
    expect(await read("largest")).toHaveLength(1_048_576);
  }));
