import { describe, expect, it } from "vitest";
import { readCommit } from "./fake-github/git-objects.ts";
import { addCommit } from "./fake-github/populate-repository.ts";
import { type SmallWorld, startSmallWorld } from "./fake-github-fixture.ts";

const write = { contents: "write", pull_requests: "write" } as const;
const nowhere = "1".repeat(40);

const idsOf = ({ repository, pullRequest }: SmallWorld) => {
  const main = repository.branches.get("main") ?? "";
  return { main, feature: pullRequest.pull.headSha, tree: readCommit(repository.objects, main)?.tree ?? "" };
};

const file = { path: "x", mode: "100644", type: "blob" } as const;

describe("what GitHub refuses to write", () => {
  it.each<[string, string, (ids: ReturnType<typeof idsOf>) => unknown, string]>([
    ["POST …/git/trees", "an unknown base", () => ({ base_tree: nowhere, tree: [] }), "not a valid tree oid"],
    [
      "POST …/git/trees",
      "an unknown blob",
      ({ tree }) => ({ base_tree: tree, tree: [{ ...file, sha: nowhere }] }),
      "not a valid blob",
    ],
    [
      "POST …/git/trees",
      "a deletion of nothing",
      ({ tree }) => ({ base_tree: tree, tree: [{ ...file, sha: null }] }),
      "BadObjectState",
    ],
    [
      "POST …/git/trees",
      "git's own folder",
      ({ tree }) => ({ base_tree: tree, tree: [{ ...file, path: "a/.GIT/config", content: "x" }] }),
      "malformed path component",
    ],
    [
      "POST …/git/commits",
      "an unknown tree",
      ({ main }) => ({ message: "m", tree: nowhere, parents: [main] }),
      "Tree SHA does not exist",
    ],
    [
      "POST …/git/commits",
      "an unknown parent",
      ({ tree }) => ({ message: "m", tree, parents: [nowhere] }),
      "Parent SHA does not exist",
    ],
    [
      "POST …/git/refs",
      "a branch that is there",
      ({ main }) => ({ ref: "refs/heads/feature", sha: main }),
      "Reference already exists",
    ],
    [
      "POST …/git/refs",
      "a branch below one that is there",
      ({ main }) => ({ ref: "refs/heads/feature/x", sha: main }),
      "Reference update failed",
    ],
    ["POST …/git/refs", "a short name", ({ main }) => ({ ref: "x", sha: main }), "must start with 'refs/'"],
    [
      "PATCH …/git/refs/heads/feature",
      "a way back",
      ({ main }) => ({ sha: main, force: false }),
      "not a fast forward",
    ],
    ["PATCH …/git/refs/heads/none", "no branch", ({ main }) => ({ sha: main }), "Reference does not exist"],
    [
      "POST …/pulls",
      "a second pull request of a branch",
      () => ({ title: "t", head: "feature", base: "main" }),
      "Validation Failed",
    ],
    [
      "POST …/pulls",
      "nothing new",
      () => ({ title: "t", head: "main", base: "feature" }),
      "Validation Failed",
    ],
    ["POST …/pulls", "no such branch", () => ({ title: "t", head: "x", base: "main" }), "Validation Failed"],
  ])("%s: %s", async (route, _, body, reason) => {
    await using world = await startSmallWorld();
    const answer = await world.ask({ route, permissions: write, body: body(idsOf(world)) });
    expect([answer.status, answer.json()]).toEqual([
      422,
      expect.objectContaining({ message: expect.stringContaining(reason) }),
    ]);
  });

  it("a protected branch, and a pull request where the repository's setting refuses a workflow's", async () => {
    await using world = await startSmallWorld();
    const { github, repository } = world;
    const sha = addCommit(github.world, repository, { branch: "next", from: "feature", files: { n: "n\n" } });
    repository.protectedBranches.add("feature");
    repository.actionsPullRequests = "refused";
    const moved = await world.ask({
      route: "PATCH …/git/refs/heads/feature",
      permissions: write,
      body: { sha },
    });
    expect(moved.status).toBe(422);
    const body = { title: "t", head: "next", base: "main" };
    expect((await world.ask({ route: "POST …/pulls", permissions: write, body })).status).toBe(403);
  });

  it("anything with a token that may only read", async () => {
    await using world = await startSmallWorld();
    const { main, tree } = idsOf(world);
    const asked = [
      ["POST …/git/blobs", { content: "x" }],
      ["POST …/git/trees", { base_tree: tree, tree: [] }],
      ["POST …/git/commits", { message: "m", tree, parents: [main] }],
      ["POST …/git/refs", { ref: "refs/heads/x", sha: main }],
      ["PATCH …/git/refs/heads/feature", { sha: main }],
      ["DELETE …/git/refs/heads/feature", undefined],
      ["POST …/pulls", { title: "t", head: "x", base: "main" }],
    ] as const;
    const permissions = { contents: "read", pull_requests: "read" } as const;
    for (const [route, body] of asked) {
      expect([route, (await world.ask({ route, permissions, body })).status]).toEqual([route, 403]);
    }
  });
});
