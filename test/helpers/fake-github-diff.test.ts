import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { FileContent } from "./fake-github/git-tree.ts";
import { addCommit, addRepository } from "./fake-github/populate-repository.ts";
import { openPullRequest } from "./fake-github/populate-threads.ts";
import { type SmallWorld, startSmallWorld } from "./fake-github-fixture.ts";

const read = { contents: "read", pull_requests: "read" } as const;

const Entries = z.array(
  z.object({
    filename: z.string(),
    status: z.string(),
    sha: z.string(),
    additions: z.number(),
    deletions: z.number(),
    patch: z.string().optional(),
    previous_filename: z.string().optional(),
  }),
);

type Change = Readonly<Record<string, FileContent | null>>;

/** Opens a pull request with this change on a branch of its own. */
const changed = (world: SmallWorld, before: Change, change: Change): number => {
  const { github, repository } = world;
  addCommit(github.world, repository, { branch: "old", files: before });
  addCommit(github.world, repository, { branch: "new", from: "old", files: change });
  const request = { author: "alice", head: "new", base: "old" };
  return openPullRequest(github.world, repository, request).number;
};

const filesOf = async (world: SmallWorld, number: number) => {
  const answer = await world.ask({ route: `GET …/pulls/${number}/files?per_page=100`, permissions: read });
  return Entries.parse(answer.json());
};

const lines = (count: number, first = 1): string =>
  Array.from({ length: count }, (_, index) => `line ${first + index}\n`).join("");

describe("a pull request's files on the fake GitHub", () => {
  it("come with git's own patch, without its header", async () => {
    await using world = await startSmallWorld();
    expect(await filesOf(world, 2)).toMatchObject([
      {
        filename: "src/a.ts",
        status: "modified",
        additions: 1,
        deletions: 1,
        patch: "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three",
      },
    ]);
  });

  it("tell additions, removals, renames, binaries, modes and symlinks apart", async () => {
    await using world = await startSmallWorld();
    const number = changed(
      world,
      { "gone.txt": "bye\n", "here.txt": lines(20), "tool.sh": "run\n", "data.bin": Buffer.from([0, 1, 2]) },
      {
        "gone.txt": null,
        "here.txt": null,
        "there.txt": `${lines(20)}end\n`,
        "tool.sh": { mode: "100755", content: "run\n" },
        "data.bin": Buffer.from([0, 9, 9]),
        "neü.txt": "hi",
        link: { mode: "120000", content: "gone.txt" },
      },
    );
    const files = await filesOf(world, number);
    expect(files.map(({ sha: _, ...file }) => file)).toMatchObject([
      { filename: "data.bin", status: "modified", additions: 0, deletions: 0 },
      { filename: "gone.txt", status: "removed", deletions: 1, patch: "@@ -1 +0,0 @@\n-bye" },
      { filename: "link", status: "added", additions: 1 },
      { filename: "neü.txt", status: "added", patch: "@@ -0,0 +1 @@\n+hi\n\\ No newline at end of file" },
      { filename: "there.txt", status: "renamed", previous_filename: "here.txt", additions: 1, deletions: 0 },
      { filename: "tool.sh", status: "modified", additions: 0 },
    ]);
    expect(files.filter(({ patch }) => patch === undefined).map(({ filename }) => filename)).toEqual([
      "data.bin",
      "tool.sh",
    ]);
  });

  it("lose the patch that is too large, alone or after the others", async () => {
    await using world = await startSmallWorld();
    const { limits } = world.github.world;
    Object.assign(limits, { patchBytes: 2_000, totalPatchBytes: 3_000 });
    const files = { "a.txt": lines(120), "b.txt": lines(300), "c.txt": lines(1), "d.txt": lines(100) };
    const entries = await filesOf(world, changed(world, { "x.txt": "x" }, files));
    expect(entries.map(({ additions, patch }) => [additions, patch !== undefined])).toEqual([
      [120, true],
      [300, false],
      [1, false],
      [100, false],
    ]);
  });

  it("end at the list's limit", async () => {
    await using world = await startSmallWorld();
    world.github.world.limits.pullFiles = 3;
    const files = Object.fromEntries(
      lines(5)
        .trim()
        .split("\n")
        .map((name) => [name, "x\n"]),
    );
    expect(await filesOf(world, changed(world, { "x.txt": "x" }, files))).toHaveLength(3);
  });

  it("are those since the branches parted, also from a fork", async () => {
    await using world = await startSmallWorld();
    const { github, repository } = world;
    const fork = addRepository(github.world, { owner: "bob", name: "widgets", forkOf: "acme/widgets" });
    addCommit(github.world, fork, { branch: "idea", files: { "idea.md": "idea\n" } });
    addCommit(github.world, repository, { files: { "later.md": "later\n" } });
    const { number } = openPullRequest(github.world, repository, {
      author: "bob",
      head: "idea",
      headRepository: "bob/widgets",
    });
    expect((await filesOf(world, number)).map(({ filename }) => filename)).toEqual(["idea.md"]);
    const pull = await world.ask({ route: `GET …/pulls/${number}`, permissions: read });
    expect(pull.json()).toMatchObject({
      head: { label: "bob:idea", repo: { full_name: "bob/widgets", fork: true } },
      base: { label: "acme:main", repo: { full_name: "acme/widgets", fork: false } },
    });
  });

  it("follow a push to the head branch", async () => {
    await using world = await startSmallWorld();
    const sha = addCommit(world.github.world, world.repository, {
      branch: "feature",
      files: { "more.ts": "x\n" },
    });
    expect((await filesOf(world, 2)).map(({ filename }) => filename)).toEqual(["more.ts", "src/a.ts"]);
    const pull = await world.ask({ route: "GET …/pulls/2", permissions: read });
    expect(pull.json()).toMatchObject({ head: { sha }, commits: 2, changed_files: 2 });
  });
});

describe("comparing on the fake GitHub", () => {
  it("counts from where the branches parted", async () => {
    await using world = await startSmallWorld();
    addCommit(world.github.world, world.repository, { files: { "later.md": "later\n" } });
    const compare = async (basehead: string) =>
      (await world.ask({ route: `GET …/compare/${basehead}`, permissions: read })).json();
    expect(await compare("main...feature")).toMatchObject({
      status: "diverged",
      ahead_by: 1,
      behind_by: 1,
      files: [{ filename: "src/a.ts" }],
    });
    expect(await compare("feature...main")).toMatchObject({ files: [{ filename: "later.md" }] });
    expect(await compare("main...main")).toMatchObject({ status: "identical", files: [], commits: [] });
    expect(await compare("main...nowhere")).toMatchObject({ message: "Not Found" });
  });

  it("gives the diff as text, up to the limits of files and of lines", async () => {
    await using world = await startSmallWorld();
    const accept = "application/vnd.github.diff";
    const ask = () => world.ask({ route: "GET …/compare/main...feature", permissions: read, accept });
    const diff = await ask();
    expect(diff.headers.get("content-type")).toContain(accept);
    expect(diff.text).toMatch(
      /^diff --git a\/src\/a\.ts b\/src\/a\.ts\nindex .*\n--- a\/src\/a\.ts\n\+\+\+ b/,
    );
    world.github.world.limits.diffLines = 8;
    const long = await ask();
    expect([long.status, long.json()]).toMatchObject([406, { errors: [{ code: "too_large" }] }]);
    expect(long.text).toContain("exceeded the maximum number of lines (8)");
    Object.assign(world.github.world.limits, { diffLines: 20_000, compareFiles: 0 });
    expect((await ask()).text).toContain("exceeded the maximum number of files (0)");
    const pull = await world.ask({ route: "GET …/pulls/2", permissions: read, accept });
    expect(pull.status).toBe(406);
  });

  const path = fc.constantFrom("a", "b", "dir/c", "dir/d", "dir/deep/e");
  const content = fc.array(fc.constantFrom("x", "y", "z", "diff --git a/a b/a", "@@ -1 +1 @@", "\r"), {
    maxLength: 12,
  });
  const tree = fc.dictionary(
    path,
    content.map((rows) => rows.join("\n")),
  );

  it("is a diff git can apply, whatever the files", async () => {
    await using world = await startSmallWorld();
    const directory = mkdtempSync(join(tmpdir(), "fake-github-apply-"));
    const { repository, github } = world;
    let count = 0;
    const apply = async (
      before: Readonly<Record<string, string>>,
      after: Readonly<Record<string, string>>,
    ) => {
      count += 1;
      const without = Object.fromEntries(Object.keys(before).map((name) => [name, null]));
      addCommit(github.world, repository, { branch: `a${count}`, files: before });
      const from = `a${count}`;
      addCommit(github.world, repository, { branch: `b${count}`, from, files: { ...without, ...after } });
      const route = `GET …/compare/a${count}...b${count}`;
      const { text } = await world.ask({ route, permissions: read, accept: "application/vnd.github.diff" });
      const json = z.object({ files: Entries }).parse((await world.ask({ route, permissions: read })).json());
      const stat = execFileSync("git", ["apply", "--numstat", "-z", "-"], {
        cwd: directory,
        input: text || "\n",
        stdio: ["pipe", "pipe", "ignore"],
      });
      const told = stat
        .toString()
        .split("\0")
        .filter((row) => row !== "")
        .map((row) => row.split("\t"));
      expect(
        json.files.map(({ additions, deletions, filename }) => [
          String(additions),
          String(deletions),
          filename,
        ]),
      ).toEqual(told);
    };
    await fc.assert(
      fc.asyncProperty(tree, tree, async (before, after) => {
        fc.pre(JSON.stringify(before) !== JSON.stringify(after));
        await apply(before, after);
      }),
      { numRuns: 25 },
    );
    rmSync(directory, { recursive: true });
  });
});

describe("files on the fake GitHub", () => {
  it("come as bytes in base64 up to a megabyte, and raw beyond it", async () => {
    await using world = await startSmallWorld();
    const { github, repository } = world;
    const large = Buffer.alloc(1024 ** 2 + 1, "x");
    addCommit(github.world, repository, {
      files: { "large.txt": large, "small.bin": Buffer.from([255, 0, 10]) },
    });
    const ask = (name: string, accept?: string) =>
      world.ask({ route: `GET …/contents/${name}`, permissions: read, ...(accept ? { accept } : {}) });
    expect((await ask("small.bin")).json()).toMatchObject({ content: "/wAK\n", encoding: "base64", size: 3 });
    expect((await ask("large.txt")).json()).toMatchObject({
      content: "",
      encoding: "none",
      size: large.length,
    });
    const raw = await ask("large.txt", "application/vnd.github.raw+json");
    expect(raw.text.length).toBe(large.length);
    github.world.limits.contentsRawBytes = 10;
    expect((await ask("large.txt")).status).toBe(403);
  });

  it("follow a symlink inside the repository and show where any other points", async () => {
    await using world = await startSmallWorld();
    const { github, repository } = world;
    const link = (content: string) => ({ mode: "120000", content }) as const;
    addCommit(github.world, repository, {
      files: { "src/in": link("../README.md"), "src/out": link("../../etc/passwd") },
    });
    const ask = async (name: string) =>
      (await world.ask({ route: `GET …/contents/${name}`, permissions: read })).json();
    expect(await ask("src/in")).toMatchObject({ type: "file", content: "IyBXaWRnZXRzCg==\n" });
    expect(await ask("src/out")).toMatchObject({ type: "symlink", target: "../../etc/passwd" });
  });

  it("are there at a branch, a tag, a commit and nowhere else", async () => {
    await using world = await startSmallWorld();
    const { repository } = world;
    const feature = repository.branches.get("feature") ?? "";
    repository.tags.set("v1", feature);
    const ask = (ref: string) =>
      world.ask({
        route: `GET …/contents/src/a.ts?ref=${ref}`,
        permissions: read,
        accept: "application/vnd.github.raw+json",
      });
    for (const ref of [
      "feature",
      "refs/heads/feature",
      "v1",
      feature,
      feature.slice(0, 8),
      "refs/pull/2/head",
    ]) {
      expect((await ask(ref)).text, ref).toBe("one\n2\nthree\n");
    }
    const missing = await ask("nope");
    expect([missing.status, missing.json()]).toMatchObject([
      404,
      { message: "No commit found for the ref nope" },
    ]);
  });

  it("are cut from a tree's list at its limit", async () => {
    await using world = await startSmallWorld();
    world.github.world.limits.treeEntries = 2;
    const answer = await world.ask({ route: "GET …/git/trees/main?recursive=1", permissions: read });
    expect(answer.json()).toMatchObject({ truncated: true, tree: [{ path: "README.md" }, { path: "src" }] });
  });
});
