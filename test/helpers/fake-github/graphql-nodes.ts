import { maySee, requirePermission } from "./access.ts";
import { resolveReviewThread, reviewThreadsNode } from "./graphql-review-threads.ts";
import {
  type Arguments,
  commentsNode,
  type GraphNode,
  GraphqlFieldError,
  scalars,
  textFields,
  textNode,
  userNode,
} from "./graphql-text.ts";
import { ApiError } from "./reply.ts";
import type { Call } from "./route.ts";
import { findRepository, type Issue, type Repository, type World } from "./world.ts";

export type GraphqlCall = Pick<Call, "world" | "caller">;

const issueNode = (world: World, issue: Issue): GraphNode => {
  const { pull } = issue;
  const shared = {
    ...textFields(world, issue),
    ...scalars({ number: issue.number, title: issue.title, state: issue.state.toUpperCase() }),
    comments: (args: Arguments) => commentsNode(world, issue, args),
  };
  if (pull === undefined) return { typeName: "Issue", fields: shared };
  const own = scalars({
    id: pull.nodeId,
    databaseId: pull.id,
    headRefOid: pull.headSha,
    baseRefOid: pull.baseSha,
    isDraft: pull.draft,
  });
  const reviewThreads = (args: Arguments) => reviewThreadsNode(world, pull, args);
  return { typeName: "PullRequest", fields: { ...shared, ...own, reviewThreads } };
};

const requireRead = ({ caller }: GraphqlCall, repository: Repository, issue: Issue | undefined): void => {
  const permission = issue?.pull === undefined ? "issues" : "pull_requests";
  try {
    requirePermission(caller, repository, { permissions: [{ [permission]: "read" }] });
  } catch (error) {
    throw error instanceof ApiError ? new GraphqlFieldError("FORBIDDEN", error.message) : error;
  }
};

const threadNode = (
  call: GraphqlCall,
  repository: Repository,
  args: Arguments,
  wanted: string,
): GraphNode => {
  const issue = repository.issues.get(Number(args.number));
  requireRead(call, repository, issue);
  const node = issue === undefined ? undefined : issueNode(call.world, issue);
  if (node === undefined || (wanted !== "IssueOrPullRequest" && node.typeName !== wanted)) {
    const article = wanted === "PullRequest" ? "a" : "an";
    const message = `Could not resolve to ${article} ${wanted} with the number of ${String(args.number)}.`;
    throw new GraphqlFieldError("NOT_FOUND", message);
  }
  return node;
};

const repositoryNode = (call: GraphqlCall, repository: Repository): GraphNode => ({
  typeName: "Repository",
  fields: {
    ...scalars({
      id: repository.nodeId,
      databaseId: repository.id,
      nameWithOwner: repository.fullName,
      isPrivate: repository.visibility === "private",
    }),
    issue: (args) => threadNode(call, repository, args, "Issue"),
    pullRequest: (args) => threadNode(call, repository, args, "PullRequest"),
    issueOrPullRequest: (args) => threadNode(call, repository, args, "IssueOrPullRequest"),
  },
});

const findText = (call: GraphqlCall, id: string): GraphNode | undefined => {
  const { world } = call;
  for (const repository of [...world.repositories.values()].filter((one) => maySee(call.caller, one))) {
    for (const issue of repository.issues.values()) {
      const texts = [
        ...issue.comments.map((text) => textNode(world, "IssueComment", text)),
        ...(issue.pull?.reviews ?? []).map((text) => textNode(world, "PullRequestReview", text)),
        ...(issue.pull?.reviewComments ?? []).map((text) =>
          textNode(world, "PullRequestReviewComment", text),
        ),
        issueNode(world, issue),
      ];
      const found = texts.find((node) => node.fields.id?.({}) === id);
      if (found === undefined) continue;
      requireRead(call, repository, issue);
      return found;
    }
  }
  return undefined;
};

/** The root of every query and mutation: which of the two has a field is for the schema to say. */
export const queryNode = (call: GraphqlCall): GraphNode => ({
  typeName: "Query",
  fields: {
    viewer: () =>
      call.caller.type === "token" ? userNode(call.world, call.caller.token.login, "User") : null,
    repository: (args) => {
      const fullName = `${String(args.owner)}/${String(args.name)}`;
      const repository = findRepository(call.world, fullName);
      if (repository !== undefined && maySee(call.caller, repository))
        return repositoryNode(call, repository);
      throw new GraphqlFieldError(
        "NOT_FOUND",
        `Could not resolve to a Repository with the name '${fullName}'.`,
      );
    },
    resolveReviewThread: (args) => resolveReviewThread(call, args),
    node: (args) => {
      const id = String(args.id);
      const node = findText(call, id);
      if (node !== undefined) return node;
      throw new GraphqlFieldError("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
    },
  },
});
