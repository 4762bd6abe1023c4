import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { addToken } from "./fake-github/populate-people.ts";
import { addComment, edit, rename } from "./fake-github/populate-threads.ts";
import type { Permissions } from "./fake-github/world.ts";
import { type SmallWorld, startSmallWorld } from "./fake-github-fixture.ts";

const query = async (
  world: SmallWorld,
  text: string,
  options: { readonly variables?: unknown; readonly permissions?: Permissions; readonly login?: string } = {},
) => {
  const { variables, permissions = { issues: "read", pull_requests: "read" }, login } = options;
  const answer = await world.ask({
    route: "POST /graphql",
    permissions,
    body: { query: text, ...(variables === undefined ? {} : { variables }) },
    ...(login === undefined ? {} : { login }),
  });
  expect(answer.status).toBe(200);
  return answer.json();
};

describe("GraphQL on the fake GitHub", () => {
  it("tells a token who it is, an installation's too", async () => {
    await using world = await startSmallWorld();
    expect(await query(world, "{ viewer { login databaseId id } }")).toEqual({
      data: { viewer: { login: "github-actions[bot]", databaseId: 41898282, id: "MDM6Qm90NDE4OTgyODI=" } },
    });
    expect(await query(world, "query Me { me: viewer { login } }", { login: "alice" })).toEqual({
      data: { me: { login: "alice" } },
    });
    expect(
      (await world.ask({ route: "POST /graphql", body: { query: "{ viewer { login } }" } })).status,
    ).toBe(401);
  });

  it("tells when a text was edited last, and null when never", async () => {
    await using world = await startSmallWorld();
    const { github, issue, comment, repository } = world;
    const text = `query($owner: String!, $name: String!, $number: Int!) {
      repository(owner: $owner, name: $name) {
        issue(number: $number) { lastEditedAt comments(first: 10) { nodes { databaseId lastEditedAt } } }
        pullRequest(number: 2) { lastEditedAt headRefOid }
        issueOrPullRequest(number: 2) { __typename ... on PullRequest { number } ... on Issue { title } }
      }
    }`;
    const variables = { owner: "acme", name: "Widgets", number: 1 };
    const headRefOid = repository.branches.get("feature");
    const never = { nodes: [{ databaseId: comment.id, lastEditedAt: null }] };
    const either = { __typename: "PullRequest", number: 2 };
    expect(await query(world, text, { variables })).toEqual({
      data: {
        repository: {
          issue: { lastEditedAt: null, comments: never },
          pullRequest: { lastEditedAt: null, headRefOid },
          issueOrPullRequest: either,
        },
      },
    });
    github.world.clock = () => Date.parse("2031-05-05T05:05:05Z");
    edit(github.world, issue, "Other text");
    edit(github.world, comment, "Other text");
    expect(await query(world, text, { variables })).toMatchObject({
      data: {
        repository: {
          issue: {
            lastEditedAt: "2031-05-05T05:05:05Z",
            comments: { nodes: [{ lastEditedAt: "2031-05-05T05:05:05Z" }] },
          },
        },
      },
    });
  });

  it("finds a comment by its node id", async () => {
    await using world = await startSmallWorld();
    edit(world.github.world, world.comment, "Changed");
    const text = `query($id: ID!) { node(id: $id) { ...Text } } fragment Text on IssueComment { lastEditedAt body author { login } }`;
    expect(await query(world, text, { variables: { id: world.comment.nodeId } })).toEqual({
      data: { node: { lastEditedAt: world.comment.lastEditedAt, body: "Changed", author: { login: "bob" } } },
    });
    expect(await query(world, text, { variables: { id: "IC_nothing" } })).toMatchObject({
      data: { node: null },
      errors: [{ type: "NOT_FOUND", path: ["node"] }],
    });
  });

  it.each([
    ["{ viewer { login nickname } }", "Field 'nickname' doesn't exist on type 'User'"],
    ["{ rateLimit { cost } }", "Field 'rateLimit' doesn't exist on type 'Query'"],
    ["{ viewer }", "Field must have selections (field 'viewer' returns User but has no selections)"],
    ['{ repository(owner: "a") { id } }', "Field 'repository' is missing required arguments: name"],
    ["{ viewer(id: 1) { login } }", "Field 'viewer' doesn't accept argument 'id'"],
    ['{ node(id: "x") { lastEditedAt } }', "Field 'lastEditedAt' doesn't exist on type 'Node'"],
    ["mutation { deleteIssue(input: {}) { id } }", "Field 'deleteIssue' doesn't exist on type 'Mutation'"],
    [
      '{ node(id: "x") { ... on Sponsor { id } } }',
      "No such type Sponsor, so it can't be a fragment condition",
    ],
  ])("answers %s with an error and no data", async (text, message) => {
    await using world = await startSmallWorld();
    const answer = await query(world, text);
    expect(answer).toMatchObject({ errors: [{ message }] });
    expect(answer).not.toHaveProperty("data");
  });

  it("says where a query cannot be read", async () => {
    await using world = await startSmallWorld();
    expect(await query(world, "{ viewer { login ")).toMatchObject({
      errors: [{ message: /^Parse error: / }],
    });
    expect(await query(world, "query($a: Int) { node(id: $b) { id } }")).toMatchObject({
      errors: [{ message: "Parse error: Variable $b is used but not provided" }],
    });
  });

  it("hides what a token does not cover and refuses what it may not read", async () => {
    await using world = await startSmallWorld();
    const other = addToken(world.github.world, { permissions: { issues: "read" }, repositories: [] });
    const hidden = await world.ask({
      route: "POST /graphql",
      authorization: `Bearer ${other.value}`,
      body: { query: '{ repository(owner: "acme", name: "widgets") { id } }' },
    });
    expect(hidden.json()).toMatchObject({ data: { repository: null }, errors: [{ type: "NOT_FOUND" }] });
    const text = '{ repository(owner: "acme", name: "widgets") { issue(number: 1) { title } } }';
    expect(await query(world, text, { permissions: { contents: "read" } })).toMatchObject({
      data: { repository: { issue: null } },
      errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }],
    });
  });

  it("asks for a page's size and gives the next page after a cursor", async () => {
    await using world = await startSmallWorld();
    for (const body of ["second", "third"]) {
      addComment(world.github.world, world.repository, world.issue, { author: "bob", body });
    }
    const comments = (args: string) =>
      query(
        world,
        `{ repository(owner: "acme", name: "widgets") { issue(number: 1) { comments${args} { nodes { body } pageInfo { hasNextPage endCursor } totalCount } } } }`,
      );
    const inIssue = (comments: unknown) => ({ data: { repository: { issue: { comments } } } });
    expect(await comments("(first: 2)")).toEqual(
      inIssue({
        nodes: [{ body: "Me too." }, { body: "second" }],
        pageInfo: { hasNextPage: true, endCursor: "Mg==" },
        totalCount: 3,
      }),
    );
    expect(await comments('(first: 2, after: "Mg==")')).toMatchObject(
      inIssue({ nodes: [{ body: "third" }], pageInfo: { hasNextPage: false } }),
    );
    expect(await comments('(last: 2, before: "Mg==")')).toMatchObject(
      inIssue({ nodes: [{ body: "Me too." }, { body: "second" }], pageInfo: { hasNextPage: true } }),
    );
    expect(await comments("")).toMatchObject({ errors: [{ type: "MISSING_PAGINATION_BOUNDARIES" }] });
    expect(await comments("(first: 101)")).toMatchObject({ errors: [{ type: "EXCESSIVE_PAGINATION" }] });
  });

  it("shows reviews, the threads of remarks, what is hidden and when a title changed", async () => {
    await using world = await startSmallWorld();
    const { github, pullRequest, comment, issue } = world;
    await world.ask({
      route: "POST …/pulls/2/reviews",
      permissions: { pull_requests: "write" },
      body: { event: "COMMENT", body: "Hm", comments: [{ path: "src/a.ts", line: 2, body: "Why?" }] },
    });
    comment.minimized = true;
    rename(github.world, issue, "It hums");
    const title =
      "timelineItems(last: 1, itemTypes: [RENAMED_TITLE_EVENT]) { nodes { ... on RenamedTitleEvent { createdAt } } }";
    const text = `{ repository(owner: "acme", name: "widgets") {
      issue(number: 1) { title ${title} comments(last: 1) { nodes { isMinimized url } } }
      pullRequest(number: 2) {
        ${title} reviews(last: 5) { nodes { state body submittedAt } }
        reviewThreads(last: 5) { nodes { path line isResolved isOutdated comments(last: 5) { nodes { body url } } } }
      } } }`;
    const [remark] = pullRequest.pull.reviewComments;
    const html = `${github.serverUrl}/acme/widgets`;
    const said = { body: "Why?", url: `${html}/pull/2#discussion_r${remark?.id}` };
    const place = { path: "src/a.ts", line: 2, isResolved: false, isOutdated: false };
    expect(await query(world, text)).toEqual({
      data: {
        repository: {
          issue: {
            title: "It hums",
            timelineItems: { nodes: [{ createdAt: issue.renames[0] }] },
            comments: { nodes: [{ isMinimized: true, url: `${html}/issues/1#issuecomment-${comment.id}` }] },
          },
          pullRequest: {
            timelineItems: { nodes: [] },
            reviews: { nodes: [{ state: "COMMENTED", body: "Hm", submittedAt: expect.any(String) }] },
            reviewThreads: { nodes: [{ ...place, comments: { nodes: [said] } }] },
          },
        },
      },
    });
  });

  it("is understood by octokit, which throws for its errors", async () => {
    await using world = await startSmallWorld();
    const { value } = addToken(world.github.world, { permissions: { issues: "read" } });
    const octokit = new Octokit({ auth: value, baseUrl: world.github.url });
    expect(await octokit.graphql("{ viewer { login } }")).toEqual({
      viewer: { login: "github-actions[bot]" },
    });
    await expect(octokit.graphql("{ viewer { nope } }")).rejects.toThrow("Field 'nope' doesn't exist");
  });
});
