import { describe, expect, it } from "vitest";
import { addCollaborator, addToken, exhaustRateLimit, roleOf } from "./fake-github/populate-people.ts";
import { addCommit, addRepository } from "./fake-github/populate-repository.ts";
import type { Permissions } from "./fake-github/world.ts";
import { startSmallWorld } from "./fake-github-fixture.ts";

describe("who may do what on the fake GitHub", () => {
  it("hides a private repository from everyone without a token that covers it", async () => {
    await using world = await startSmallWorld("private");
    const elsewhere = addToken(world.github.world, { permissions: { contents: "write" }, repositories: [] });
    const stranger = addToken(world.github.world, { login: "mallory", permissions: { contents: "write" } });
    const statuses = await Promise.all([
      world.ask({ route: "GET …" }),
      world.ask({ route: "GET …", authorization: `Bearer ${elsewhere.value}` }),
      world.ask({ route: "GET …", authorization: `token ${stranger.value}` }),
      world.ask({ route: "POST …/issues/1/comments", body: { body: "x" } }),
      world.ask({ route: "GET /repos/acme/nothing", permissions: { contents: "read" } }),
      world.ask({ route: "GET …", permissions: {} }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 200]);
    expect(statuses[0]?.json()).toMatchObject({ message: "Not Found", status: "404" });
  });

  it("says 401 to a token nobody issued, even for what everyone may read", async () => {
    await using world = await startSmallWorld("public");
    const bad = await world.ask({ route: "GET …", authorization: "Bearer ghs_nobody" });
    expect([bad.status, bad.json()]).toMatchObject([401, { message: "Bad credentials" }]);
    expect((await world.ask({ route: "GET …" })).status).toBe(200);
    const write = await world.ask({ route: "POST …/issues/1/comments", body: { body: "x" } });
    expect([write.status, write.json()]).toMatchObject([401, { message: "Requires authentication" }]);
  });

  const cases: readonly (readonly [string, Permissions, number, string])[] = [
    ["GET …/contents/README.md", { contents: "read" }, 200, "contents=read"],
    ["GET …/contents/README.md", { contents: "write" }, 200, "contents=read"],
    ["GET …/contents/README.md", { issues: "write" }, 403, "contents=read"],
    ["GET …/compare/main...feature", { pull_requests: "write" }, 403, "contents=read"],
    ["GET …/pulls/2", { pull_requests: "read" }, 200, "pull_requests=read"],
    ["GET …/pulls/2", { contents: "write" }, 403, "pull_requests=read"],
    ["GET …/issues/1", { issues: "read" }, 200, "issues=read; pull_requests=read"],
    ["GET …/issues/1", { pull_requests: "read" }, 403, "issues=read; pull_requests=read"],
    ["GET …/issues/2", { pull_requests: "read" }, 200, "issues=read; pull_requests=read"],
    ["GET …/actions/runs/1", { contents: "read" }, 403, "actions=read"],
    ["POST …/issues/1/comments", { issues: "read" }, 403, "issues=write; pull_requests=write"],
    ["POST …/issues/1/comments", { issues: "write" }, 201, "issues=write; pull_requests=write"],
    ["POST …/issues/2/comments", { issues: "write" }, 403, "issues=write; pull_requests=write"],
    ["POST …/issues/2/comments", { pull_requests: "write" }, 201, "issues=write; pull_requests=write"],
    ["GET …/collaborators/alice/permission", {}, 200, "metadata=read"],
  ];

  it.each(cases)("answers %s with %j by %i", async (route, permissions, status, accepted) => {
    await using world = await startSmallWorld("private");
    const body = route.startsWith("POST") ? { body: { body: "x" } } : {};
    const answer = await world.ask({ route, permissions, ...body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("x-accepted-github-permissions")).toBe(accepted);
    if (status === 403) {
      expect(answer.json()).toMatchObject({
        message: "Resource not accessible by integration",
        status: "403",
      });
    }
  });

  it("lets any token read a public repository and none of another write to it", async () => {
    await using world = await startSmallWorld("public");
    const elsewhere = addToken(world.github.world, { permissions: { issues: "write" }, repositories: [] });
    const authorization = `Bearer ${elsewhere.value}`;
    const body = { body: "x" };
    expect((await world.ask({ route: "GET …/issues/1", authorization })).status).toBe(200);
    expect((await world.ask({ route: "POST …/issues/1/comments", authorization, body })).status).toBe(403);
  });

  it("knows no current user behind an installation token", async () => {
    await using world = await startSmallWorld();
    const app = await world.ask({ route: "GET /user", permissions: { contents: "write" } });
    expect([app.status, app.json()]).toMatchObject([
      403,
      { message: "Resource not accessible by integration" },
    ]);
    expect((await world.ask({ route: "GET /user" })).status).toBe(401);
  });

  it.each([
    ["admin", "admin", "admin"],
    ["maintain", "write", "maintain"],
    ["write", "write", "write"],
    ["triage", "read", "triage"],
    ["read", "read", "read"],
  ] as const)("shows the role %s as the permission %s", async (role, permission, roleName) => {
    await using world = await startSmallWorld("private");
    addCollaborator(world.github.world, world.repository, "carol", role);
    const answer = await world.ask({ route: "GET …/collaborators/carol/permission", permissions: {} });
    expect(answer.json()).toMatchObject({ permission, role_name: roleName, user: { login: "carol" } });
  });

  it("shows a role of the organisation's own by its name and its base", async () => {
    await using world = await startSmallWorld();
    addCollaborator(world.github.world, world.repository, "carol", { role: "write", customRole: "releaser" });
    const answer = await world.ask({ route: "GET …/collaborators/CAROL/permission", permissions: {} });
    expect(answer.json()).toMatchObject({ permission: "write", role_name: "releaser" });
  });

  it.each([
    ["public", "read"],
    ["private", "none"],
  ] as const)("gives a stranger of a %s repository the role %s", async (visibility, role) => {
    await using world = await startSmallWorld(visibility);
    const answer = await world.ask({ route: "GET …/collaborators/bob/permission", permissions: {} });
    expect(answer.json()).toMatchObject({ permission: role, role_name: role });
    expect(roleOf(world.repository, "bob").role).toBe(role);
  });

  it("says of a bot and of nobody that they are no users", async () => {
    await using world = await startSmallWorld("public");
    addCollaborator(world.github.world, world.repository, "helper[bot]", "write");
    for (const login of ["helper[bot]", "Copilot"]) {
      const route = `GET …/collaborators/${encodeURIComponent(login)}/permission`;
      const answer = await world.ask({ route, permissions: {} });
      expect([answer.status, answer.json()]).toMatchObject([404, { message: `${login} is not a user` }]);
    }
  });

  it("tells roles only to those who may push", async () => {
    await using world = await startSmallWorld("public");
    const route = "GET …/collaborators/alice/permission";
    expect((await world.ask({ route })).status).toBe(401);
    expect((await world.ask({ route, login: "bob", permissions: {} })).status).toBe(403);
    expect((await world.ask({ route, login: "alice", permissions: {} })).status).toBe(200);
  });

  it("refuses every write to an archived repository", async () => {
    await using world = await startSmallWorld();
    world.repository.archived = true;
    const body = { body: "x" };
    const answer = await world.ask({
      route: "POST …/issues/1/comments",
      permissions: { issues: "write" },
      body,
    });
    expect([answer.status, answer.json()]).toMatchObject([
      403,
      { message: "Repository was archived so is read-only." },
    ]);
  });

  it("keeps commits of unrelated repositories apart and shares those of a fork", async () => {
    await using world = await startSmallWorld("public");
    const fork = addRepository(world.github.world, { owner: "bob", name: "widgets", forkOf: "acme/widgets" });
    const other = addRepository(world.github.world, { owner: "bob", name: "other", visibility: "public" });
    const inFork = addCommit(world.github.world, fork, { branch: "idea", files: { "b.ts": "b" } });
    const inOther = addCommit(world.github.world, other, { files: { "c.ts": "c" } });
    const ask = (sha: string) => world.ask({ route: `GET …/commits/${sha}`, permissions: {} });
    expect((await ask(inFork)).status).toBe(200);
    expect((await ask(inOther)).status).toBe(422);
  });

  it("refuses requests without a user agent and of another API version", async () => {
    await using world = await startSmallWorld("public");
    const silent = await world.ask({ route: "GET …", headers: { "user-agent": "" } });
    const old = await world.ask({ route: "GET …", headers: { "x-github-api-version": "2019-01-01" } });
    const form = await world.ask({ route: "GET …", accept: "application/vnd.github.diff" });
    expect([silent.status, old.status, form.status]).toEqual([403, 400, 415]);
  });

  it("counts requests and refuses those over the hourly limit until it is reset", async () => {
    await using world = await startSmallWorld();
    const token = addToken(world.github.world, { permissions: { contents: "read" } });
    const ask = () => world.ask({ route: "GET …", authorization: `Bearer ${token.value}` });
    const first = await ask();
    expect(first.headers.get("x-ratelimit-remaining")).toBe("999");
    expect(first.headers.get("x-github-request-id")).not.toBeNull();
    exhaustRateLimit(token);
    const refused = await ask();
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("API rate limit exceeded");
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    const reset = Number(refused.headers.get("x-ratelimit-reset"));
    expect(reset).toBeGreaterThan(Date.now() / 1000);
    world.github.world.clock = () => reset * 1000;
    expect((await ask()).status).toBe(200);
  });
});
