import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { addToken } from "./fake-github/populate-people.ts";
import { addComment, touch } from "./fake-github/populate-threads.ts";
import { secondaryRateLimit } from "./fake-github/secondary-rate-limit.ts";
import { type SmallWorld, startSmallWorld } from "./fake-github-fixture.ts";

const write = { issues: "write", pull_requests: "write" } as const;

const create = (world: SmallWorld, body: string) =>
  world.ask({ route: "POST …/issues/1/comments", permissions: write, body: { body } });

const tooLong = {
  message: "Validation Failed",
  errors: [
    {
      resource: "IssueComment",
      code: "unprocessable",
      field: "data",
      message: "Body is too long (maximum is 65536 characters)",
    },
  ],
};

describe("comments on the fake GitHub", () => {
  it("takes 65,536 characters, of any width, and not one more", async () => {
    await using world = await startSmallWorld();
    expect((await create(world, "😀".repeat(65_536))).status).toBe(201);
    const refused = await create(world, "a".repeat(65_537));
    expect([refused.status, refused.json()]).toMatchObject([422, tooLong]);
    const blank = await create(world, " \n");
    expect(blank.status).toBe(422);
    expect(blank.text).toContain("Body cannot be blank");
    expect(world.issue.comments).toHaveLength(2);
    const { id } = world.comment;
    const route = `PATCH …/issues/comments/${id}`;
    const edited = await world.ask({ route, permissions: write, body: { body: "a".repeat(65_537) } });
    expect(edited.status).toBe(422);
    expect(world.comment.body).toBe("Me too.");
  });

  it("makes a token's bot the author, by way of its app", async () => {
    await using world = await startSmallWorld();
    expect((await create(world, "Hi")).json()).toMatchObject({
      user: { login: "github-actions[bot]", id: 41898282, type: "Bot" },
      performed_via_github_app: { slug: "github-actions" },
      author_association: "NONE",
    });
    const route = "POST …/issues/1/comments";
    const byAlice = await world.ask({ route, login: "alice", permissions: write, body: { body: "Hi" } });
    expect(byAlice.json()).toMatchObject({
      user: { login: "alice", type: "User" },
      performed_via_github_app: null,
      author_association: "COLLABORATOR",
    });
  });

  it("moves updated_at on an edit and for other reasons, and the date of the last edit on an edit alone", async () => {
    await using world = await startSmallWorld();
    const { world: github } = world.github;
    github.clock = () => Date.parse("2030-01-01T10:00:00.500Z");
    touch(github, world.comment);
    expect(world.comment).toMatchObject({ updatedAt: "2030-01-01T10:00:00Z" });
    expect(world.comment.lastEditedAt).toBeUndefined();
    github.clock = () => Date.parse("2030-01-01T11:00:00Z");
    const route = `PATCH …/issues/comments/${world.comment.id}`;
    const edited = await world.ask({ route, permissions: write, body: { body: "Changed" } });
    expect(edited.json()).toMatchObject({ body: "Changed", updated_at: "2030-01-01T11:00:00Z" });
    expect(world.comment.lastEditedAt).toBe("2030-01-01T11:00:00Z");
  });

  it("lets a person change their own comments and, without push access, nobody else's", async () => {
    await using world = await startSmallWorld("public");
    const route = `PATCH …/issues/comments/${world.comment.id}`;
    const as = async (login: string) =>
      (await world.ask({ route, login, permissions: write, body: { body: "Mine" } })).status;
    expect([await as("bob"), await as("alice"), await as("mallory")]).toEqual([200, 200, 403]);
  });

  it("pages as asked, at most a hundred at once, and octokit finds them all", async () => {
    await using world = await startSmallWorld();
    const { github, repository, issue } = world;
    for (let index = 1; index < 230; index += 1) {
      addComment(github.world, repository, issue, { author: "bob", body: `Comment ${index}` });
    }
    const ask = (query: string) =>
      world.ask({ route: `GET …/issues/1/comments${query}`, permissions: write });
    const length = (json: unknown) => (Array.isArray(json) ? json.length : undefined);
    expect(length((await ask("")).json())).toBe(30);
    const second = await ask("?per_page=500&page=2");
    expect(length(second.json())).toBe(100);
    const at = (page: number) =>
      `${github.url}/repos/acme/widgets/issues/1/comments?per_page=500&page=${page}`;
    expect(second.headers.get("link")).toBe(
      `<${at(1)}>; rel="prev", <${at(3)}>; rel="next", <${at(3)}>; rel="last", <${at(1)}>; rel="first"`,
    );
    const { value } = addToken(github.world, { permissions: write });
    const octokit = new Octokit({ auth: value, baseUrl: github.url });
    const all = await octokit.paginate(octokit.rest.issues.listComments, {
      owner: "acme",
      repo: "widgets",
      issue_number: 1,
      per_page: 100,
    });
    expect(all.map(({ body }) => body)).toEqual(issue.comments.map(({ body }) => body));
  });

  it("answers a reaction that is there already with 200 and keeps one", async () => {
    await using world = await startSmallWorld();
    const react = async (content: string) =>
      (await world.ask({ route: "POST …/issues/1/reactions", permissions: write, body: { content } })).status;
    expect([await react("eyes"), await react("eyes"), await react("heart")]).toEqual([201, 200, 201]);
    expect(await react("thumbs")).toBe(422);
    expect(world.issue.reactions.map(({ content }) => content)).toEqual(["eyes", "heart"]);
  });
});

describe("trouble on the fake GitHub", () => {
  it("fails the next requests that match, as often as told, and then goes on", async () => {
    await using world = await startSmallWorld();
    world.github.failNext({ method: "POST", path: /comments$/, status: 502, times: 2 });
    const read = await world.ask({ route: "GET …/issues/1/comments", permissions: write });
    const statuses = [read.status];
    for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await create(world, "Hi")).status);
    expect(statuses).toEqual([200, 502, 502, 201]);
    expect(world.issue.comments).toHaveLength(2);
  });

  it("sets a secondary limit with the time to wait", async () => {
    await using world = await startSmallWorld();
    world.github.failNext(secondaryRateLimit({ path: /comments/, retryAfter: 7, status: 429 }));
    const answer = await create(world, "Hi");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(answer.text).toContain("secondary rate limit");
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("1000");
    expect(answer.headers.get("x-github-request-id")).toMatch(/./);
  });

  it("cuts a connection before the work is done, or after it", async () => {
    await using world = await startSmallWorld();
    world.github.failNext({ path: /comments/, reset: "before" });
    await expect(create(world, "Lost")).rejects.toThrow("fetch failed");
    expect(world.issue.comments).toHaveLength(1);
    world.github.failNext({ path: /comments/, reset: "after" });
    await expect(create(world, "Done")).rejects.toThrow("fetch failed");
    expect(world.issue.comments.at(-1)?.body).toBe("Done");
    expect(world.github.world.requests.map(({ status }) => status)).toEqual([undefined, undefined]);
  });

  it("answers late", async () => {
    await using world = await startSmallWorld();
    world.github.failNext({ path: /comments/, delayMs: 120 });
    const before = performance.now();
    expect((await create(world, "Late")).status).toBe(201);
    expect(performance.now() - before).toBeGreaterThan(115);
  });

  it("answers 304 to who holds the answer already", async () => {
    await using world = await startSmallWorld();
    const first = await world.ask({ route: "GET …/issues/1", permissions: write });
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    const second = await world.ask({ route: "GET …/issues/1", permissions: write, headers });
    expect([second.status, second.text]).toEqual([304, ""]);
    world.issue.title = "It is quiet";
    expect((await world.ask({ route: "GET …/issues/1", permissions: write, headers })).status).toBe(200);
  });

  it("writes down who asked what, without the credential", async () => {
    await using world = await startSmallWorld();
    await create(world, "Hi");
    const [request] = world.github.world.requests;
    expect(request).toMatchObject({
      method: "POST",
      path: "/repos/acme/widgets/issues/1/comments",
      headers: { authorization: "Bearer ***", "user-agent": "test" },
      body: { body: "Hi" },
      token: "github-actions[bot]",
      status: 201,
    });
    const [token = ""] = [...world.github.world.tokens.keys()];
    expect(JSON.stringify(request)).not.toContain(token);
  });
});
