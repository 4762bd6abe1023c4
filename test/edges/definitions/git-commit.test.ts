import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitDefinitions, headCommit } from "../../../src/edges/definitions/git-commit.ts";
import { type GitRepository, makeRepository, type WorkFiles } from "../../helpers/git-repository.ts";
import { shallowClone } from "../../helpers/shallow-clone.ts";

const git = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
const environment = { PATH: process.env.PATH ?? "", HOME: tmpdir() } as const;

type Source = {
  readonly workspace: string;
  readonly commit: string;
  readonly git?: string | undefined;
  readonly environment?: Record<string, string>;
};

/** Reads one path, and tells which paths the fallback was asked for. */
const read = async (source: Source, path: string) => {
  const asked: string[] = [];
  const definitions = commitDefinitions({
    git,
    environment,
    ...source,
    fallback: async (file, commit) => {
      asked.push(`${file} at ${commit}`);
      return "from elsewhere";
    },
  });
  return { text: await definitions.read(path), asked, origin: definitions.origin };
};

const commitOf = (repository: GitRepository): Source => ({
  workspace: repository.directory,
  commit: repository.head(),
});

const repositoryOf = (files: WorkFiles): GitRepository => makeRepository({ files });

describe("given a checkout that holds the commit", () => {
  test("a file is what it was in the commit, not what lies in the work tree or the index", async () => {
    using repository = repositoryOf({ "perstack.toml": "committed\r\nüber\n" });
    const source = commitOf(repository);
    writeFileSync(join(repository.directory, "perstack.toml"), "staged\n");
    repository.git("add", "--all");
    writeFileSync(join(repository.directory, "perstack.toml"), "edited\n");
    const { text, asked, origin } = await read(source, "perstack.toml");
    expect([text, asked, origin]).toEqual(["committed\r\nüber\n", [], `commit:${source.commit}`]);
  });

  test("a file that is not UTF-8 is refused by its name", async () => {
    using repository = repositoryOf({ "perstack.toml": Buffer.from("gr\u00fcn", "latin1") });
    await expect(read(commitOf(repository), "perstack.toml")).rejects.toMatchObject({
      code: "MANIFEST_INVALID",
      message: "perstack.toml is not UTF-8 text.",
    });
  });

  test("it may be another commit than the one checked out", async () => {
    using repository = repositoryOf({ "perstack.toml": "before\n" });
    const source = commitOf(repository);
    repository.commit({ "perstack.toml": "after\n" });
    expect((await read(source, "perstack.toml")).text).toBe("before\n");
  });

  test.each([
    "deep/er/a.toml",
    "./deep//er/a.toml",
    "with space #1?*.toml",
    "größe.toml",
    "-rf.toml",
    "tab\t.toml",
  ])("a file may be called %j", async (path) => {
    using repository = repositoryOf({
      "deep/er/a.toml": "found\n",
      "with space #1?*.toml": "found\n",
      "größe.toml": "found\n",
      "-rf.toml": "found\n",
      "tab\t.toml": "found\n",
    });
    expect(await read(commitOf(repository), path)).toMatchObject({ text: "found\n", asked: [] });
  });

  test("a file of more than a mebibyte is refused by its name, as in a folder", async () => {
    using repository = repositoryOf({ large: "x".repeat(1_048_577), largest: "x".repeat(1_048_576) });
    await expect(read(commitOf(repository), "large")).rejects.toMatchObject({
      code: "MANIFEST_INVALID",
      message: "large is not a file of at most 1 MiB.",
    });
    expect((await read(commitOf(repository), "largest")).text).toHaveLength(1_048_576);
  });

  test("an executable is a file, and a large one is read whole", async () => {
    const large = "0123456789abcdef\n".repeat(60_000);
    using repository = repositoryOf({ run: { executable: "#!/bin/sh\n" }, large });
    expect((await read(commitOf(repository), "run")).text).toBe("#!/bin/sh\n");
    expect((await read(commitOf(repository), "large")).text).toBe(large);
  });

  test.each([
    ["missing", "missing.toml"],
    ["a folder", "folder"],
    ["a folder, named as one", "folder/"],
    ["a symbolic link to a file", "link"],
    ["a symbolic link out of the repository", "outward"],
    ["below a symbolic link", "link-folder/inside.toml"],
    ["a submodule", "module"],
    ["a pattern that a file would match", "a.*"],
  ])("what is %s is none, and nobody else is asked", async (_, path) => {
    using repository = repositoryOf({
      "a.txt": "one\n",
      "folder/inside.toml": "inside\n",
      link: { linkTo: "a.txt" },
      outward: { linkTo: "/etc/hostname" },
      "link-folder": { linkTo: "folder" },
    });
    repository.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);
    repository.git("commit", "--quiet", "--message", "Add a module");
    expect(await read(commitOf(repository), path)).toMatchObject({ text: undefined, asked: [] });
  });

  test("replaced objects are not what is read", async () => {
    using repository = repositoryOf({ "perstack.toml": "original\n" });
    const source = commitOf(repository);
    const other = repository.commit({ "perstack.toml": "replacement\n" });
    repository.git("replace", source.commit, other);
    expect((await read(source, "perstack.toml")).text).toBe("original\n");
  });
});

describe("given a checkout that does not hold the commit, the fallback is asked for that commit", () => {
  const file = "perstack.toml";
  const elsewhere = (commit: string) => ({ text: "from elsewhere", asked: [`${file} at ${commit}`] });

  test("a shallow clone of another branch", async () => {
    using repository = repositoryOf({ [file]: "main\n" });
    const commit = repository.head();
    repository.checkout("feature");
    repository.commit({ [file]: "feature\n" });
    using clone = shallowClone(repository, "feature");
    expect(await read({ workspace: clone.directory, commit }, file)).toMatchObject(elsewhere(commit));
  });

  test("a clone that would have to fetch the file first", async () => {
    using repository = repositoryOf({ [file]: "main\n", "other.txt": "other\n" });
    repository.git("config", "uploadpack.allowFilter", "true");
    const commit = repository.head();
    const workspace = mkdtempSync(join(tmpdir(), "expert-stack-partial-"));
    const from = `file://${repository.directory}`;
    repository.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", from, workspace);
    expect(await read({ workspace, commit }, file)).toMatchObject(elsewhere(commit));
    rmSync(workspace, { recursive: true });
  });

  test("a folder that is no repository", async () => {
    const workspace = mkdtempSync(join(tmpdir(), "expert-stack-empty-"));
    const commit = "1".repeat(40);
    expect(await read({ workspace, commit }, file)).toMatchObject(elsewhere(commit));
    rmSync(workspace, { recursive: true });
  });

  test("a folder that is not there, and a machine without git", async () => {
    using repository = repositoryOf({ [file]: "main\n" });
    const source = commitOf(repository);
    const gone = join(repository.directory, "gone");
    expect(await read({ ...source, workspace: gone }, file)).toMatchObject(elsewhere(source.commit));
    for (const git of [undefined, join(gone, "git")]) {
      expect(await read({ ...source, git }, file)).toMatchObject(elsewhere(source.commit));
    }
  });

  test("a path that leads out of the repository", async () => {
    using repository = repositoryOf({ [file]: "main\n" });
    const source = commitOf(repository);
    const { asked } = await read(source, "../perstack.toml");
    expect(asked).toEqual([`../perstack.toml at ${source.commit}`]);
  });
});

describe("the checkout's own commit", () => {
  test("is its HEAD, on a branch and off it", async () => {
    using repository = repositoryOf({ "a.txt": "one\n" });
    const workspace = repository.directory;
    const first = repository.head();
    expect(await headCommit({ workspace, git, environment })).toBe(first);
    repository.commit({ "a.txt": "two\n" });
    repository.git("checkout", "--quiet", "--detach", first);
    expect(await headCommit({ workspace, git, environment })).toBe(first);
  });

  test("is unknown where there is no git", async () => {
    using repository = repositoryOf({ "a.txt": "one\n" });
    const workspace = repository.directory;
    expect(await headCommit({ workspace, git: undefined, environment })).toBeUndefined();
  });

  test("is unknown where there is none", async () => {
    const workspace = mkdtempSync(join(tmpdir(), "expert-stack-unborn-"));
    expect(await headCommit({ workspace, git, environment })).toBeUndefined();
    execFileSync("git", ["init", "--quiet", workspace]);
    expect(await headCommit({ workspace, git, environment })).toBeUndefined();
    rmSync(workspace, { recursive: true });
  });
});

test("a folder that poses as a repository is none", async () => {
  using repository = repositoryOf({ "a.txt": "trusted" });
  const pose = mkdtempSync(join(tmpdir(), "posing-"));
  try {
    repository.git("clone", "--quiet", "--bare", ".", join(pose, "bare"));
    const where = { git, environment, workspace: join(pose, "bare") };
    expect(await headCommit(where)).toBeUndefined();
  } finally {
    rmSync(pose, { recursive: true });
  }
});
