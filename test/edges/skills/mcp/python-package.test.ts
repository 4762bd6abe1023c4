import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { installPackage, type PackageRequest } from "../../../../src/edges/skills/mcp/package.ts";
import { pythonProgram, wheelTags } from "../../../../src/edges/skills/mcp/python-environment.ts";
import { plainStart } from "../../../helpers/no-sandbox.ts";
import { openFixture, temporaryDirectory } from "./fixture-skill.ts";

const program = (file: string, script: string): void =>
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });

/** A machine with a checkout, a cache, and a `uv` that does what `script` says. */
const machine = (root: string, script: string): PackageRequest => {
  for (const directory of ["checkout", "cache", "bin"]) mkdirSync(join(root, directory));
  program(join(root, "bin/uv"), script);
  return {
    manager: "uvx",
    name: "some-server[extra]",
    version: "1.0",
    skill: "fixture",
    workspace: join(root, "checkout"),
    cacheDirectory: join(root, "cache"),
    environment: { PATH: [join(root, "bin"), "/usr/bin", "/bin"].join(delimiter) },
    trust: "trusted",
    startInstall: () => plainStart,
    emit: () => undefined,
    signal: AbortSignal.timeout(30_000),
  };
};

test("uv gets neutral configuration: no source is built, no setting and no secret of the host", async () => {
  using root = temporaryDirectory();
  const seen = join(root.path, "seen");
  const request = machine(
    root.path,
    `(echo "$@"; env; cat requirements.in) >> ${seen}; echo packages=[] > pylock.toml; [ "$1 $2" != "pip install" ]`,
  );
  const environment = {
    ...request.environment,
    SSL_CERT_FILE: "/etc/ssl/own.pem",
    HTTPS_PROXY: "http://proxy.example:3128",
    UV_INDEX_URL: "http://canary.example",
    UV_EXTRA_INDEX_URL: "http://canary.example",
    UV_CONFIG_FILE: "/canary.toml",
    PIP_INDEX_URL: "http://canary.example",
    PYTHONPATH: "/canary",
    VIRTUAL_ENV: "/canary",
    GITHUB_TOKEN: "canary-token",
  };
  await expect(installPackage({ ...request, environment })).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
  });
  const text = readFileSync(seen, "utf8");
  expect(text).not.toContain("canary");
  expect(text).toContain("SSL_CERT_FILE=/etc/ssl/own.pem");
  expect(text).toContain("HTTPS_PROXY=http://proxy.example:3128");
  expect(text).toContain("UV_NO_CONFIG=1");
  expect(text).toMatch(/^UV_CACHE_DIR=.*\/cache\/uv$/m);
  expect(text).toMatch(
    /^pip compile --no-build .*--python \S*\/cache\/packages\/tmp-\S*\/venv\/bin\/python /m,
  );
  expect(text).toMatch(/^pip install --no-build .*--require-hashes --requirements pylock\.toml$/m);
  expect(text).toMatch(/^some-server\[extra\]==1\.0$/m);
});

test("given no uv outside the workspace, it is said how to get one", async () => {
  using root = temporaryDirectory();
  const request = machine(root.path, "exit 0");
  program(join(root.path, "checkout/uv"), `touch ${join(root.path, "owned")}`);
  const environment = { PATH: join(root.path, "checkout") };
  await expect(installPackage({ ...request, environment })).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
    message: expect.stringContaining("there is no uv on the PATH outside the workspace"),
    remedy: expect.stringMatching(/setup-uv.*pip install uv/),
  });
  expect(existsSync(join(root.path, "owned"))).toBe(false);
});

test.each([undefined, "latest", "1.*"])(
  "given the version %s on an untrusted trigger, the package is refused",
  async (version) => {
    using root = temporaryDirectory();
    const { version: _exact, ...request } = machine(root.path, "exit 0");
    const wanted = version === undefined ? request : { ...request, version };
    await expect(installPackage({ ...wanted, trust: "untrusted" })).rejects.toMatchObject({
      code: "SKILL_REFUSED",
      remedy: expect.stringContaining("some-server[extra]@1.2.3"),
    });
    expect(readdirSync(join(root.path, "cache"))).toEqual([]);
  },
);

test("uvx with something that is no plain package is refused instead of run", async () => {
  for (const args of [["./local-server"], ["git+https://example.com/x"], ["--with", "other", "server"]]) {
    await expect(openFixture({ definition: { command: "uvx", args } })).rejects.toMatchObject({
      code: "SKILL_REFUSED",
      message: expect.stringContaining(args.at(-1) ?? ""),
    });
  }
});

/** An install with these entry points, all of whose programs are there. */
const installed = (root: string, entryPoints: string, programs: readonly string[]): void => {
  const info = join(root, "venv/lib/python3.12/site-packages/My_Server.core-1.0.dist-info");
  for (const directory of [info, join(root, "venv/bin")]) mkdirSync(directory, { recursive: true });
  writeFileSync(join(info, "entry_points.txt"), entryPoints);
  for (const name of ["python", ...programs]) program(join(root, "venv/bin", name), "true");
};

test.for([
  { scripts: ["my-server-core", "other"], bin: undefined, runs: "my-server-core" },
  { scripts: ["my_server_core", "other"], bin: undefined, runs: "my_server_core" },
  { scripts: ["serve"], bin: undefined, runs: "serve" },
  { scripts: ["serve", "other"], bin: "other", runs: "other" },
])(
  "the program of a package with the scripts $scripts, asked for $bin, is $runs",
  ({ scripts, bin, runs }) => {
    using root = temporaryDirectory();
    const lines = scripts.map((script) => `${script} = pkg.main:run`).join("\n");
    installed(root.path, `[console_scripts]\n${lines}\n\n[other.group]\nnot-a-program = x:y\n`, scripts);
    const wanted = { name: "my-server.core[extra]", ...(bin === undefined ? {} : { bin }) };
    expect(pythonProgram(wanted, root.path)).toEqual({
      command: join(root.path, "venv/bin/python"),
      args: [join(root.path, "venv/bin", runs)],
    });
  },
);

test.for([
  { scripts: ["a", "b"], bin: undefined, says: 'the programs a, b, and none is called "my-server-core"' },
  { scripts: [], bin: undefined, says: "no program" },
  { scripts: ["a"], bin: "../../evil", says: 'none is called "../../evil"' },
])("a package with the scripts $scripts, asked for $bin, cannot be run", ({ scripts, bin, says }) => {
  using root = temporaryDirectory();
  const lines = scripts.map((script) => `${script}=pkg:run`).join("\n");
  installed(root.path, `[console_scripts]\n${lines}\n`, scripts);
  const wanted = { name: "my-server-core", ...(bin === undefined ? {} : { bin }) };
  expect(pythonProgram(wanted, root.path)).toContain(says);
});

test("a program that is no script is started itself, and a Python that is gone is told", () => {
  using root = temporaryDirectory();
  installed(root.path, "[console_scripts]\n", []);
  writeFileSync(join(root.path, "venv/bin/fast"), "\x7fELF");
  expect(pythonProgram({ name: "my-server-core", bin: "fast" }, root.path)).toEqual({
    command: join(root.path, "venv/bin/fast"),
    args: [],
  });
  expect(pythonProgram({ name: "my-server-core" }, join(root.path, "venv"))).toContain(
    "The Python it was installed for is gone",
  );
});

test("a wheel's file name says each kind of machine that it is for", () => {
  const url =
    "https://files.example/x/cryptography-50.0.2-cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";
  expect(wheelTags(url)).toEqual(["cp311-abi3-manylinux2014_x86_64", "cp311-abi3-manylinux_2_17_x86_64"]);
  expect(wheelTags("six-1.17.0-py2.py3-none-any.whl")).toEqual(["py2-none-any", "py3-none-any"]);
});
