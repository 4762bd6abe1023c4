import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { installPackage, type PackageRequest } from "../../../../src/edges/skills/mcp/package.ts";
import { packageProgram } from "../../../../src/edges/skills/mcp/package-program.ts";
import { plainStart } from "../../../helpers/no-sandbox.ts";
import { openFixture, temporaryDirectory } from "./fixture-skill.ts";

const program = (file: string, script: string): void =>
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });

/** A machine with a checkout, a cache, and an `npm` that does what `script` says. */
const machine = (root: string, script: string): PackageRequest => {
  for (const directory of ["checkout", "cache", "bin"]) mkdirSync(join(root, directory));
  program(join(root, "bin/npm"), script);
  return {
    manager: "npx",
    name: "some-server",
    version: "1.0.0",
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

test("npm gets neutral configuration: scripts off, no setting and no secret of the host", async () => {
  using root = temporaryDirectory();
  const seen = join(root.path, "seen");
  const request = machine(root.path, `(echo "$@"; env) > ${seen}; exit 1`);
  const environment = {
    ...request.environment,
    NODE_EXTRA_CA_CERTS: "/etc/ssl/own.pem",
    HTTPS_PROXY: "http://proxy.example:3128",
    npm_config_registry: "http://canary.example",
    NPM_CONFIG_USERCONFIG: "/canary-npmrc",
    NODE_OPTIONS: "--canary",
    ANTHROPIC_API_KEY: "canary-key",
    GITHUB_TOKEN: "canary-token",
  };
  await expect(installPackage({ ...request, environment })).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
  });
  const text = readFileSync(seen, "utf8");
  expect(text).not.toContain("canary");
  expect(text).toContain("NODE_EXTRA_CA_CERTS=/etc/ssl/own.pem");
  expect(text).toContain("HTTPS_PROXY=http://proxy.example:3128");
  expect(text).toMatch(
    /^install --ignore-scripts .*--omit=dev.* --package-lock-only .* -- some-server@1\.0\.0$/m,
  );
  expect(text).toMatch(/npm_config_userconfig=.*\/cache\/packages\/tmp-/);
});

test("a failed install gives npm's last lines and leaves nothing behind", async () => {
  using root = temporaryDirectory();
  const request = machine(root.path, "for line in $(seq 100); do echo line $line >&2; done; exit 3");
  await expect(installPackage(request)).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
    message: expect.stringMatching(
      /some-server@1\.0\.0 failed: npm exited with code 3\. .*\nline 86\n(.*\n)*line 100 /,
    ),
  });
  expect(readdirSync(join(root.path, "cache/packages"))).toEqual([]);
});

test.for([
  { part: { resolved: "git+ssh://git@github.com/someone/part.git#0123" } },
  { part: { resolved: "https://elsewhere.example/part.tgz", integrity: "sha512-AAAA" } },
  { part: { resolved: "https://registry.npmjs.org/part/-/part-1.0.0.tgz" } },
  { part: { resolved: "file:../part", link: true } },
])("a package that needs a part as $part is not installed", async ({ part }) => {
  using root = temporaryDirectory();
  const own = { version: "1.0.0", integrity: "sha512-AAAA" };
  const packages = {
    "": {},
    "node_modules/some-server": own,
    "node_modules/some-server/node_modules/@scope/part": { version: "1.0.0", ...part },
  };
  writeFileSync(join(root.path, "lock.json"), JSON.stringify({ packages }));
  const calls = join(root.path, "calls");
  const script = `echo "$1" >> ${calls}; cp ${join(root.path, "lock.json")} package-lock.json`;
  await expect(installPackage(machine(root.path, script))).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
    message: expect.stringContaining(
      "it needs @scope/part, which does not come from npm's registry with a hash",
    ),
  });
  expect(readFileSync(calls, "utf8")).toBe("install\n");
  expect(readdirSync(join(root.path, "cache"))).not.toContain("locks");
});

test("a part within its parent's archive needs no hash of its own", async () => {
  using root = temporaryDirectory();
  const packages = {
    "": { dependencies: { "some-server": "1.0.0" } },
    "node_modules/some-server": { version: "1.0.0", integrity: "sha512-AAAA" },
    "node_modules/some-server/node_modules/part": { version: "1.0.0", inBundle: true },
  };
  writeFileSync(join(root.path, "lock.json"), JSON.stringify({ packages }));
  const script = `case "$1" in
    install) cp ${join(root.path, "lock.json")} package-lock.json;;
    ci) cp package.json package-lock.json ${root.path}; mkdir -p node_modules/some-server
      echo '{"bin":"run.js"}' > node_modules/some-server/package.json; touch node_modules/some-server/run.js;;
  esac`;
  const request = machine(root.path, script);
  const installed = await installPackage(request);
  expect(installed).toMatchObject({ version: "1.0.0", integrity: "sha512-AAAA" });
  expect(JSON.parse(readFileSync(join(root.path, "package.json"), "utf8"))).toMatchObject({
    dependencies: { "some-server": "1.0.0" },
  });
  // The lock that was made the first time is what is installed again: `npm install` is not asked.
  rmSync(join(root.path, "cache/packages"), { recursive: true });
  rmSync(join(root.path, "lock.json"));
  expect(await installPackage(request)).toEqual(installed);
  // A damaged record is told with its file.
  const [record = ""] = readdirSync(join(root.path, "cache/locks"));
  writeFileSync(join(root.path, "cache/locks", record), '{"v":1,');
  await expect(installPackage(request)).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
    message: expect.stringContaining(join(root.path, "cache/locks", record)),
  });
});

/** A lock of the package with one part that comes from there. */
const lockWith = (part: Readonly<Record<string, unknown>>) =>
  JSON.stringify({
    packages: {
      "": { dependencies: { "some-server": "1.0.0" } },
      "node_modules/some-server": { version: "1.0.0", integrity: "sha512-AAAA" },
      "node_modules/part": { version: "1.0.0", ...part },
    },
  });

/** An npm that installs whatever the lock says, and tells what it was asked. */
const installing = (
  root: string,
): string => `echo "$1" >> ${join(root, "calls")}; cp package-lock.json ${root}/seen.json
  mkdir -p node_modules/some-server; echo '{"bin":"run.js"}' > node_modules/some-server/package.json
  touch node_modules/some-server/run.js`;

test("what a lock says of a package is installed, whatever was installed here first, also where no version is written", async () => {
  using root = temporaryDirectory();
  const lock = lockWith({ integrity: "sha512-BBBB" });
  const locked = new Map([["npx some-server", { version: "1.0.0", integrity: "sha512-AAAA", lock }]]);
  const used: string[] = [];
  const { version: _none, ...request } = machine(root.path, installing(root.path));
  const packages = { locked, onUse: (key: string) => used.push(key) };
  const wish = { ...request, packages, trust: "untrusted" } as const;
  expect(await installPackage(wish)).toMatchObject({ version: "1.0.0", integrity: "sha512-AAAA" });
  expect(readFileSync(join(root.path, "calls"), "utf8")).toBe("ci\n");
  expect(readFileSync(join(root.path, "seen.json"), "utf8")).toBe(lock);
  await installPackage(wish);
  expect(readFileSync(join(root.path, "calls"), "utf8")).toBe("ci\n");
  expect(used).toEqual(["npx some-server", "npx some-server"]);
  expect(readdirSync(join(root.path, "cache"))).not.toContain("locks");
});

test("a lock that takes a part from elsewhere is not installed", async () => {
  using root = temporaryDirectory();
  const lock = lockWith({ resolved: "git+ssh://git@github.com/someone/part.git#0123" });
  const locked = new Map([["npx some-server@1.0.0", { version: "1.0.0", integrity: "sha512-AAAA", lock }]]);
  const wish = { ...machine(root.path, installing(root.path)), packages: { locked } };
  await expect(installPackage(wish)).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
    message: expect.stringContaining("it needs part, which does not come from npm's registry with a hash"),
  });
  expect(existsSync(join(root.path, "calls"))).toBe(false);
});

test("while npm works it is said what is being installed", async () => {
  using root = temporaryDirectory();
  const said: string[] = [];
  const emit: PackageRequest["emit"] = (event) => {
    if (event.type === "note") said.push(`${event.level}: ${event.text}`);
  };
  await expect(installPackage({ ...machine(root.path, "exit 1"), emit })).rejects.toThrow();
  expect(said).toEqual(["info: installing some-server@1.0.0"]);
});

test("an npm in the workspace is not npm", async () => {
  using root = temporaryDirectory();
  const request = machine(root.path, "exit 0");
  const owned = join(root.path, "owned");
  program(join(root.path, "checkout/npm"), `touch ${owned}`);
  mkdirSync(join(root.path, "links"));
  symlinkSync(join(root.path, "checkout/npm"), join(root.path, "links/npm"));
  const path = [join(root.path, "checkout"), ".", join(root.path, "links")].join(delimiter);
  await expect(installPackage({ ...request, environment: { PATH: path } })).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
    message: expect.stringContaining("there is no npm on the PATH outside the workspace"),
    remedy: expect.stringMatching(/^npm comes with Node\.js: .*setup-node/),
  });
  expect(existsSync(owned)).toBe(false);
});

test("an aborted install ends npm", async () => {
  using root = temporaryDirectory();
  const request = machine(root.path, "echo fetching; sleep 60");
  const started = performance.now();
  await expect(installPackage({ ...request, signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
    code: "PACKAGE_INSTALL_FAILED",
    message: expect.stringContaining("fetching"),
  });
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("an untrusted trigger runs exact versions only, and npm is not even asked", async () => {
  using root = temporaryDirectory();
  const request = machine(root.path, "exit 0");
  const { version: _none, ...unversioned } = request;
  const requests = ["^1.0.0", "latest", "1.0", "v1.0.0"].map((version) => ({ ...request, version }));
  for (const unpinned of [unversioned, ...requests]) {
    await expect(installPackage({ ...unpinned, trust: "untrusted" })).rejects.toMatchObject({
      code: "SKILL_REFUSED",
      remedy: expect.stringContaining("some-server@1.2.3"),
    });
  }
  expect(readdirSync(join(root.path, "cache"))).toEqual([]);
});

test("npx with something that is no plain package is refused instead of run", async () => {
  for (const args of [["-y", "./local-server"], ["github:someone/server"], ["--call", "rm -rf ."]]) {
    await expect(openFixture({ definition: { command: "npx", args } })).rejects.toMatchObject({
      code: "SKILL_REFUSED",
      message: expect.stringContaining(args.at(-1) ?? ""),
    });
  }
});

test.for([
  { bin: "cli.js", wanted: undefined, file: "cli.js" },
  { bin: { server: "a.js", other: "b.js" }, wanted: undefined, file: "a.js" },
  { bin: { different: "c.mjs" }, wanted: undefined, file: "c.mjs" },
  { bin: { server: "a.js", other: "b.js" }, wanted: "other", file: "b.js" },
  { bin: { server: "shebang" }, wanted: undefined, file: "shebang" },
])(
  "the program of a package with bin $bin, asked for $wanted, is $file on our Node",
  ({ bin, wanted, file }) => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, "package.json"), JSON.stringify({ bin }));
    writeFileSync(join(root.path, "shebang"), "#!/usr/bin/env -S node --no-warnings\n");
    expect(packageProgram({ directory: root.path, name: "@scope/server", wanted })).toEqual({
      command: process.execPath,
      args: [join(root.path, file)],
    });
  },
);

test("a program that is no JavaScript is started itself", () => {
  using root = temporaryDirectory();
  writeFileSync(join(root.path, "package.json"), JSON.stringify({ bin: "run" }));
  program(join(root.path, "run"), "true");
  expect(packageProgram({ directory: root.path, name: "server", wanted: undefined })).toEqual({
    command: join(root.path, "run"),
    args: [],
  });
});

test.for([
  {
    bin: { a: "a.js", b: "b.js" },
    wanted: undefined,
    says: 'the programs a, b, and none is called "server"',
  },
  { bin: undefined, wanted: undefined, says: "has no program" },
  { bin: { server: "../../evil.js" }, wanted: undefined, says: "outside the package" },
])("a package with bin $bin cannot be run: $says", ({ bin, wanted, says }) => {
  using root = temporaryDirectory();
  writeFileSync(join(root.path, "package.json"), JSON.stringify({ bin }));
  expect(packageProgram({ directory: root.path, name: "server", wanted })).toContain(says);
});
