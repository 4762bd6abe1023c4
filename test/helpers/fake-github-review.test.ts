import { describe, expect, it } from "vitest";
import { addCommit } from "./fake-github/populate-repository.ts";
import { openPullRequest } from "./fake-github/populate-threads.ts";
import { type SmallWorld, startSmallWorld } from "./fake-github-fixture.ts";

const write = { pull_requests: "write" } as const;

const outside = "Pull request review thread line must be part of the diff";
const blank = "Pull request review thread diff hunk can't be blank";
const otherHunk = "Pull request review thread start line must be part of the same hunk as the line.";

/** A pull request whose one file changes at the 3rd and at the 37th of forty lines. */
const twoHunks = async (): Promise<SmallWorld & { readonly number: number }> => {
  const world = await startSmallWorld();
  const { github, repository } = world;
  const rows = Array.from({ length: 40 }, (_, index) => `row ${index + 1}`);
  const text = (changed: readonly string[]) => `${changed.join("\n")}\n`;
  addCommit(github.world, repository, { branch: "old", files: { "f.txt": text(rows) } });
  const after = rows.map((row, index) => (index === 2 || index === 36 ? `${row}!` : row));
  addCommit(github.world, repository, { branch: "new", from: "old", files: { "f.txt": text(after) } });
  const { number } = openPullRequest(github.world, repository, { author: "alice", head: "new", base: "old" });
  return { ...world, number };
};

const review = (world: SmallWorld & { readonly number: number }, body: unknown, login?: string) =>
  world.ask({
    route: `POST …/pulls/${world.number}/reviews`,
    permissions: write,
    body,
    ...(login === undefined ? {} : { login }),
  });

const at = (place: Readonly<Record<string, unknown>>) => ({
  event: "COMMENT",
  comments: [{ path: "f.txt", body: "Hm", ...place }],
});

describe("a review on the fake GitHub", () => {
  it.each([
    [{ line: 3 }, 200, undefined],
    [{ line: 6 }, 200, undefined],
    [{ line: 3, side: "LEFT" }, 200, undefined],
    [{ line: 37, start_line: 34 }, 200, undefined],
    [{ line: 20 }, 422, `${outside} and ${blank}`],
    [{}, 422, `${outside} and ${blank}`],
    [{ line: 37, start_line: 3 }, 422, otherHunk],
    [{ line: 20, start_line: 3 }, 422, `${outside}, ${otherHunk}, and ${blank}`],
    [{ line: 3, start_line: 3 }, 422, "Pull request review thread start line must precede the end line."],
    [{ path: "g.txt", line: 3 }, 422, `Pull request review thread path is invalid and ${blank}`],
  ])("with a comment at %j is answered by %i", async (place, status, complaint) => {
    await using world = await twoHunks();
    const answer = await review(world, at(place));
    expect(answer.status).toBe(status);
    if (complaint === undefined) return;
    expect(answer.json()).toMatchObject({ message: "Unprocessable Entity", errors: [complaint] });
  });

  it("is refused whole for one comment outside the diff, and does not say which", async () => {
    await using world = await twoHunks();
    const comments = [3, 20, 37].map((line) => ({ path: "f.txt", line, body: `at ${line}` }));
    const answer = await review(world, { event: "COMMENT", body: "All", comments });
    expect(answer.status).toBe(422);
    expect(answer.text).not.toContain("20");
    const pull = world.repository.issues.get(world.number)?.pull;
    expect(pull?.reviews.length).toBe(0);
    expect(pull?.reviewComments.length).toBe(0);
  });

  it("keeps the hunk up to the line it is about", async () => {
    await using world = await twoHunks();
    await review(world, at({ line: 3 }));
    const list = await world.ask({ route: `GET …/pulls/${world.number}/comments`, permissions: write });
    expect(list.json()).toMatchObject([
      { line: 3, side: "RIGHT", diff_hunk: "@@ -1,6 +1,6 @@\n row 1\n row 2\n-row 3\n+row 3!" },
    ]);
  });

  it("waits unseen by others while it is pending, and blocks its author's next one", async () => {
    await using world = await twoHunks();
    const pending = await review(world, { body: "Not yet" });
    expect(pending.json()).toMatchObject({ state: "PENDING" });
    const again = await review(world, { event: "COMMENT", body: "Now" });
    expect([again.status, again.json()]).toMatchObject([
      422,
      { errors: ["User can only have one pending review per pull request"] },
    ]);
    const route = `GET …/pulls/${world.number}/reviews`;
    expect((await world.ask({ route, permissions: write })).json()).toHaveLength(1);
    expect((await world.ask({ route, permissions: write, login: "alice" })).json()).toHaveLength(0);
    const { id } = world.repository.issues.get(world.number)?.pull?.reviews[0] ?? {};
    const remove = `DELETE …/pulls/${world.number}/reviews/${id}`;
    expect((await world.ask({ route: remove, permissions: write })).status).toBe(200);
    expect((await review(world, { event: "COMMENT", body: "Now" })).status).toBe(200);
  });

  it("of one's own pull request can only comment", async () => {
    await using world = await twoHunks();
    const approve = await review(world, { event: "APPROVE" }, "alice");
    expect([approve.status, approve.json()]).toMatchObject([
      422,
      { errors: ["Can not approve your own pull request"] },
    ]);
    expect((await review(world, { event: "COMMENT", body: "Note" }, "alice")).status).toBe(200);
    expect((await review(world, { event: "APPROVE" })).json()).toMatchObject({ state: "APPROVED" });
  });

  it("that says nothing is refused", async () => {
    await using world = await twoHunks();
    expect((await review(world, { event: "COMMENT" })).status).toBe(422);
    expect((await review(world, { event: "REQUEST_CHANGES" })).status).toBe(422);
    expect((await review(world, { event: "COMMENT", body: "a".repeat(65_537) })).status).toBe(422);
  });
});
