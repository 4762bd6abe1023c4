import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gitRegistries } from "../../../src/edges/registry/git-registries.ts";
import { namesPath } from "../../../src/registry/index-place.ts";
import type { LockedExpert, Lockfile } from "../../../src/registry/lockfile.ts";
import { renderNames } from "../../../src/registry/names-list.ts";
import type { RegistryBook } from "../../../src/registry/registry-book.ts";
import { refuseMovedTags } from "../../../src/run/registry/moved-tags.ts";
import { type Resolution, resolveRegistry } from "../../../src/run/registry/resolve-registry.ts";
import { gitProgram, makeRegistry, type ScratchRegistry } from "../../helpers/git-registry.ts";
import { rating, tagging } from "../../helpers/index-lines.ts";

let acme: ScratchRegistry;
let corp: ScratchRegistry;
let cache: string;

beforeEach(() => {
  acme = makeRegistry();
  corp = makeRegistry();
  cache = mkdtempSync(join(tmpdir(), "registry-cache-"));
});
afterEach(() => {
  acme[Symbol.dispose]();
  corp[Symbol.dispose]();
  rmSync(cache, { recursive: true, force: true });
});

const definition = (name: string, version: string, delegates: readonly string[] = []): string =>
  `[experts."${name}"]\nversion = "${version}"\ninstruction = "I am ${name} ${version}."\ndelegates = ${JSON.stringify(delegates)}\n`;

const publish = (
  registry: ScratchRegistry,
  name: string,
  version: string,
  delegates: readonly string[] = [],
) =>
  registry.publish({
    ...{ name, version, definition: definition(name, version, delegates) },
    delegates: delegates.map((delegate) => {
      const at = delegate.indexOf("@", 1);
      return at === -1 ? [delegate, ""] : [delegate.slice(0, at), delegate.slice(at + 1)];
    }),
    line: {},
  });

const book: RegistryBook = {
  placeOf: ({ scope }) => ({
    type: "registry",
    address:
      scope === "@corp"
        ? { url: corp.url, id: "registry.test/corp/experts" }
        : { url: acme.url, id: "registry.test/acme/experts" },
  }),
};

type Wish = Partial<Parameters<typeof resolveRegistry>[0]>;

const resolve = async (
  requests: readonly string[],
  wish: Wish = {},
  config = "/dev/null",
): Promise<Resolution> => {
  await using registries = gitRegistries({
    ...{ git: gitProgram, environment: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: config } },
    ...{ cacheDirectory: cache, userConfig: "kept", protocols: "file", retryDelays: [] },
  });
  return await resolveRegistry(
    { requests, book, unlocked: "resolve", ...wish },
    registries,
    new AbortController().signal,
  );
};

const keysOf = (resolution: Resolution) => resolution.experts.map(({ key }) => key).sort();

/** As `expert-stack lock` would write it. */
const lockOf = ({ experts, usage }: Resolution): Lockfile => ({
  configPath: "perstack.toml",
  references: [],
  packages: new Map(),
  experts: experts.map((found): LockedExpert => ({ ...found, toolDefinitions: [] })),
  ...{ registries: usage.registries, indexes: usage.indexes },
});

describe("without a lock", () => {
  test("an Expert comes with all that it delegates to, also of another registry", async () => {
    publish(corp, "@corp/style", "1.4.0");
    publish(corp, "@corp/style", "2.0.0");
    publish(acme, "@acme/tests", "0.3.1", ["@corp/style@1"]);
    publish(acme, "@acme/reviewer", "1.0.0", ["@acme/tests", "@corp/style@1.4.0"]);
    const resolution = await resolve(["@acme/reviewer@1"]);
    expect(resolution.experts.map(({ key, expert }) => [key, expert.instruction, expert.delegates])).toEqual([
      ["@acme/reviewer@1.0.0", "I am @acme/reviewer 1.0.0.", ["@acme/tests", "@corp/style@1.4.0"]],
      ["@acme/tests@0.3.1", "I am @acme/tests 0.3.1.", ["@corp/style@1"]],
      ["@corp/style@1.4.0", "I am @corp/style 1.4.0.", []],
    ]);
    expect(resolution.unlocked).toEqual([
      "@acme/reviewer@1",
      "@acme/tests",
      "@corp/style@1.4.0",
      "@corp/style@1",
    ]);
  });

  test("two versions of one Expert are two Experts", async () => {
    publish(acme, "@acme/z", "1.0.0");
    publish(acme, "@acme/z", "2.0.0");
    publish(acme, "@acme/x", "1.0.0", ["@acme/z@1"]);
    publish(acme, "@acme/y", "1.0.0", ["@acme/z@2"]);
    expect(keysOf(await resolve(["@acme/x", "@acme/y"]))).toEqual([
      "@acme/x@1.0.0",
      "@acme/y@1.0.0",
      "@acme/z@1.0.0",
      "@acme/z@2.0.0",
    ]);
  });

  test("a name of the consumer's own is none of its business", async () => {
    publish(acme, "@acme/x", "1.0.0", ["@acme/y"]);
    const text = definition("@acme/x", "1.1.0", ["helper"]);
    acme.publish({ name: "@acme/x", version: "1.1.0", definition: text, delegates: [["helper", ""]] });
    await expect(resolve(["@acme/x"])).rejects.toMatchObject({ code: "REFERENCE_INVALID" });
  });

  test("more than 255 Experts are too many", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `@acme/n${index}`);
    acme.publishAll([
      ...names.map((name) => ({ name, version: "1.0.0" })),
      { name: "@acme/x", version: "1.0.0", delegates: names.map((name) => [name, ""]) },
    ]);
    await expect(resolve(["@acme/x"])).rejects.toMatchObject({ code: "DELEGATION_TOO_DEEP" });
  });

  test.each([
    ["refuse: frozen", /^There is no perstack\.lock that holds "@acme\/x@1"\.$/],
    ["refuse: untrusted", /and this trigger is untrusted\.$/],
  ] as const)("nothing is asked where that is refused (%s)", async (unlocked, message) => {
    publish(acme, "@acme/x", "1.0.0");
    await expect(resolve(["@acme/x@1"], { unlocked })).rejects.toMatchObject({
      code: "LOCK_OUTDATED",
      message: expect.stringMatching(message),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  test("a definition that has other delegates than its line is refused", async () => {
    publish(acme, "@acme/y", "1.0.0");
    acme.publish({
      name: "@acme/x",
      version: "1.0.0",
      definition: definition("@acme/x", "1.0.0"),
      delegates: [["@acme/y", ""]],
    });
    await expect(resolve(["@acme/x"])).rejects.toMatchObject({
      code: "INDEX_CORRUPT",
      message: expect.stringMatching(
        /^@acme\/x@1\.0\.0 delegates to nobody, and the index of .* says to @acme\/y\.$/,
      ),
    });
  });

  test("a name that is not there is told from one that is near it", async () => {
    publish(acme, "@acme/reviewer", "1.0.0");
    const listed = { version: "1.0.0", status: "available", description: "", tags: [] } as const;
    // In the order in which the list is written: its reader goes by the first two.
    acme.commit({ [namesPath]: renderNames([{ v: 1, name: "@acme/reviewer", ...listed }]) });
    await expect(resolve(["@acme/reviwer"])).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      message: 'registry.test/acme/experts has no Expert "@acme/reviwer".',
      remedy: 'Did you mean "@acme/reviewer"?',
    });
  });
});

test("a file of a repository is found by its tag, and again without asking, by the lock", async () => {
  // GitHub stands on this machine for who reads this configuration.
  const config = join(acme.directory, "..", `${basename(acme.directory)}.gitconfig`);
  writeFileSync(config, `[url "${acme.url}"]\n\tinsteadOf = https://github.com/acme/triage.git\n`);
  try {
    acme.commit({ "experts/triage.toml": definition("@acme/triage", "1.0.0") }, "Triage");
    acme.git("tag", "v1");
    const request = "github:acme/triage//experts/triage.toml@v1";
    const first = await resolve([request], {}, config);
    expect(first.experts).toMatchObject([
      {
        key: "@acme/triage@1.0.0",
        pin: { source: "github.com/acme/triage", tag: "v1", commit: acme.head() },
      },
    ]);
    expect(first.unlocked).toEqual([request]);
    const pinned = request.replace("v1", acme.head());
    expect((await resolve([pinned], { unlocked: "refuse: untrusted" }, config)).unlocked).toEqual([]);
    rmSync(acme.directory, { recursive: true });
    const again = await resolve([request], { lockfile: lockOf(first), unlocked: "refuse: frozen" }, config);
    expect(again.experts).toEqual(first.experts);
  } finally {
    rmSync(config);
  }
});

describe("versions that a lock is about to take", () => {
  const refuse = async ({ experts }: Resolution, before?: Lockfile) => {
    await using registries = gitRegistries({
      ...{ git: gitProgram, environment: { PATH: process.env.PATH }, cacheDirectory: cache },
      ...{ userConfig: "neutral", protocols: "file", retryDelays: [] },
    });
    const known = [{ url: acme.url, id: "registry.test/acme/experts" }];
    const from = { known, registries, signal: new AbortController().signal };
    return await refuseMovedTags(experts, before, from);
  };

  test("are refused when their tag was moved, unless they are locked already", async () => {
    const { tag, commit } = publish(acme, "@acme/x", "1.0.0");
    publish(acme, "@acme/y", "1.0.0");
    const resolution = await resolve(["@acme/x", "@acme/y"]);
    expect(await refuse(resolution)).toEqual([]);
    const now = acme.commit({ "a.txt": "a" }, "Later");
    acme.git("tag", "--force", tag, now);
    await expect(refuse(resolution)).rejects.toMatchObject({
      code: "TAG_MOVED",
      message: expect.stringMatching(
        new RegExp(`^@acme/x@1\\.0\\.0: .*published ${commit}, and names ${now} now`),
      ),
    });
    expect(await refuse(resolution, lockOf(resolution))).toEqual([]);
    acme.git("tag", "--delete", tag);
    expect(await refuse(resolution)).toEqual([]);
  });

  test("are taken where nobody can be asked about their tags, which is told", async () => {
    publish(acme, "@acme/x", "1.0.0");
    const resolution = await resolve(["@acme/x"]);
    rmSync(acme.directory, { recursive: true });
    expect(await refuse(resolution)).toEqual([expect.stringContaining("registry.test/acme/experts")]);
  });
});

describe("with a lock", () => {
  test("the same is found again, whatever was published since, and offline", async () => {
    publish(acme, "@acme/tests", "1.0.0");
    publish(acme, "@acme/reviewer", "1.0.0", ["@acme/tests@1"]);
    const first = await resolve(["@acme/reviewer@1"]);
    publish(acme, "@acme/tests", "1.1.0");
    acme[Symbol.dispose]();
    const again = await resolve(["@acme/reviewer@1"], {
      lockfile: lockOf(first),
      unlocked: "refuse: frozen",
    });
    expect(again.experts).toEqual(first.experts);
    expect(again.unlocked).toEqual([]);
    acme = makeRegistry();
  });

  test("a moved tag changes nothing", async () => {
    const { tag } = publish(acme, "@acme/x", "1.0.0");
    const first = await resolve(["@acme/x"]);
    acme.git(
      "tag",
      "--force",
      tag,
      acme.commit({ "experts/acme/x.toml": definition("@acme/x", "6.6.6") }, "Move"),
    );
    rmSync(cache, { recursive: true });
    expect((await resolve(["@acme/x"], { lockfile: lockOf(first) })).experts).toEqual(first.experts);
  });

  test("a registry that cannot be asked is not said to lack what it may have", async () => {
    publish(acme, "@acme/x", "1.0.0");
    const first = await resolve(["@acme/x"]);
    rmSync(cache, { recursive: true });
    rmSync(acme.directory, { recursive: true });
    await expect(resolve(["@acme/x"], { lockfile: lockOf(first) })).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
    });
  });

  test("a definition that was altered in the cache is fetched again", async () => {
    const { sha256 } = publish(acme, "@acme/x", "1.0.0");
    const first = await resolve(["@acme/x"]);
    writeFileSync(
      join(cache, "definitions", `${sha256}.toml`),
      definition("@acme/x", "1.0.0").replace("I am", "I was"),
    );
    expect((await resolve(["@acme/x"], { lockfile: lockOf(first) })).experts).toEqual(first.experts);
  });

  test("an index that lost what the lock remembers is refused", async () => {
    publish(acme, "@acme/x", "1.0.0");
    const before = acme.head();
    publish(acme, "@acme/x", "1.1.0");
    const first = await resolve(["@acme/x"]);
    acme.git("reset", "--hard", before);
    await expect(resolve(["@acme/x@2"], { lockfile: lockOf(first) })).rejects.toMatchObject({
      code: "INDEX_REWOUND",
      message: expect.stringContaining("line 2"),
    });
  });

  test("a version that was taken back since is run with a warning where it has to be fetched", async () => {
    publish(acme, "@acme/x", "1.0.0");
    const first = await resolve(["@acme/x"]);
    acme.append("@acme/x", rating("1.0.0", "disabled", "it loops"));
    rmSync(cache, { recursive: true });
    const again = await resolve(["@acme/x"], { lockfile: lockOf(first) });
    expect(again.usage.worn).toMatchObject([{ status: "disabled", reason: "it loops" }]);
  });

  test("a registry that another place is said for is another registry", async () => {
    publish(acme, "@acme/x", "1.0.0");
    const first = await resolve(["@acme/x"]);
    const elsewhere: RegistryBook = {
      placeOf: () => ({ type: "registry", address: { url: corp.url, id: "registry.test/corp/experts" } }),
    };
    const wish = { lockfile: lockOf(first), book: elsewhere, unlocked: "refuse: frozen" } as const;
    await expect(resolve(["@acme/x"], wish)).rejects.toMatchObject({
      code: "LOCK_OUTDATED",
      message:
        'perstack.lock has "@acme/x" from registry.test/acme/experts, and it is looked for in registry.test/corp/experts.',
    });
    await expect(resolve(["@acme/y"], wish)).rejects.toMatchObject({
      message: 'perstack.lock does not hold "@acme/y".',
    });
  });

  test("another version is found by a tag only where it is asked to be renewed", async () => {
    publish(acme, "@acme/x", "1.0.0");
    publish(acme, "@acme/x", "2.0.0");
    acme.append("@acme/x", tagging("stable", "1.0.0"));
    const first = await resolve(["@acme/x@stable"]);
    acme.append("@acme/x", tagging("stable", "2.0.0"));
    const lockfile = lockOf(first);
    expect(keysOf(await resolve(["@acme/x@stable"], { lockfile }))).toEqual(["@acme/x@1.0.0"]);
    expect(keysOf(await resolve(["@acme/x@stable"], { lockfile, isRenewed: () => true }))).toEqual([
      "@acme/x@2.0.0",
    ]);
  });
});
