import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { definitionPath, indexPath } from "../../src/registry/index-path.ts";
import { knownBadPath } from "../../src/registry/known-bad.ts";
import { rating } from "../helpers/index-lines.ts";
import { publishExpert, type RegistryWorld, startRegistryWorld } from "../helpers/registry-world.ts";
import { type CliWorld, runCli, startCliWorld } from "../helpers/run-cli.ts";

const head = `model = "claude-sonnet-4-5"\n[provider]\nproviderName = "anthropic"\n`;

/** Publishes from the registry's own repository, where its tags are. */
const publish = ({ acme, https }: RegistryWorld, key: string, delegates: readonly string[] = []) => {
  const [tag, path] = [key, `experts/${key.slice(1, key.indexOf("@", 1))}.toml`];
  const commit = "0".repeat(40);
  const src = { repo: `${https.host}/acme/experts`, repoId: 1, tag, commit, path };
  const { name, version } = { name: key.slice(0, key.indexOf("@", 1)), version: key.split("@").at(-1) ?? "" };
  // Committed and tagged first, since the line names the commit.
  const definition = `[experts."${name}"]\nversion = "${version}"\ninstruction = "You are ${key}."\ndelegates = ${JSON.stringify(delegates)}\n`;
  const tagged = acme.commit({ [path]: definition }, "Write");
  const published = publishExpert(acme, key, { delegates, line: { src: { ...src, commit: tagged } } });
  acme.git("tag", "--force", tag, tagged);
  return { ...published, commit: tagged };
};

/** A checkout that has locked @acme/reviewer@1, which delegates to @acme/style. */
const locked = async (registries: RegistryWorld): Promise<CliWorld> => {
  publish(registries, "@acme/style@1.4.0");
  publish(registries, "@acme/reviewer@1.2.0", ["@acme/style@1"]);
  const world = await startCliWorld({ files: { "perstack.toml": head + registries.toml } });
  const { exitCode, stderr } = await runCli(world, ["lock", "@acme/reviewer@1"], { env: registries.env });
  expect([exitCode, stderr]).toEqual([0, ""]);
  return world;
};

const audit = async (world: CliWorld, { env }: RegistryWorld, ...args: readonly string[]) =>
  await runCli(world, ["audit", ...args], { env });

const rows = (stdout: string): readonly string[] => stdout.split("\n\n")[0]?.split("\n") ?? [];

test("a lock of what is still as it was is fine, one look at the registry and one at its tags later", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  const before = registries.https.requests.length;
  const { exitCode, stdout, stderr } = await audit(world, registries);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(
    "@acme/reviewer@1.2.0  ok\n@acme/style@1.4.0     ok\n\n2 Experts: 0 wrong, 0 warnings.\n",
  );
  const posts = registries.https.requests.slice(before).filter(({ method }) => method === "POST");
  // Commit and trees, the files of it that are not here yet, tags; git asks twice for each, what there is and then for it.
  expect(posts.length).toBeLessThanOrEqual(6);
});

test("a moved tag, a version that was taken back and a deprecated one are told apart, the worst first", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  const { acme } = registries;
  const old = acme.git("rev-parse", "@acme/reviewer@1.2.0");
  acme.git("tag", "--force", "@acme/reviewer@1.2.0", "HEAD");
  const now = acme.head();
  acme.append("@acme/style", rating("1.4.0", "deprecated", "Use \u001b[31m2."));
  const first = await audit(world, registries);
  expect(first.exitCode).toBe(1);
  expect(rows(first.stdout)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^@acme/reviewer@1.2.0  error    TAG_MOVED +The tag .* named ${old}, and names ${now} now\\.$`,
      ),
    ),
    "@acme/style@1.4.0     warning  VERSION_DEPRECATED  Use 2.",
  ]);
  acme.git("tag", "--force", "@acme/reviewer@1.2.0", old);
  expect((await audit(world, registries)).exitCode).toBe(0);
  acme.append("@acme/style", rating("1.4.0", "disabled", "security: it leaks"));
  acme.append("@acme/reviewer", rating("1.2.0", "disabled", "##[error]it loops"));
  const worst = await audit(world, registries);
  expect(worst.exitCode).toBe(1);
  expect(rows(worst.stdout)).toEqual([
    expect.stringMatching(/^@acme\/style@1.4.0 +critical +VERSION_DISABLED +security: it leaks$/),
    expect.stringMatching(/^@acme\/reviewer@1.2.0 +error +VERSION_DISABLED +## \[error\]it loops$/),
  ]);
});

test("a deleted tag and a newer version are said, and are nothing to fail for", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  registries.acme.git("tag", "--delete", "@acme/style@1.4.0");
  publish(registries, "@acme/reviewer@1.3.0", ["@acme/style@1"]);
  publish(registries, "@acme/reviewer@2.0.0", ["@acme/style@1"]);
  const { exitCode, stdout } = await audit(world, registries, "--json");
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout);
  expect([report.v, report.wrong, report.experts.length]).toEqual([1, false, 2]);
  expect(report.findings).toMatchObject([
    {
      level: "info",
      code: "NEWER_VERSION",
      subject: "@acme/reviewer@1.2.0",
      message: '1.3.0 fits "@acme/reviewer@1".',
    },
    { level: "info", code: "TAG_MISSING", subject: "@acme/style@1.4.0" },
  ]);
});

test("an index that lost lines, one that was edited and one that keeps other bytes are each called so", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  const { acme } = registries;
  const [style, reviewer] = [indexPath("@acme/style"), indexPath("@acme/reviewer")];
  const text = (path: string): string => readFileSync(join(acme.directory, path), "utf8");
  const [before, sha256] = [text(style), JSON.parse(text(reviewer)).sha256];
  acme.commit({ [style]: before.replace("2026-01-31", "2026-02-01"), [definitionPath(sha256)]: "other" });
  const findings = async () => JSON.parse((await audit(world, registries, "--json")).stdout).findings;
  expect(await findings()).toMatchObject([
    {
      level: "error",
      code: "DIGEST_MISMATCH",
      subject: "@acme/reviewer@1.2.0",
      message: expect.stringContaining(sha256),
    },
    { level: "error", code: "INDEX_REWOUND", subject: "@acme/style@1.4.0" },
  ]);
  acme.commit({ [style]: `${before}{"torn`, [definitionPath(sha256)]: null });
  expect(await findings()).toMatchObject([
    { code: "INDEX_CORRUPT", subject: "@acme/reviewer@1.2.0" },
    { code: "INDEX_CORRUPT", subject: "@acme/style@1.4.0" },
  ]);
  acme.commit({ [style]: null });
  expect(await findings()).toContainEqual(expect.objectContaining({ code: "INDEX_REWOUND" }));
});

test("what the registry knows to be harmful is found by name and by digest, and a list that is none is not passed over", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  const { acme } = registries;
  const { sha256 } = JSON.parse(readFileSync(join(acme.directory, indexPath("@acme/style")), "utf8"));
  const lines = [
    { name: "@acme/reviewer", version: "1.2.0", reason: "It sends the diff away." },
    { name: "@acme/reviewer", version: "1.1.0", reason: "another" },
    { sha256, reason: "The same bytes were seen elsewhere." },
  ];
  acme.commit({ [knownBadPath]: lines.map((line) => `${JSON.stringify(line)}\n`).join("") });
  const { exitCode, stdout } = await audit(world, registries);
  expect(exitCode).toBe(1);
  expect(rows(stdout)).toEqual([
    expect.stringMatching(/^@acme\/reviewer@1.2.0 +critical +KNOWN_BAD .*: It sends the diff away\.$/),
    expect.stringMatching(
      /^@acme\/style@1.4.0 +critical +KNOWN_BAD .*: The same bytes were seen elsewhere\.$/,
    ),
  ]);
  // A digest in capitals is none, and the name beside it does not make up for it.
  const capitals = { name: "@acme/x", version: "1.0.0", sha256: sha256.toUpperCase(), reason: "r" };
  for (const list of [
    "harmful: all\n",
    `${JSON.stringify(capitals)}\n`,
    `\uFEFF${JSON.stringify(lines[0])}\n`,
  ]) {
    acme.commit({ [knownBadPath]: list });
    const broken = await audit(world, registries);
    expect([broken.exitCode, broken.stdout]).toEqual([
      1,
      expect.stringMatching(/known-bad\.jsonl(?::1 cannot be read| is not UTF-8)/),
    ]);
  }
});

test("a lock that hides its tag or how far an index was is found out", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  const file = join(world.workspace.directory, "perstack.lock");
  const whole = readFileSync(file, "utf8").replace(/^digest = .*\n/m, "");
  const style = JSON.stringify("@acme/style@1.4.0");
  for (const [change, finding] of [
    [
      (text: string) => text.replace(`tag = ${style}`, 'tag = ""'),
      "DIGEST_MISMATCH +perstack.lock says tag , and",
    ],
    [
      (text: string) => text.replace(/^\[indexes\."@acme\/style"\]\n(?:.+\n)+/m, ""),
      "LOCK_INVALID .*how far the index of @acme/style",
    ],
  ] as const) {
    expect(change(whole)).not.toBe(whole);
    writeFileSync(file, change(whole));
    const { exitCode, stdout } = await audit(world, registries);
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^@acme/style@1.4.0 +error +${finding}`, "m")),
    ]);
  }
});

test("a registry that is out of reach is said to be, and nothing of it is called fine or missing", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  registries.https.fault({ status: 404 });
  const { exitCode, stdout } = await audit(world, registries);
  expect(exitCode).toBe(1);
  const id = `${registries.https.host}/acme/experts`;
  expect(rows(stdout)).toEqual([
    expect.stringMatching(new RegExp(`^${id} +error +REGISTRY_UNREACHABLE `)),
    expect.stringMatching(/^@acme\/reviewer@1.2.0 +unknown$/),
    expect.stringMatching(/^@acme\/style@1.4.0 +unknown$/),
  ]);
  expect(stdout).not.toContain("NOT_FOUND");
});

test("a lock that was changed by hand is held against the index, and where there is none nothing is audited", async () => {
  await using registries = await startRegistryWorld();
  await using world = await locked(registries);
  const file = join(world.workspace.directory, "perstack.lock");
  const text = readFileSync(file, "utf8").replace(/^digest = .*\n/m, "");
  const other = "f".repeat(64);
  writeFileSync(
    file,
    text.replace(/(\[experts\."@acme\/style@1.4.0"\][\s\S]*?\nsha256 = ")[0-9a-f]{64}/, `$1${other}`),
  );
  const changed = await audit(world, registries);
  expect(changed.exitCode).toBe(1);
  expect(changed.stdout).toMatch(
    new RegExp(`@acme/style@1.4.0 +error +DIGEST_MISMATCH +perstack.lock says sha256 ${other}`),
  );
  rmSync(file);
  const none = await audit(world, registries);
  expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("There is no perstack.lock")]);
});

test("neither a line of an index nor a lock sends the asking to a host that the manifest does not name", async () => {
  await using registries = await startRegistryWorld();
  await using other = await startRegistryWorld();
  const elsewhere = { repo: `${other.https.host}/acme/experts`, repoId: 1, tag: "v1.0.0", path: "x.toml" };
  publishExpert(registries.acme, "@acme/x@1.0.0", {
    line: { src: { ...elsewhere, commit: "a".repeat(40) } },
  });
  await using world = await startCliWorld({ files: { "perstack.toml": head + registries.toml } });
  expect((await runCli(world, ["lock", "@acme/x"], { env: registries.env })).exitCode).toBe(0);
  const index = await audit(world, registries);
  expect([index.exitCode, rows(index.stdout)]).toEqual([
    0,
    [expect.stringMatching(/^@acme\/x@1.0.0 +warning +TAG_NOT_ASKED +Its tag is in localhost/)],
  ]);
  const before = registries.https.requests.length;
  world.workspace.commit({ "perstack.toml": head + other.toml });
  const lock = await audit(world, registries);
  expect([lock.exitCode, rows(lock.stdout)]).toEqual([
    1,
    [expect.stringMatching(/^@acme\/x@1.0.0 +error +LOCK_OUTDATED +perstack.lock has it from localhost/)],
  ]);
  expect(registries.https.requests).toHaveLength(before);
  expect(other.https.requests).toEqual([]);
});
