import { maySee, requirePermission } from "./access.ts";
import { renamesNode, reviewsNode } from "./graphql-review.ts";
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
import { threadHtml } from "./links.ts";
import { ApiError } from "./reply.ts";
import type { Call } from "./route.ts";
import { findRepository, type Issue, type Repository } from "./world.ts";

export type GraphqlCall = Pick<Call, "world" | "caller" | "links">;

const issueNode = (call: GraphqlCall, repository: Repository, issue: Issue): GraphNode => {
  const { world } = call;
  const { pull } = issue;
  const url = threadHtml(call.links, repository, issue);
  const shared = {
    ...textFields(world, { ...issue, url }),
    ...scalars({ number: issue.number, title: issue.title, state: issue.state.toUpperCase() }),
    timelineItems: (args: Arguments) => renamesNode(issue.renames, args),
    comments: (args: Arguments) => commentsNode(world, { issue, url }, args),
  };
  if (pull === undefined) return { typeName: "Issue", fields: shared };
  const own = scalars({
    id: pull.nodeId,
    databaseId: pull.id,
    headRefOid: pull.headSha,
    baseRefOid: pull.baseSha,
    isDraft: pull.draft,
  });
  const page = { pull, url };
  const reviews = (args: Arguments) => reviewsNode(world, page, args);
  const reviewThreads = (args: Arguments) => reviewThreadsNode(world, page, args);
  return { typeName: "PullRequest", fields: { ...shared, ...own, reviews, reviewThreads } };
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
  const node = issue === undefined ? undefined : issueNode(call, repository, issue);
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
      const url = threadHtml(call.links, repository, issue);
      const texts = [
        ...issue.comments.map((text) => textNode(world, "IssueComment", { ...text, url })),
        ...(issue.pull?.reviews ?? []).map((text) => textNode(world, "PullRequestReview", { ...text, url })),
        ...(issue.pull?.reviewComments ?? []).map((text) =>
          textNode(world, "PullRequestReviewComment", { ...text, url }),
        ),
        issueNode(call, repository, issue),
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
