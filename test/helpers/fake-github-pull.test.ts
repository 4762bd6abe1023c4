import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { FileContent } from "./fake-github/git-tree.ts";
import { addCommit, addRepository } from "./fake-github/populate-repository.ts";
import { openPullRequest } from "./fake-github/populate-threads.ts";
import { type SmallWorld, startSmallWorld } from "./fake-github-fixture.ts";

const read = { pull_requests: "read" } as const;

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
