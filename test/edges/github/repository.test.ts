import { describe, expect, test } from "vitest";
import { type GitHubAccess, gitHubClient } from "../../../src/edges/github/client.ts";
import { gitHubRepository } from "../../../src/edges/github/repository.ts";
import type { Repository } from "../../../src/run/github-ports.ts";
import type { Files } from "../../helpers/fake-github/git-tree.ts";
import { addCollaborator, addToken } from "../../helpers/fake-github/populate-people.ts";
import { addCommit, addRepository } from "../../helpers/fake-github/populate-repository.ts";
import { type FakeGitHub, startFakeGitHub } from "../../helpers/fake-github/server.ts";
import type { Repository as FakeRepository, Permissions } from "../../helpers/fake-github/world.ts";

type Scene = AsyncDisposable & {
  readonly github: FakeGitHub;
  readonly fake: FakeRepository;
  readonly repository: Repository;
  commit(files: Files, branch?: string): string;
};

const start = async (
  options: {
    readonly defaultBranch?: string;
    readonly permissions?: Permissions;
    readonly token?: string;
  } = {},
): Promise<Scene> => {
  const { defaultBranch = "main", permissions = { contents: "read" } } = options;
  const github = await startFakeGitHub();
  const { world } = github;
  const fake = addRepository(world, { owner: "acme", name: "widgets", visibility: "private", defaultBranch });
  const token = options.token ?? addToken(world, { permissions }).value;
  const access: GitHubAccess = { token, apiUrl: github.url, owner: "acme", repo: "widgets" };
  return {
    github,
    fake,
    repository: gitHubRepository(
      gitHubClient(access, () => {}),
      access,
    ),
    commit: (files, branch = defaultBranch) => addCommit(world, fake, { files, branch }),
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
};

describe("a role", () => {
  test.each(["admin", "maintain", "write", "triage", "read", "none"] as const)("%s is told", async (role) => {
    await using scene = await start();
    addCollaborator(scene.github.world, scene.fake, "grace", role);
    expect(await scene.repository.roleOf("grace")).toBe(role);
  });

  test.each(["admin", "maintain", "write", "triage", "read"] as const)(
    "of the organisation's own on %s is that one",
    async (role) => {
      await using scene = await start();
      addCollaborator(scene.github.world, scene.fake, "grace", { role, customRole: "release crew" });
      expect(await scene.repository.roleOf("grace")).toBe(role);
    },
  );

  test("of nobody GitHub knows, or of a bot, is none", async () => {
    await using scene = await start();
    expect(await scene.repository.roleOf("nobody-at-all")).toBe("none");
    expect(await scene.repository.roleOf("github-actions[bot]")).toBe("none");
  });

  test("is not told to a token that GitHub does not know", async () => {
    await using scene = await start({ token: "ghs_unknown" });
    await expect(scene.repository.roleOf("grace")).rejects.toMatchObject({
      code: "GITHUB_REQUEST_FAILED",
      message: expect.stringMatching(/^GitHub did not tell the role of grace \(401\)/),
      remedy: expect.stringContaining("`github-token`"),
    });
  });
});

test.each(["main", "release/next"])("the default branch %s has a head", async (defaultBranch) => {
  await using scene = await start({ defaultBranch });
  scene.commit({ "a.txt": "one\n" });
  const head = scene.commit({ "a.txt": "two\n" });
  scene.commit({ "a.txt": "three\n" }, "feature");
  expect(await scene.repository.branchHead(defaultBranch)).toBe(head);
});

describe("a file of a commit", () => {
  test("of more than a mebibyte is refused by its name", async () => {
    await using scene = await start();
    const commit = scene.commit({ large: "é".repeat(524_289), largest: "é".repeat(524_288) });
    await expect(scene.repository.readFile("large", commit)).rejects.toMatchObject({
      code: "MANIFEST_INVALID",
      message: "large is not a file of at most 1 MiB.",
    });
    expect(await scene.repository.readFile("largest", commit)).toHaveLength(524_288);
  });

  test("is read as it was there, whatever the branch holds now", async () => {
    await using scene = await start();
    const before = scene.commit({ "a.txt": "one\r\nüber\n" });
    scene.commit({ "a.txt": "two\n" });
    expect(await scene.repository.readFile("a.txt", before)).toBe("one\r\nüber\n");
  });

  test.each([
    "deep/er/perstack.toml",
    "./deep/../deep//er/perstack.toml",
    "with space #1?.toml",
    "100%25.toml",
    "größe.toml",
  ])("may be called %s", async (path) => {
    await using scene = await start();
    const commit = scene.commit({
      "deep/er/perstack.toml": "found\n",
      "with space #1?.toml": "found\n",
      "100%25.toml": "found\n",
      "größe.toml": "found\n",
    });
    expect(await scene.repository.readFile(path, commit)).toBe("found\n");
  });

  test.each([
    ["missing", "missing.toml"],
    ["in a folder that is missing", "missing/perstack.toml"],
    ["below a file", "a.txt/perstack.toml"],
    ["a folder", "folder"],
    ["a symbolic link to a file", "link"],
    ["a symbolic link to nothing", "dangling"],
    ["below a symbolic link", "link-folder/inside.toml"],
    ["a submodule", "module"],
  ])("that is %s is none", async (_, path) => {
    await using scene = await start();
    const commit = scene.commit({
      "a.txt": "one\n",
      "folder/inside.toml": "inside\n",
      link: { mode: "120000", content: "a.txt" },
      dangling: { mode: "120000", content: "../../etc/passwd" },
      "link-folder": { mode: "120000", content: "folder" },
      module: { mode: "160000", sha: "1".repeat(40) },
    });
    expect(await scene.repository.readFile(path, commit)).toBeUndefined();
  });

  test("of a commit that is not there is none", async () => {
    await using scene = await start();
    scene.commit({ "a.txt": "one\n" });
    expect(await scene.repository.readFile("a.txt", "1".repeat(40))).toBeUndefined();
  });

  test("is not shown to a token without the permission, and the error names it", async () => {
    await using scene = await start({ permissions: {} });
    const commit = scene.commit({ "a.txt": "one\n" });
    await expect(scene.repository.readFile("a.txt", commit)).rejects.toMatchObject({
      code: "GITHUB_PERMISSION_MISSING",
      message: `The token may not show a.txt at ${commit.slice(0, 12)} (403).`,
      remedy: expect.stringContaining("`contents: read`"),
    });
  });
});

describe("a comparison", () => {
  test("is of what the head added since it left the base", async () => {
    await using scene = await start();
    scene.commit({
      "a.txt": "one\n",
      "moved.txt": "same\n".repeat(20),
      "picture.png": Buffer.from([0, 1, 2]),
    });
    const files = { "a.txt": "two\n", "moved.txt": null, "renamed.txt": "same\n".repeat(20) };
    const head = addCommit(scene.github.world, scene.fake, {
      branch: "feature",
      files: { ...files, "picture.png": Buffer.from([0, 9, 9]) },
    });
    const base = scene.commit({ "later.txt": "on main\n" });
    const { files: changed, isComplete } = await scene.repository.compare(base, head);
    expect(isComplete).toBe(true);
    expect(changed.map(({ path, status }) => [path, status]).sort()).toEqual([
      ["a.txt", "modified"],
      ["picture.png", "modified"],
      ["renamed.txt", "renamed"],
    ]);
    const of = (name: string) => changed.find(({ path }) => path === name);
    expect(of("a.txt")).toMatchObject({ additions: 1, deletions: 1, patch: "@@ -1 +1 @@\n-one\n+two" });
    expect(of("renamed.txt")).toMatchObject({ previousPath: "moved.txt" });
    expect(of("picture.png")).not.toHaveProperty("patch");
  });

  test("says that it may not be whole when it has as many files as GitHub lists", async () => {
    await using scene = await start();
    const base = scene.commit({ "a.txt": "one\n" });
    const many = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`n/${index}.txt`, "new\n"]));
    const head = scene.commit(many, "feature");
    const { files, isComplete } = await scene.repository.compare(base, head);
    expect([files.length, isComplete]).toEqual([300, false]);
  });

  test("of a commit that is not there fails", async () => {
    await using scene = await start();
    const base = scene.commit({ "a.txt": "one\n" });
    await expect(scene.repository.compare(base, "1".repeat(40))).rejects.toMatchObject({
      code: "GITHUB_REQUEST_FAILED",
      message: expect.stringMatching(/^GitHub did not compare base and head \(404\)/),
    });
  });
});
