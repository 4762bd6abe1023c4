import { maySee, requirePermission } from "./access.ts";
import {
  type Arguments,
  connectionNode,
  type GraphNode,
  GraphqlFieldError,
  scalars,
  textFields,
  userNode,
} from "./graphql-text.ts";
import { threadHtml } from "./links.ts";
import { nodeId } from "./populate-people.ts";
import { ApiError } from "./reply.ts";
import { type Call, callerLogin } from "./route.ts";
import type { Pull, Repository, ReviewComment, World } from "./world.ts";

/** A conversation has no object of its own here: it is its first comment and the answers to that. */
const threadId = ({ id }: ReviewComment): string => nodeId("PRRT", id);

type OnPage = { readonly pull: Pull /** The pull request's page. */; readonly url: string };

const threadNode = (world: World, { pull, url }: OnPage, first: ReviewComment): GraphNode => {
  const comments = pull.reviewComments.filter((one) => one === first || one.inReplyTo === first.id);
  return {
    typeName: "PullRequestReviewThread",
    fields: {
      ...scalars({
        id: threadId(first),
        isResolved: first.resolvedBy !== undefined,
        isOutdated: first.commitId !== pull.headSha,
        path: first.path,
        line: first.line ?? null,
      }),
      resolvedBy: () => (first.resolvedBy === undefined ? null : userNode(world, first.resolvedBy)),
      comments: (args) =>
        connectionNode("comments", "PullRequestReviewCommentConnection", {
          items: comments.map((comment) => remarkNode(world, { pull, url }, comment)),
          args,
        }),
    },
  };
};

const remarkNode = (world: World, { pull, url }: OnPage, remark: ReviewComment): GraphNode => {
  const review = pull.reviews.find(({ id }) => id === remark.reviewId);
  return {
    typeName: "PullRequestReviewComment",
    fields: {
      ...textFields(world, { ...remark, url: `${url}#discussion_r${remark.id}` }),
      pullRequestReview: () =>
        review === undefined
          ? null
          : {
              typeName: "PullRequestReview",
              fields: scalars({ id: review.nodeId, submittedAt: review.submittedAt ?? null }),
            },
    },
  };
};

const firsts = (pull: Pull): readonly ReviewComment[] => {
  const shown = new Set(pull.reviews.filter(({ state }) => state !== "PENDING").map(({ id }) => id));
  return pull.reviewComments.filter(
    ({ inReplyTo, reviewId }) => inReplyTo === undefined && shown.has(reviewId),
  );
};

export const reviewThreadsNode = (world: World, page: OnPage, args: Arguments): GraphNode =>
  connectionNode("reviewThreads", "PullRequestReviewThreadConnection", {
    items: firsts(page.pull).map((first) => threadNode(world, page, first)),
    args,
  });

/** Resolving asks for more than a review does: an app needs `contents: write`. */
const requireResolve = ({ caller }: Pick<Call, "caller">, repository: Repository): void => {
  try {
    requirePermission(caller, repository, { permissions: [{ contents: "write", pull_requests: "write" }] });
  } catch (error) {
    throw error instanceof ApiError ? new GraphqlFieldError("FORBIDDEN", error.message) : error;
  }
};

/** The mutation of that name. */
export const resolveReviewThread = (
  call: Pick<Call, "world" | "caller" | "links">,
  args: Arguments,
): GraphNode => {
  const { world } = call;
  const id = Object.entries(args.input ?? {}).find(([name]) => name === "threadId")?.[1];
  for (const repository of [...world.repositories.values()].filter((one) => maySee(call.caller, one))) {
    for (const issue of repository.issues.values()) {
      const { pull } = issue;
      const first = pull && firsts(pull).find((one) => threadId(one) === id);
      if (pull === undefined || first === undefined) continue;
      requireResolve(call, repository);
      first.resolvedBy = callerLogin(call.caller);
      const url = threadHtml(call.links, repository, issue);
      return {
        typeName: "ResolveReviewThreadPayload",
        fields: { thread: () => threadNode(world, { pull, url }, first) },
      };
    }
  }
  throw new GraphqlFieldError(
    "NOT_FOUND",
    `Could not resolve to a node with the global id of '${String(id)}'`,
  );
};
