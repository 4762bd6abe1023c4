import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { installPackage, type PackageRequest } from "../../../../src/edges/skills/mcp/package.ts";
import type { SkillEvent } from "../../../../src/run/ports.ts";
import { heldInstall } from "../../../helpers/held-install.ts";
import { notesOf, openFixture, temporaryDirectory, textOf } from "./fixture-skill.ts";
import { registryIsReachable } from "./npm-registry.ts";

const name = "@modelcontextprotocol/server-everything";
const version = "2026.8.31";
const integrity =
  "sha512-5U3OZh8Xq0Li4nA26l6uNvV9/1suMDuWSn+NjLZIhzinhMY6N3A4DCrxVecBGPf2PsNFKTEv5krxGPRwzxc7jQ==";
const timeoutMs = 180_000;

const { startInstall, asked } = heldInstall();

const host: Record<string, string> = Object.fromEntries(
  Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
);

/** A checkout that would like to be run: its own npm, its own server, its own configuration. */
const hostileWorkspace = (root: string) => {
  const workspace = join(root, "checkout");
  const program = (path: string): void => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    const script = `#!/usr/bin/env node\nrequire("node:fs").writeFileSync(${JSON.stringify(join(root, "owned"))}, "x");`;
    writeFileSync(join(workspace, path), script, { mode: 0o755 });
  };
  for (const bin of ["npm", "npx", "node", "mcp-server-everything"]) program(`node_modules/.bin/${bin}`);
  program(`node_modules/${name}/dist/index.js`);
  writeFileSync(
    join(workspace, `node_modules/${name}/package.json`),
    JSON.stringify({ name, version, bin: { "mcp-server-everything": "dist/index.js" } }),
  );
  writeFileSync(join(workspace, "package.json"), JSON.stringify({ dependencies: { [name]: version } }));
  writeFileSync(join(workspace, ".npmrc"), "registry=http://127.0.0.1:9/\nprefer-offline=true\n");
  return {
    workspace,
    environment: {
      ...host,
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_prefix: workspace,
      PATH: [join(workspace, "node_modules/.bin"), "node_modules/.bin", host.PATH].join(delimiter),
    },
  };
};

describe.skipIf(!registryIsReachable())("with the npm registry", { timeout: timeoutMs }, () => {
  test("a real server is installed and called, whatever the checkout would rather have run", async () => {
    using root = temporaryDirectory();
    const { workspace, environment } = hostileWorkspace(root.path);
    const cacheDirectory = join(root.path, "cache");
    const definition = { command: "npx", args: ["-y", `${name}@${version}`], pick: ["echo"] };
    {
      await using skill = await openFixture({
        definition,
        workspace,
        cacheDirectory,
        environment,
        startInstall,
      });
      expect(textOf(await skill.run("echo", { message: "hello" }))).toContain("hello");
      expect(skill.events.slice(0, 3)).toEqual([
        { type: "note", level: "info", text: `installing ${name}@${version}` },
        {
          type: "packageInstalled",
          skill: "fixture",
          package: name,
          version,
          integrity,
          durationMs: expect.any(Number),
        },
        {
          type: "skillStarting",
          runId: "r0",
          skill: "fixture",
          command: process.execPath,
          args: [expect.stringMatching(/cache\/packages\/.*server-everything\/dist\/index\.js$/)],
        },
      ]);
      expect(notesOf(skill.events)).toEqual([`installing ${name}@${version}`]);
    }
    // Once more where neither npm nor a network can be had.
    await using again = await openFixture({
      definition,
      workspace,
      cacheDirectory,
      environment: { PATH: join(root.path, "nothing") },
    });
    expect(textOf(await again.run("echo", { message: "offline" }))).toContain("offline");
    expect(existsSync(join(root.path, "owned"))).toBe(false);
  });

  test("an unpinned package is installed once, by several at a time, and its pin is told", async () => {
    using root = temporaryDirectory();
    const events: SkillEvent[] = [];
    const install = (): Promise<unknown> =>
      installPackage({
        ...request(root.path),
        name: "is-odd",
        emit: (event) => events.push(event),
        bin: "none",
      });
    const results = await Promise.allSettled([install(), install()]);
    // `is-odd` has no program, which is found out only after the install.
    for (const result of results) {
      expect(result).toMatchObject({
        status: "rejected",
        reason: { code: "PACKAGE_INSTALL_FAILED", message: expect.stringContaining("has no program") },
      });
    }
    const [first, second] = events.flatMap((event) => (event.type === "packageInstalled" ? [event] : []));
    expect(first?.integrity).toBe(second?.integrity);
    expect(notesOf(events)).toContainEqual(
      expect.stringContaining(`Write is-odd@${first?.version} in the manifest`),
    );
    expect(readdirSync(join(root.path, "cache/packages"))).toEqual([
      expect.stringMatching(/^is-odd-[0-9a-f]{64}$/),
    ]);
  });

  test("an archive that is not the one the lock names is not installed", async () => {
    using root = temporaryDirectory();
    const wanted = { ...request(root.path), name: "is-number", version: "7.0.0" };
    await expect(installPackage(wanted)).rejects.toThrow("has no program");
    const locks = join(root.path, "cache/locks");
    const file = join(locks, readdirSync(locks)[0] ?? "");
    const other = `sha512-${"A".repeat(86)}==`;
    const { integrity: stated } = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(stated, other));
    await expect(installPackage(wanted)).rejects.toMatchObject({
      code: "PACKAGE_INSTALL_FAILED",
      message: expect.stringMatching(/is-number@7\.0\.0 failed: npm exited.*EINTEGRITY/s),
    });
    expect(readdirSync(join(root.path, "cache/packages"))).toHaveLength(1);
  });

  test("in a sandbox npm asks its registry and nobody else", async () => {
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked.map(({ host: one, verdict }) => `${one} ${verdict}`))).toEqual(
      new Set(["registry.npmjs.org allowed"]),
    );
  });

  test("a package that does not exist fails with npm's own words", async () => {
    using root = temporaryDirectory();
    const missing = { ...request(root.path), name: "@modelcontextprotocol/no-such-server", version: "9.9.9" };
    await expect(installPackage(missing)).rejects.toMatchObject({
      code: "PACKAGE_INSTALL_FAILED",
      message: expect.stringMatching(/no-such-server@9\.9\.9 failed: npm exited with code 1.*E404/s),
    });
  });
});

const request = (root: string): PackageRequest => ({
  manager: "npx",
  name,
  skill: "fixture",
  workspace: join(root),
  cacheDirectory: join(root, "cache"),
  environment: host,
  trust: "trusted",
  startInstall,
  emit: () => undefined,
  signal: AbortSignal.timeout(timeoutMs),
});
