import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { installPackage, type PackageRequest } from "../../../../src/edges/skills/mcp/package.ts";
import type { SkillEvent } from "../../../../src/run/ports.ts";
import { heldInstall } from "../../../helpers/held-install.ts";
import { notesOf, openFixture, temporaryDirectory, textOf } from "./fixture-skill.ts";

const [name, version] = ["mcp-server-time", "2026.10.19"];
const timeoutMs = 180_000;

const { startInstall, asked } = heldInstall();

/** Like the tests of npm's registry: skipped with the reason where there is no uv; in CI they run and fail. */
const uvIsInstalled = (): boolean => {
  const uv = spawnSync("uv", ["--version"], { encoding: "utf8" });
  if (uv.status === 0 || process.env.CI !== undefined) return true;
  console.warn("Skipped: there is no uv. Install it: pip install uv");
  return false;
};

const host: Record<string, string> = Object.fromEntries(
  Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
);

const request = (root: string, rest: Partial<PackageRequest> = {}): PackageRequest => ({
  workspace: root,
  manager: "uvx",
  name,
  version,
  skill: "fixture",
  cacheDirectory: join(root, "cache"),
  environment: host,
  trust: "trusted",
  startInstall,
  emit: () => undefined,
  signal: AbortSignal.timeout(timeoutMs),
  ...rest,
});

/** A checkout that would like to be run: its own uv and Python, its own configuration. */
const hostileWorkspace = (root: string) => {
  const workspace = join(root, "checkout");
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  };
  for (const program of ["uv", "uvx", "python", "python3", name]) {
    file(`.venv/bin/${program}`, `#!/bin/sh\ntouch ${join(root, "owned")}\n`);
    chmodSync(join(workspace, `.venv/bin/${program}`), 0o755);
  }
  file("uv.toml", 'index-url = "http://127.0.0.1:9/"\n');
  file("pyproject.toml", '[tool.uv]\nindex-url = "http://127.0.0.1:9/"\n');
  file(".python-version", "2.7\n");
  file("mcp_server_time/__init__.py", `open(${JSON.stringify(join(root, "owned"))}, "w")\n`);
  return {
    workspace,
    environment: {
      ...host,
      UV_INDEX_URL: "http://127.0.0.1:9/",
      UV_DEFAULT_INDEX: "http://127.0.0.1:9/",
      PIP_INDEX_URL: "http://127.0.0.1:9/",
      UV_CONFIG_FILE: join(workspace, "uv.toml"),
      VIRTUAL_ENV: join(workspace, ".venv"),
      PYTHONPATH: workspace,
      PATH: [join(workspace, ".venv/bin"), ".venv/bin", host.PATH].join(delimiter),
    },
  };
};

describe.skipIf(!uvIsInstalled())("with uv and PyPI", { timeout: timeoutMs }, () => {
  test("a real server is installed and called, whatever the checkout would rather have run", async () => {
    using root = temporaryDirectory();
    const { workspace, environment } = hostileWorkspace(root.path);
    const cacheDirectory = join(root.path, "cache");
    const definition = { command: "uvx", args: [`${name}==${version}`, "--local-timezone", "Asia/Tokyo"] };
    {
      await using skill = await openFixture({
        definition,
        workspace,
        cacheDirectory,
        environment,
        startInstall,
      });
      const outcome = await skill.run("get_current_time", { timezone: "Asia/Tokyo" });
      expect(textOf(outcome)).toContain("+09:00");
      expect(skill.events.slice(0, 3)).toEqual([
        { type: "note", level: "info", text: `installing ${name}==${version}` },
        {
          type: "packageInstalled",
          skill: "fixture",
          package: name,
          version,
          integrity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          durationMs: expect.any(Number),
        },
        {
          type: "skillStarting",
          runId: "r0",
          skill: "fixture",
          command: expect.stringMatching(/\/cache\/packages\/mcp-server-time[^/]*\/venv\/bin\/python$/),
          args: [expect.stringMatching(/venv\/bin\/mcp-server-time$/), "--local-timezone", "Asia/Tokyo"],
        },
      ]);
    }
    // Once more where neither uv nor a network can be had.
    await using again = await openFixture({
      definition,
      workspace,
      cacheDirectory,
      environment: { PATH: join(root.path, "nothing") },
    });
    expect((await again.run("get_current_time", { timezone: "Asia/Tokyo" })).isError).toBe(false);
    expect(existsSync(join(root.path, "owned"))).toBe(false);
  });

  test("in a sandbox uv asks its registry and nobody else", () => {
    const hosts = new Set(asked.map(({ host: one, verdict }) => `${one} ${verdict}`));
    expect([...hosts].sort()).toEqual(["files.pythonhosted.org allowed", "pypi.org allowed"]);
  });

  test("the hash is the one that PyPI states of the wheel", async () => {
    using root = temporaryDirectory();
    const { integrity } = await installPackage(
      request(root.path, { name: "idna", version: "3.10", bin: "python" }),
    );
    expect(integrity).toBe("sha256:946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3");
  });

  test("an unpinned package with extras is installed once, by several at a time, and its pin is told", async () => {
    using root = temporaryDirectory();
    const events: SkillEvent[] = [];
    const emit = (event: SkillEvent): unknown => events.push(event);
    // `python-dotenv` has a program only of its extra, and it is called otherwise.
    const { version: _none, ...unpinned } = request(root.path, {
      name: "python-dotenv[cli]",
      bin: "dotenv",
      emit,
    });
    const [first, second] = await Promise.all([installPackage(unpinned), installPackage(unpinned)]);
    expect(first).toEqual(second);
    const said = spawnSync(first.command, [...first.args, "--version"], { encoding: "utf8" });
    expect(said.stdout).toContain(first.version);
    expect(notesOf(events)).toContainEqual(
      expect.stringContaining(`Write python-dotenv[cli]@${first.version} in the manifest`),
    );
    expect(readdirSync(join(root.path, "cache/packages"))).toEqual([
      expect.stringMatching(/^python-dotenv\+cli\+-[0-9a-f]{64}$/),
    ]);
  });

  test("a package without a wheel is not built: nothing of it runs", async () => {
    using root = temporaryDirectory();
    await expect(
      installPackage(request(root.path, { name: "docopt", version: "0.6.2" })),
    ).rejects.toMatchObject({
      code: "PACKAGE_INSTALL_FAILED",
      message: expect.stringMatching(/docopt==0\.6\.2 failed: uv exited with code \d.*(build|wheel)/s),
    });
    expect(readdirSync(join(root.path, "cache/packages"))).toEqual([]);
  });
});
