import { describe, expect, it } from "vitest";
import { objectId, readCommit } from "./fake-github/git-objects.ts";
import { addToken } from "./fake-github/populate-people.ts";
import { matchRoute } from "./fake-github/route.ts";
import { routes } from "./fake-github/routes.ts";
import type { Access, Permissions } from "./fake-github/world.ts";
import { type Ask, type SmallWorld, startSmallWorld } from "./fake-github-fixture.ts";

const all = {
  contents: "write",
  issues: "write",
  pull_requests: "write",
  actions: "read",
  checks: "write",
} as const;

const remark = {
  path: "src/a.ts",
  start_line: 1,
  end_line: 2,
  annotation_level: "warning",
  message: "Look.",
} as const;

const blobOf = (text: string): string => objectId({ type: "blob", data: Buffer.from(text) });

/** One successful request of every route, and what its answer must hold. */
const examples = (
  world: SmallWorld,
): readonly (Omit<Ask, "permissions"> & { readonly holds: unknown; readonly status?: number })[] => {
  const { repository, comment, pullRequest, run } = world;
  const feature = pullRequest.pull.headSha;
  const main = repository.branches.get("main") ?? "";
  const tree = readCommit(repository.objects, main)?.tree;
  const blob = blobOf("# Widgets\n");
  return [
    { route: "GET /user", login: "alice", holds: { login: "alice", type: "User" } },
    { route: "GET /rate_limit", holds: { rate: { limit: 1000, remaining: 1000 } } },
    { route: "GET …", holds: { full_name: "acme/widgets", private: true, default_branch: "main" } },
    {
      route: "GET …/collaborators/alice/permission",
      holds: { permission: "write", role_name: "write", user: { login: "alice" } },
    },
    {
      route: "GET …/git/ref/heads/main",
      holds: { ref: "refs/heads/main", object: { type: "commit", sha: main } },
    },
    { route: "GET …/branches/main", holds: { name: "main", commit: { sha: main }, protected: false } },
    {
      route: "GET …/commits/main",
      holds: { sha: main, stats: { additions: 4 }, files: [{ filename: "README.md" }, {}] },
    },
    { route: "GET …/contents/README.md", holds: { type: "file", sha: blob, encoding: "base64", size: 10 } },
    { route: "GET …/contents/src?ref=feature", holds: [{ type: "file", path: "src/a.ts" }] },
    {
      route: `GET …/git/trees/${tree}?recursive=1`,
      holds: {
        truncated: false,
        tree: [{ path: "README.md" }, { path: "src", type: "tree" }, { path: "src/a.ts", mode: "100644" }],
      },
    },
    { route: `GET …/git/blobs/${blob}`, holds: { sha: blob, content: "IyBXaWRnZXRzCg==\n" } },
    {
      route: "POST …/git/blobs",
      body: { content: "Zm91cgo=", encoding: "base64" },
      status: 201,
      holds: { sha: blobOf("four\n") },
    },
    {
      route: "POST …/git/trees",
      body: { base_tree: tree, tree: [{ path: "four", mode: "100644", type: "blob", content: "four\n" }] },
      status: 201,
      holds: { tree: [{ path: "README.md" }, { path: "four", sha: blobOf("four\n") }, { path: "src" }] },
    },
    {
      route: "POST …/git/commits",
      body: { message: "Four", tree, parents: [main] },
      status: 201,
      holds: { message: "Four", tree: { sha: tree }, parents: [{ sha: main }] },
    },
    { route: `GET …/git/commits/${main}`, holds: { sha: main, tree: { sha: tree } } },
    {
      route: "POST …/git/refs",
      body: { ref: "refs/heads/expert/four", sha: main },
      status: 201,
      holds: { ref: "refs/heads/expert/four", object: { sha: main } },
    },
    {
      route: "PATCH …/git/refs/heads/expert/four",
      body: { sha: feature, force: false },
      holds: { object: { sha: feature } },
    },
    { route: "GET …/issues/1", holds: { number: 1, title: "It squeaks", user: { login: "alice" } } },
    { route: "GET …/issues?state=all&sort=created&direction=desc", holds: [{ number: 2 }, { number: 1 }] },
    {
      route: "POST …/issues",
      body: { title: "Oil it", body: "Soon." },
      status: 201,
      holds: { title: "Oil it", state: "open" },
    },
    { route: "POST …/issues/1/labels", body: { labels: ["squeak"] }, holds: [{ name: "squeak" }] },
    { route: "GET …/labels/squeak", holds: { name: "squeak" } },
    {
      route: "POST …/issues/1/assignees",
      body: { assignees: ["alice", "mallory"] },
      status: 201,
      holds: { assignees: [{ login: "alice" }] },
    },
    {
      route: "PATCH …/issues/3",
      body: { state: "closed", state_reason: "not_planned" },
      holds: { state: "closed", state_reason: "not_planned" },
    },
    { route: "GET …/issues/1/comments", holds: [{ body: "Me too.", author_association: "NONE" }] },
    {
      route: "POST …/issues/1/comments",
      body: { body: "Hello" },
      status: 201,
      holds: { body: "Hello", user: { type: "Bot" } },
    },
    { route: `GET …/issues/comments/${comment.id}`, holds: { id: comment.id } },
    { route: `PATCH …/issues/comments/${comment.id}`, body: { body: "Changed" }, holds: { body: "Changed" } },
    {
      route: `POST …/issues/comments/${comment.id}/reactions`,
      body: { content: "eyes" },
      status: 201,
      holds: { content: "eyes" },
    },
    { route: `GET …/issues/comments/${comment.id}/reactions`, holds: [{ content: "eyes" }] },
    { route: `DELETE …/issues/comments/${comment.id}/reactions/${0}`, status: 204, holds: undefined },
    {
      route: "POST …/issues/1/reactions",
      body: { content: "rocket" },
      status: 201,
      holds: { content: "rocket" },
    },
    { route: "GET …/issues/1/reactions?content=rocket", holds: [{ content: "rocket" }] },
    { route: "DELETE …/issues/1/reactions/0", status: 204, holds: undefined },
    { route: `DELETE …/issues/comments/${comment.id}`, status: 204, holds: undefined },
    {
      route: "GET …/pulls?state=open&head=acme:feature&sort=created&direction=asc",
      holds: [{ number: 2, head: { ref: "feature" } }],
    },
    {
      route: "GET …/pulls/2",
      holds: {
        number: 2,
        draft: false,
        head: { ref: "feature", sha: pullRequest.pull.headSha },
        changed_files: 1,
      },
    },
    {
      route: "GET …/pulls/2/files",
      holds: [{ filename: "src/a.ts", status: "modified", additions: 1, deletions: 1 }],
    },
    {
      route: "POST …/pulls/2/reviews",
      body: { event: "COMMENT", body: "Fine", comments: [{ path: "src/a.ts", line: 2, body: "Why?" }] },
      holds: { state: "COMMENTED", body: "Fine" },
    },
    { route: "GET …/pulls/2/reviews", holds: [{ state: "COMMENTED" }] },
    { route: "GET …/pulls/2/comments", holds: [{ path: "src/a.ts", line: 2, side: "RIGHT", body: "Why?" }] },
    { route: "PATCH …/pulls/comments/0", body: { body: "Why not?" }, holds: { body: "Why not?" } },
    {
      route: "POST …/pulls/comments/0/reactions",
      body: { content: "eyes" },
      status: 201,
      holds: { content: "eyes" },
    },
    { route: "DELETE …/pulls/comments/0/reactions/0", status: 204, holds: undefined },
    { route: "POST …/pulls/2/reviews", body: { body: "Later" }, holds: { state: "PENDING" } },
    { route: "DELETE …/pulls/2/reviews/0", holds: { state: "PENDING" } },
    {
      route: "GET …/compare/main...feature",
      holds: {
        status: "ahead",
        ahead_by: 1,
        behind_by: 0,
        files: [{ filename: "src/a.ts" }],
        commits: [{ sha: pullRequest.pull.headSha }],
      },
    },
    {
      route: "GET …/actions/workflows/ci.yml/runs?actor=alice&created=>=2020-01-01T00:00:00Z",
      holds: { total_count: 1, workflow_runs: [{ id: run.id }] },
    },
    {
      route: "POST …/check-runs",
      body: {
        name: "Expert review",
        head_sha: main,
        status: "completed",
        conclusion: "neutral",
        output: { title: "Two remarks", summary: "See below.", annotations: [remark] },
      },
      status: 201,
      holds: { name: "Expert review", head_sha: main, output: { annotations_count: 1 } },
    },
    {
      route: "PATCH …/check-runs/0",
      body: { output: { title: "Two remarks", summary: "See below.", annotations: [remark] } },
      holds: { conclusion: "neutral", output: { annotations_count: 2 } },
    },
    {
      route: "POST …/pulls",
      body: { title: "Four", head: "expert/four", base: "main", body: "b", draft: true },
      status: 201,
      holds: { title: "Four", draft: true, head: { ref: "expert/four" }, base: { ref: "main" } },
    },
    { route: "DELETE …/git/refs/heads/expert/four", status: 204, holds: undefined },
    {
      route: `GET …/actions/runs/${run.id}`,
      holds: { id: run.id, actor: { login: "alice" }, triggering_actor: { login: "bob" } },
    },
    {
      route: `GET …/actions/runs/${run.id}/jobs`,
      holds: { total_count: 1, jobs: [{ id: 77, conclusion: "failure", steps: [{ name: "build" }, {}] }] },
    },
    { route: "GET …/actions/jobs/77/logs", status: 302, holds: undefined },
    {
      route: 'GET /search/code?q="two three" repo:acme/widgets',
      holds: { total_count: 1, items: [{ path: "src/a.ts", repository: { full_name: "acme/widgets" } }] },
    },
  ];
};

/** A zero at the end of a path stands for what an earlier request created. */
const fillIn = (route: string, world: SmallWorld): string => {
  const { reviews, reviewComments } = world.pullRequest.pull;
  const review = reviews.find(({ state }) => state === "PENDING");
  if (route.endsWith("/reviews/0")) return route.replace(/0$/, String(review?.id));
  const [remark] = reviewComments;
  if (route.includes("/check-runs/")) return route.replace(/0$/, String(world.repository.checks[0]?.id));
  const ofRemark = route.replace(/(?<=\/pulls\/comments\/)0(?=\/|$)/, String(remark?.id));
  const reactions = reactionsOf(route, world);
  return route.endsWith("/reactions/0") ? ofRemark.replace(/0$/, String(reactions[0]?.id)) : ofRemark;
};

const reactionsOf = (route: string, { issue, comment, pullRequest }: SmallWorld) => {
  if (route.includes("/pulls/comments/")) return pullRequest.pull.reviewComments[0]?.reactions ?? [];
  return route.includes("/comments/") ? comment.reactions : issue.reactions;
};

/** As the list of routes has it: `POST /repos/{owner}/{repo}/issues`. */
const templateOf = (route: string): string => {
  const [method = "", path = ""] = route.replace("…", "/repos/acme/widgets").split(" ");
  const match = matchRoute(routes, method, path.replace(/\?.*/, ""));
  return `${match?.route.method} ${match?.route.template}`;
};

/** Every permission that some route asks for. */
const everything = (access: Access, without: readonly string[] = []): Permissions => {
  const asked = routes.flatMap((route) => (route.scope === "repository" ? route.needs.permissions : []));
  const names = asked.flatMap(Object.keys).filter((name) => !without.includes(name));
  return Object.fromEntries(names.map((name) => [name, access]));
};

/** What the repository holds, as text. */
const stateOf = ({ repository }: SmallWorld): string =>
  JSON.stringify(repository, (_key, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );

describe("every route of the fake GitHub", () => {
  it("answers with what the world holds, in the form GitHub's description gives", async () => {
    await using world = await startSmallWorld();
    const served = new Set<string>();
    for (const { holds, status = 200, ...example } of examples(world)) {
      const route = fillIn(example.route, world);
      const answer = await world.ask({ ...example, route, permissions: all });
      expect([route, answer.status, answer.text.slice(0, answer.status === status ? 0 : 400)]).toEqual([
        route,
        status,
        "",
      ]);
      if (holds !== undefined) expect(answer.json(), route).toMatchObject(toMatch(holds));
      served.add(templateOf(route));
    }
    const { violations, defects, unknownRoutes } = world.github.world;
    expect({ violations, defects, unknownRoutes }).toEqual({
      violations: [],
      defects: [],
      unknownRoutes: [],
    });
    expect([...served].sort()).toEqual(routes.map(({ method, template }) => `${method} ${template}`).sort());
  });

  it("refuses every write made without its permission, and changes nothing by it", async () => {
    await using world = await startSmallWorld();
    const { tokens } = world.github.world;
    const elsewhere = addToken(world.github.world, { permissions: everything("write"), repositories: [] });
    const refused = new Set<string>();
    const writes = examples(world).filter(({ route }) => !route.startsWith("GET "));
    for (const { holds: _holds, status: _status, ...example } of writes) {
      const route = fillIn(example.route, world);
      const template = templateOf(route);
      const needed = routes.find((one) => `${one.method} ${one.template}` === template);
      const names = needed?.scope === "repository" ? needed.needs.permissions.flatMap(Object.keys) : [];
      const before = stateOf(world);
      const lacking = {
        "only reads": { permissions: everything("read") },
        "has none": { permissions: {} },
        "has every other": { permissions: everything("write", names) },
        "is of another repository": { authorization: `Bearer ${elsewhere.value}` },
        "is nobody's": {},
      };
      for (const [token, by] of Object.entries(lacking)) {
        const { status } = await world.ask({ ...example, route, ...by });
        // What a private repository holds is not there for whom it is hidden from.
        expect([401, 403, 404], `${template} by a token that ${token}`).toContain(status);
      }
      expect(stateOf(world), template).toBe(before);
      refused.add(template);
      const done = await world.ask({ ...example, route, permissions: { ...all, ...everything("write") } });
      expect(done.status, template).toBeLessThan(300);
    }
    expect(tokens.size).toBeGreaterThan(writes.length);
    const served = routes.filter(({ method }) => method !== "GET");
    expect([...refused].sort()).toEqual(served.map(({ method, template }) => `${method} ${template}`).sort());
  });

  it("lets nobody write by GraphQL", async () => {
    await using world = await startSmallWorld();
    const query = 'mutation { addStar(input: { starrableId: "R_1" }) { clientMutationId } }';
    const before = stateOf(world);
    const answer = await world.ask({
      route: "POST /graphql",
      permissions: everything("write"),
      body: { query },
    });
    expect(answer.json()).toMatchObject({ errors: [{}] });
    expect(stateOf(world)).toBe(before);
  });

  it("says 404 to a route it does not have and writes it down", async () => {
    await using world = await startSmallWorld();
    const answers = await Promise.all(
      ["GET …/labels", "GET …/commits/main/check-runs", "DELETE …/issues/1"].map((route) =>
        world.ask({ route, permissions: all }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(world.github.world.unknownRoutes.toSorted()).toEqual([
      "DELETE /repos/acme/widgets/issues/1",
      "GET /repos/acme/widgets/commits/main/check-runs",
      "GET /repos/acme/widgets/labels",
    ]);
  });

  it("refuses a request that GitHub's description does not allow and writes it down", async () => {
    await using world = await startSmallWorld();
    const wrong = [
      { route: "POST …/issues/1/comments", body: { text: "not its name" } },
      { route: "POST …/issues/1/comments", body: { body: "fine", extra: true } },
      { route: "POST …/issues/1/comments", body: { body: 7 } },
      { route: "POST …/issues/1/comments" },
      { route: "GET …/issues/1/comments?per_page=lots" },
      { route: "GET …/issues/1/comments?perPage=5" },
      { route: "GET …/issues/one" },
      { route: "POST …/pulls/2/reviews", body: { event: "LGTM" } },
    ];
    for (const request of wrong) {
      expect((await world.ask({ ...request, permissions: all })).status, JSON.stringify(request)).toBe(422);
    }
    expect(world.github.world.violations).toHaveLength(wrong.length);
    expect(world.issue.comments).toHaveLength(1);
  });

  it("fails the test that got an answer GitHub's description forbids", async () => {
    const world = await startSmallWorld();
    Object.assign(world.issue, { title: 42 });
    await world.ask({ route: "GET …/issues/1", permissions: all });
    await expect(world[Symbol.asyncDispose]()).rejects.toThrow("/title: must be string");
  });
});

const toMatch = (holds: unknown): object => (typeof holds === "object" && holds !== null ? holds : {});
