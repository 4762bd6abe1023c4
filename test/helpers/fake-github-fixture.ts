import { addCollaborator, addToken } from "./fake-github/populate-people.ts";
import { addCommit, addRepository, addRun } from "./fake-github/populate-repository.ts";
import { addComment, openIssue, openPullRequest, type PullRequest } from "./fake-github/populate-threads.ts";
import { type FakeGitHub, startFakeGitHub } from "./fake-github/server.ts";
import type {
  Comment,
  Issue,
  Permissions,
  Repository,
  WorkflowJob,
  WorkflowRun,
} from "./fake-github/world.ts";

/** A small world for tests of the fake itself: one repository, an issue with a comment, a pull request, a run. */
export type SmallWorld = AsyncDisposable & {
  readonly github: FakeGitHub;
  readonly repository: Repository;
  readonly issue: Issue;
  readonly comment: Comment;
  readonly pullRequest: PullRequest;
  readonly run: WorkflowRun;
  /** Asks with a token of these permissions, or without one. */
  ask(request: Ask): Promise<Answer>;
};

export type Ask = {
  /** `GET /repos/…`, or below the repository: `GET …/issues/1`. */
  readonly route: string;
  readonly permissions?: Permissions;
  readonly login?: string;
  /** Instead of a token made for this request. */
  readonly authorization?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  json(): unknown;
};

const authorizationOf = (github: FakeGitHub, request: Ask): Readonly<Record<string, string>> => {
  const { authorization, permissions, login } = request;
  if (authorization !== undefined) return { authorization };
  if (permissions === undefined) return {};
  const token = addToken(github.world, { permissions, ...(login === undefined ? {} : { login }) });
  return { authorization: `Bearer ${token.value}` };
};

const ask = async (github: FakeGitHub, repository: Repository, request: Ask): Promise<Answer> => {
  const [method = "GET", path = ""] = request.route.split(" ");
  const response = await fetch(`${github.url}${path.replace("…", `/repos/${repository.fullName}`)}`, {
    method,
    redirect: "manual",
    headers: {
      "user-agent": "test",
      ...authorizationOf(github, request),
      ...(request.accept === undefined ? {} : { accept: request.accept }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
};

/** Starts it; `acme/widgets` is private unless told otherwise. */
export const startSmallWorld = async (
  visibility: Repository["visibility"] = "private",
): Promise<SmallWorld> => {
  const github = await startFakeGitHub();
  const { world } = github;
  const repository = addRepository(world, { owner: "acme", name: "widgets", visibility });
  addCommit(world, repository, { files: { "README.md": "# Widgets\n", "src/a.ts": "one\ntwo\nthree\n" } });
  addCommit(world, repository, { branch: "feature", files: { "src/a.ts": "one\n2\nthree\n" } });
  addCollaborator(world, repository, "alice", "write");
  const issue = openIssue(world, repository, { author: "alice", title: "It squeaks", body: "Oil it." });
  const comment = addComment(world, repository, issue, { author: "bob", body: "Me too." });
  const pullRequest = openPullRequest(world, repository, {
    author: "alice",
    head: "feature",
    title: "Quiet",
  });
  const steps = { build: "success", test: "failure" } as const;
  const job: WorkflowJob = { id: 77, name: "test", conclusion: "failure", steps, log: "It broke.\n" };
  const run = addRun(world, repository, {
    event: "pull_request",
    actor: "alice",
    triggeringActor: "bob",
    jobs: [job],
  });
  return {
    github,
    repository,
    issue,
    comment,
    pullRequest,
    run,
    ask: (request) => ask(github, repository, request),
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
};
