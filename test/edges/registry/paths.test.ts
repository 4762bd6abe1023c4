import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitProgram, makeRegistry, type ScratchRegistry } from "../../helpers/git-registry.ts";
import { addressOf, never, openRegistries } from "./open-registries.ts";

const read = async (registry: ScratchRegistry, ...paths: readonly string[]) => {
  await using open = openRegistries();
  const snapshot = await open.registries.open(addressOf(registry.url), never);
  return await snapshot.read(paths, never);
};

const textOf = (content: Uint8Array | undefined): string | undefined =>
  content === undefined ? undefined : Buffer.from(content).toString("latin1");

describe("given a path that is no file of the registry", () => {
  test.each([
    ["..", "../registry-index/config.json"],
    [".. within", "registry-index/../README.md"],
    ["an absolute one", "/etc/passwd"],
    ["a backslash", "registry-index\\..\\x"],
    ["nothing", ""],
    ["two slashes", "registry-index//x"],
    ["a line break, which would be another question to git", "x\nHEAD"],
  ])("%s is refused", async (_, path) => {
    using registry = makeRegistry();
    await expect(read(registry, path)).rejects.toMatchObject({ code: "PATH_ESCAPE" });
  });

  test.each([
    ["a link", "link", /link is a symlink/],
    ["a file behind a link", "folder-link/file", /folder-link is a symlink/],
    ["a folder", "folder", /it is a folder/],
    ["a submodule", "sub", /sub is a submodule/],
    ["a file of a submodule", "sub/file", /sub is a submodule/],
  ])("%s is refused", async (_, path, why) => {
    using registry = makeRegistry({
      "folder/file": "inside",
      link: { linkTo: "folder/file" },
      "folder-link": { linkTo: "folder" },
    });
    registry.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},sub`);
    registry.git("commit", "--quiet", "--message", "Add a submodule");
    const reading = read(registry, path);
    await expect(reading).rejects.toMatchObject({ code: "PATH_ESCAPE", message: expect.stringMatching(why) });
  });

  test.each(["none", "none/file", "folder/none", "folder/file/none", "constructor", "__proto__"])(
    "%s is just not there",
    async (path) => {
      using registry = makeRegistry({ "folder/file": "inside" });
      expect(await read(registry, path, "folder/file")).toEqual(
        new Map([["folder/file", Buffer.from("inside")]]),
      );
    },
  );
});

test("given attributes and line ends that a checkout would follow, then the bytes are those committed", async () => {
  const text = "a = 1\r\nb = '$Id$'\r\n";
  using registry = makeRegistry({ "x.toml": text });
  const blob = registry.git("rev-parse", "HEAD:x.toml");
  registry.commit({ ".gitattributes": "*.toml text eol=lf ident export-subst filter=none\n" });
  registry.git("update-index", "--cacheinfo", `100644,${blob},x.toml`);
  registry.git("commit", "--quiet", "--message", "Keep the line ends");
  expect(textOf((await read(registry, "x.toml")).get("x.toml"))).toBe(text);
});

test("given a file that no index file can be, then it is refused before it is held, and others are read", async () => {
  using registry = makeRegistry({ large: Buffer.alloc(17 * 1024 ** 2), small: "s" });
  await using open = openRegistries();
  const snapshot = await open.registries.open(addressOf(registry.url), never);
  await expect(snapshot.read(["small", "large"], never)).rejects.toMatchObject({
    code: "DEFINITION_TOO_LARGE",
    message:
      "registry.test/acme/experts: large has more than 16777216 bytes, or has with the others that are read at once.",
  });
  expect(textOf((await snapshot.read(["small"], never)).get("small"))).toBe("s");
});

test("given files or a commit that are more than is held at once, then they are refused as such", async () => {
  const size = 15 * 1024 ** 2;
  const files = Object.fromEntries([1, 2, 3, 4, 5].map((at) => [`f${at}`, Buffer.alloc(size, at)]));
  using registry = makeRegistry(files);
  await using open = openRegistries();
  const snapshot = await open.registries.open(addressOf(registry.url), never);
  await expect(snapshot.read(Object.keys(files), never)).rejects.toMatchObject({
    code: "DEFINITION_TOO_LARGE",
  });
  expect((await snapshot.read(["f1", "f2"], never)).size).toBe(2);
  writeFileSync(join(registry.directory, ".git", "message"), "m".repeat(17 * 1024 ** 2));
  registry.git("commit", "--quiet", "--allow-empty", "--file", ".git/message");
  await using another = open.another();
  await expect(another.open(addressOf(registry.url), never)).rejects.toMatchObject({
    code: "DEFINITION_TOO_LARGE",
    message: expect.stringContaining("a commit or a tag has more than"),
  });
});

test("given files that git would check, then a registry with submodules' names is read all the same", async () => {
  using registry = makeRegistry({
    ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://a.test/b\n',
    f: "f",
  });
  registry.git("config", "uploadpack.allowFilter", "true");
  expect(textOf((await read(registry, "f")).get("f"))).toBe("f");
});

describe("given a registry whose config.json names a branch for the index", () => {
  const config = "registry-index/config.json";

  test("that branch is read", async () => {
    using registry = makeRegistry({ [config]: '{"indexBranch":"index"}', "x.txt": "default branch" });
    registry.checkout("index");
    const commit = registry.commit({ "x.txt": "index branch" });
    registry.checkout("main");
    await using open = openRegistries();
    const snapshot = await open.registries.open(addressOf(registry.url), never);
    expect(snapshot.commit).toBe(commit);
    expect(textOf((await snapshot.read(["x.txt"], never)).get("x.txt"))).toBe("index branch");
  });

  test("one that names none is an index itself", async () => {
    using registry = makeRegistry({ [config]: '{"later":true}' });
    await using open = openRegistries();
    const snapshot = await open.registries.open(addressOf(registry.url), never);
    expect(snapshot.commit).toBe(registry.head());
  });

  test.each([
    ["a branch that is not there", '{"indexBranch":"index"}', /there is no branch index/],
    ["no name of a branch", '{"indexBranch":"a:refs/heads/b"}', /is not how a registry is set up/],
    ["no text", '{"indexBranch":1}', /is not how a registry is set up/],
    ["another form", '{"v":2,"indexBranch":"index"}', /is not how a registry is set up/],
    ["no JSON", "index", /is not how a registry is set up/],
  ])("%s is an error, not another index", async (_, content, why) => {
    using registry = makeRegistry({ [config]: content });
    const reading = read(registry, "x");
    await expect(reading).rejects.toMatchObject({
      code: "INDEX_CORRUPT",
      message: expect.stringMatching(why),
    });
  });
});

test("given a repository without a commit, then it is said to be empty", async () => {
  using registry = makeRegistry();
  registry.git("checkout", "--quiet", "--orphan", "nothing");
  registry.git("branch", "--quiet", "--delete", "--force", "main");
  await expect(read(registry, "x")).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringContaining("empty"),
  });
});

test("given a repository whose objects are named by SHA-256, then it is read, also a second time", async () => {
  using registry = makeRegistry();
  const at = `${registry.directory}/sha256`;
  const git = (...args: readonly string[]): string =>
    execFileSync(gitProgram, ["-C", at, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      encoding: "utf8",
    }).trim();
  execFileSync(gitProgram, ["init", "--quiet", "--object-format=sha256", "--initial-branch=main", at]);
  const blob = execFileSync(gitProgram, ["-C", at, "hash-object", "-w", "--stdin"], { input: "text" });
  git("update-index", "--add", "--cacheinfo", `100644,${`${blob}`.trim()},a/x`);
  git("commit", "--quiet", "--message", "Start");
  git("tag", "v1.0.0");
  await using open = openRegistries();
  const address = addressOf(`file://${at}`);
  const readOnce = async (): Promise<string | undefined> => {
    await using registries = open.another();
    const snapshot = await registries.open(address, never);
    expect(snapshot.commit).toBe(git("rev-parse", "HEAD"));
    return textOf((await snapshot.read(["a/x"], never)).get("a/x"));
  };
  expect(await open.registries.tags(address, ["v1.0.0"], never)).toEqual(
    new Map([["v1.0.0", git("rev-parse", "HEAD")]]),
  );
  expect(await readOnce()).toBe("text");
  const before = open.commands().length;
  expect(await readOnce()).toBe("text");
  expect(open.commands().slice(before)).toEqual(["fetch"]);
  await using another = open.another();
  expect((await another.tags(address, ["v1.0.0"], never)).size).toBe(1);
  expect(open.commands().slice(before + 1)).toEqual(["fetch"]);
});
