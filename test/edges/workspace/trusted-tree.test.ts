import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { trustedTree } from "../../../src/edges/workspace/trusted-tree.ts";
import { type GitRepository, makeRepository, type WorkFiles } from "../../helpers/git-repository.ts";
import { temporaryDirectory } from "../skills/mcp/fixture-skill.ts";

const git = "/usr/bin/git";

const repositoryOf = (files: WorkFiles): GitRepository => {
  const repository = makeRepository({ files });
  onTestFinished(() => repository[Symbol.dispose]());
  return repository;
};

const treeOf = (
  { directory: checkout }: Pick<GitRepository, "directory">,
  commit: string,
  workspace = checkout,
) => {
  const temporary = temporaryDirectory();
  onTestFinished(() => temporary[Symbol.dispose]());
  const program = { git, environment: { PATH: process.env.PATH ?? "", HOME: temporary.path } };
  return trustedTree({
    commit,
    workspace,
    checkout,
    program,
    directory: join(temporary.path, "trees", "one"),
  });
};

/** The id of a tree that git would not make from files. */
const mktree = ({ directory }: GitRepository, lines: string): string =>
  execFileSync(git, ["-C", directory, "mktree"], { input: lines }).toString("utf8").trim();

test("files are as they were committed, to be read alone, whatever the checkout and its attributes say", async () => {
  const repository = repositoryOf({
    ".gitattributes": "* ident text eol=crlf export-subst\nsecret.txt export-ignore\n",
    "a.txt": "$Id$ $Format:%H$\n",
    "secret.txt": "there\n",
    "run.sh": { executable: "#!/bin/sh\n" },
    "wörter/\u{1f600}.txt": "öffentlich\n",
  });
  const commit = repository.head();
  repository.commit({ "a.txt": "changed\n", "new.txt": "new\n" });
  const tree = treeOf(repository, commit);
  const { root, folder } = await tree.open();
  expect(folder).toBe(root);
  expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("$Id$ $Format:%H$\n");
  expect(readFileSync(join(root, "wörter/\u{1f600}.txt"), "utf8")).toBe("öffentlich\n");
  expect(readdirSync(root).sort()).toEqual([".gitattributes", "a.txt", "run.sh", "secret.txt", "wörter"]);
  expect([statSync(join(root, "a.txt")).mode & 0o777, statSync(join(root, "run.sh")).mode & 0o777]).toEqual([
    0o444, 0o555,
  ]);
  expect((await tree.open()).root).toBe(root);
  await tree[Symbol.asyncDispose]();
  expect(existsSync(tree.directory)).toBe(false);
});

test("links that stay in the tree are there, and none that leads out of it; submodules are not", async () => {
  const repository = repositoryOf({
    "deep/er/file.txt": "x",
    inside: { linkTo: "deep/er/../er/file.txt" },
    folder: { linkTo: "deep" },
    "deep/through": { linkTo: "../folder/er" },
    "deep/er/top": { linkTo: "../.." },
    absolute: { linkTo: "/etc/hostname" },
    above: { linkTo: "deep/../../x" },
    // By their names alone these stay.
    "deep/er/by-top": { linkTo: "top/../../.." },
    "by-link": { linkTo: "deep/er/by-top/etc" },
    nowhere: { linkTo: "not-there" },
    circle: { linkTo: "circle" },
  });
  const { git: run } = repository;
  run("update-index", "--add", "--cacheinfo", `160000,${repository.head()},module`);
  run("commit", "--quiet", "--message", "Add a submodule");
  const { root } = await treeOf(repository, repository.head()).open();
  const there = (path: string): boolean =>
    lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
  expect(readFileSync(join(root, "inside"), "utf8")).toBe("x");
  expect(readFileSync(join(root, "deep/through/file.txt"), "utf8")).toBe("x");
  expect(readlinkSync(join(root, "deep/er/top"))).toBe("../..");
  for (const path of ["absolute", "above", "deep/er/by-top", "by-link", "nowhere", "circle", "module"]) {
    expect([path, there(path)]).toEqual([path, false]);
  }
});

test("an object that is not what its id says is refused", async () => {
  const repository = repositoryOf({ "server.mjs": "trusted" });
  const commit = repository.head();
  const id = repository.git("rev-parse", "HEAD:server.mjs");
  repository.commit({ "server.mjs": "changed" });
  const path = join(repository.directory, ".git", "objects", id.slice(0, 2), id.slice(2));
  chmodSync(path, 0o644);
  writeFileSync(path, deflateSync(Buffer.from("blob 7\0hostile")));
  const tree = treeOf(repository, commit);
  await expect(tree.open()).rejects.toMatchObject({ code: "SKILL_REFUSED" });
  await tree[Symbol.asyncDispose]();
  expect(existsSync(tree.directory)).toBe(false);
});

test("a replaced object does not count", async () => {
  const repository = repositoryOf({ "server.mjs": "trusted" });
  const commit = repository.head();
  repository.commit({ "server.mjs": "hostile" });
  repository.git("replace", `${commit}:server.mjs`, "HEAD:server.mjs");
  repository.git("replace", commit, "HEAD");
  const { root } = await treeOf(repository, commit).open();
  expect(readFileSync(join(root, "server.mjs"), "utf8")).toBe("trusted");
});

test.each([
  ["git's own folder", "100644 blob BLOB\tHEAD\n", ".git"],
  ["git's own folder in other letters", "100644 blob BLOB\tHEAD\n", ".GIT"],
])("a tree with %s is refused", async (_, inner, name) => {
  const repository = repositoryOf({ "a.txt": "x" });
  const made = (lines: string): string => mktree(repository, lines);
  const blob = repository.git("rev-parse", "HEAD:a.txt");
  const tree = made(`040000 tree ${made(inner.replace("BLOB", blob))}\t${name}\n`);
  const commit = repository.git("commit-tree", "-m", "odd", tree);
  await expect(treeOf(repository, commit).open()).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining(`"${name}/HEAD"`),
  });
});

test.each([
  ["files", 50_001, 1],
  ["bytes", 300, 2 ** 20],
])("a tree of too many %s is refused before any is written", async (_, count, bytes) => {
  const repository = repositoryOf({ "a.txt": Buffer.alloc(bytes) });
  const blob = repository.git("rev-parse", "HEAD:a.txt");
  const lines = Array.from({ length: count }, (_, at) => `100644 blob ${blob}\tf${at}\n`);
  const commit = repository.git("commit-tree", "-m", "large", mktree(repository, lines.join("")));
  const tree = treeOf(repository, commit);
  await expect(tree.open()).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining(`it has ${count} files`),
  });
  expect(readdirSync(tree.directory)).toEqual([]);
});

test("a folder that the commit does not have, and a workspace outside of the checkout, are refused", async () => {
  const repository = repositoryOf({ "sub/a.txt": "x", "beside/a.txt": "x" });
  const at = (name: string): string => join(repository.directory, name);
  mkdirSync(at("sub/new"));
  for (const workspace of [at("sub/new"), at("beside")]) {
    const tree = treeOf({ directory: at("sub") }, repository.head(), workspace);
    await expect(tree.open()).rejects.toMatchObject({
      code: "SKILL_REFUSED",
      message: expect.stringContaining("it has no folder"),
    });
  }
});

test("a folder that looks like a repository of its own has no say in where the workspace lies in the tree", async () => {
  const repository = repositoryOf({ "sub/where.txt": "sub", "other/where.txt": "other" });
  const commit = repository.head();
  const { directory } = repository;
  repository.commit({
    "sub/HEAD": `${commit}\n`,
    "sub/objects/info/alternates": `${directory}/.git/objects\n`,
    "sub/refs/heads/x": `${commit}\n`,
    "sub/config": `[core]\n\tbare = false\n\tworktree = ${directory}\n`,
  });
  const { folder } = await treeOf(repository, commit, join(directory, "sub")).open();
  expect(readFileSync(join(folder, "where.txt"), "utf8")).toBe("sub");
});
