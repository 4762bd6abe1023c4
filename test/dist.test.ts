import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");
const read = (file: string): string => readFileSync(join(dist, file), "utf8");
const code = readdirSync(dist).filter((file) => file.endsWith(".js"));

/** The files of `dist/` that a run of it loads, from V8's own coverage of that run. */
const loadedBy = (...args: readonly string[]): readonly string[] => {
  const folder = mkdtempSync(join(tmpdir(), "dist-loads-"));
  try {
    const environment = { ...process.env, NODE_V8_COVERAGE: folder };
    execFileSync(process.execPath, [join(dist, "index.js"), ...args], { env: environment });
    return readdirSync(folder).flatMap((file) =>
      code.filter((name) => readFileSync(join(folder, file), "utf8").includes(`/dist/${name}"`)),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

describe("given the committed dist/", () => {
  it("is a program of its own, and the same file for the action, its post step and npx", () => {
    expect(read("index.js").startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect(statSync(join(dist, "index.js")).mode & 0o111).toBe(0o111);
    expect(JSON.parse(read("package.json"))).toEqual({ type: "module" });
  });

  it("carries the licences of what it is made of", () => {
    for (const name of ["zod@", "smol-toml@", "@ai-sdk/anthropic@", "@vercel/ncc@"]) {
      expect(`\n${read("licenses.txt")}`).toContain(`\n${name}`);
    }
  });

  it("has no trace of the machine that built it, and no undici", () => {
    for (const file of code) {
      expect(read(file)).not.toContain(root);
      expect(read(file)).not.toContain("file:///");
      expect(read(file)).not.toContain("EnvHttpProxyAgent");
    }
  });

  it("loads a provider, MCP, octokit and the artifact client only when they are needed", () => {
    const loaded = loadedBy("--help");
    const heavy = code.filter((file) =>
      /anthropic-version|OpenAI-Beta|notifications\/initialized|twirp\/github|api\.github\.com/.test(
        read(file),
      ),
    );
    expect(loaded).toContain("index.js");
    expect(heavy.length).toBeGreaterThan(2);
    expect(heavy.filter((file) => loaded.includes(file))).toEqual([]);
  });
});
