import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drift } from "../../scripts/bundling/drift.ts";

describe("given a repository that tracks dist/ and a fresh build of it", () => {
  let root = "";
  let built = "";
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: root });
  const found = () => drift({ root, tracked: "dist", built }).map(({ file, reason }) => `${file}: ${reason}`);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "drift-"));
    built = join(root, "fresh");
    mkdirSync(join(root, "dist", "assets"), { recursive: true });
    writeFileSync(join(root, "dist", "index.js"), "#!/usr/bin/env node\n", { mode: 0o755 });
    writeFileSync(join(root, "dist", "assets", "ü.bin"), Uint8Array.of(0, 255, 13, 10));
    cpSync(join(root, "dist"), built, { recursive: true });
    git("init", "--quiet");
    git("add", "dist");
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("finds nothing when they are the same bytes", () => expect(found()).toEqual([]));

  it("names a file whose bytes differ", () => {
    writeFileSync(join(built, "assets", "ü.bin"), Uint8Array.of(0, 255, 10));
    expect(found()).toEqual(["dist/assets/ü.bin: stale"]);
  });

  it("names a file that git does not track, and one that the build no longer makes", () => {
    writeFileSync(join(built, "1.index.js"), "new");
    rmSync(join(built, "assets"), { recursive: true });
    expect(found()).toEqual(["dist/1.index.js: missing", "dist/assets/ü.bin: left over"]);
  });

  it("names a program that is no longer executable", () => {
    chmodSync(join(built, "index.js"), 0o644);
    expect(found()).toEqual(["dist/index.js: mode"]);
  });

  it("judges what is staged, not what lies in the working tree", () => {
    writeFileSync(join(root, "dist", "index.js"), "edited");
    expect(found()).toEqual([]);
    git("add", "dist");
    expect(found()).toEqual(["dist/index.js: stale"]);
  });
});
