import * as z from "zod/mini";
import type { Discussion, Piece } from "../../request/discussion.ts";
import type { Actor } from "../../request/trigger.ts";
import type { GitHubClient } from "./client.ts";
import { type Account, isSame } from "./identity.ts";

/** Threads beside lines of a diff, and remarks of each. */
const mostThreads = 30;
const mostRemarks = 20;
const mostReviews = 30;

const written =
  "body createdAt lastEditedAt url author { __typename login ... on User { databaseId } ... on Bot { databaseId } }";
const comments = `comments(last: $size, before: $earlier) {
  pageInfo { hasPreviousPage startCursor } nodes { ${written} isMinimized }
}`;
const thread = `number title ${written} ${comments}
  timelineItems(last: 1, itemTypes: [RENAMED_TITLE_EVENT]) {
    nodes { ... on RenamedTitleEvent { createdAt } }
  }`;
const ofPull = `
  reviews(last: ${mostReviews}) { totalCount nodes { ${written} isMinimized state submittedAt } }
  reviewThreads(last: ${mostThreads}) { totalCount nodes {
    path line isResolved isOutdated
    comments(last: ${mostRemarks}) { totalCount nodes { ${written} isMinimized pullRequestReview { submittedAt } } }
  } }`;

/** One request for all of it. GraphQL alone tells when a text was edited. */
const query = `query($owner: String!, $name: String!, $number: Int!, $size: Int!, $earlier: String) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) { issueOrPullRequest(number: $number) {
    __typename
    ... on Issue { ${thread} issueState: state }
    ... on PullRequest { ${thread} pullState: state ${ofPull} }
  } }
}`;

const Author = z.nullable(
  z.object({ __typename: z.string(), login: z.string(), databaseId: z.optional(z.nullable(z.number())) }),
);
const writtenFields = {
  body: z.string(),
  createdAt: z.string(),
  lastEditedAt: z.nullable(z.string()),
  url: z.string(),
  author: Author,
};
const Comment = z.object({ ...writtenFields, isMinimized: z.boolean() });
type Comment = z.infer<typeof Comment>;
const nodes = <Schema extends z.ZodMiniType>(schema: Schema) => z.object({ nodes: z.array(schema) });

/** With how many there are of it in all. */
const counted = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.object({ totalCount: z.number(), nodes: z.array(schema) });

const Review = z.extend(Comment, { state: z.string(), submittedAt: z.nullable(z.string()) });
/** A remark is its author's alone until the review that it was drafted in is submitted. */
const Remark = z.extend(Comment, {
  pullRequestReview: z.nullable(z.object({ submittedAt: z.nullable(z.string()) })),
});
const ReviewThread = z.object({
  path: z.string(),
  line: z.nullable(z.number()),
  isResolved: z.boolean(),
  isOutdated: z.boolean(),
  comments: counted(Remark),
});
type ReviewThread = z.infer<typeof ReviewThread>;

const Thread = z.object({
  __typename: z.enum(["Issue", "PullRequest"]),
  number: z.number(),
  /** By two names, since the two have types of their own. */
  issueState: z.optional(z.string()),
  pullState: z.optional(z.string()),
  title: z.string(),
  ...writtenFields,
  comments: z.extend(nodes(Comment), {
    pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.nullable(z.string()) }),
  }),
  timelineItems: nodes(z.object({ createdAt: z.string() })),
  reviews: z.optional(counted(Review)),
  reviewThreads: z.optional(counted(ReviewThread)),
});
type Thread = z.infer<typeof Thread>;

const Answer = z.object({
  viewer: z.object({ login: z.string(), databaseId: z.nullable(z.number()) }),
  repository: z.nullable(z.object({ issueOrPullRequest: z.nullable(Thread) })),
});

/** @param client that of GraphQL queries; throws what octokit throws, also for a thread that is not there */
export const readDiscussion = async (
  client: GitHubClient,
  of: {
    readonly owner: string;
    readonly repo: string;
    readonly number: number;
    readonly size: number;
    readonly earlier?: string;
  },
  signal?: AbortSignal,
): Promise<Discussion | undefined> => {
  const { owner, repo: name, number, size, earlier = null } = of;
  const request = signal === undefined ? {} : { request: { signal } };
  const answer = await client.graphql(query, { owner, name, number, size, earlier, ...request });
  const { viewer, repository } = Answer.parse(answer);
  const found = repository?.issueOrPullRequest;
  const self = { login: viewer.login, id: viewer.databaseId ?? undefined };
  return found === null || found === undefined ? undefined : discussion(found, earlier, self);
};

const discussion = (found: Thread, earlier: string | null, self: Account): Discussion => {
  const kind = found.__typename === "Issue" ? "issue" : "pullRequest";
  const { comments, timelineItems, reviews, reviewThreads } = found;
  const { hasPreviousPage, startCursor } = comments.pageInfo;
  const [renamed] = timelineItems.nodes;
  const piece = pieceBy(self);
  const said = comments.nodes.map((comment) => piece("Comment", comment));
  const beside = [
    ...(reviews?.nodes ?? []).flatMap((review) => reviewPiece(review, piece)),
    ...(reviewThreads?.nodes ?? []).flatMap((remarks) => remarkPieces(remarks, piece)),
  ];
  const pieces = earlier === null ? [...said, ...beside] : said;
  return {
    kind,
    number: found.number,
    state: (found.issueState ?? found.pullState ?? "").toLowerCase(),
    title: found.title,
    ...(renamed === undefined ? {} : { renamedAt: renamed.createdAt }),
    opening: piece("Description", { ...found, isMinimized: false }),
    pieces: pieces.toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt)),
    ...(hasPreviousPage && startCursor !== null ? { earlier: startCursor } : {}),
    notRead: earlier === null ? notRead(found) : [],
  };
};

const notRead = ({ reviews, reviewThreads }: Thread): readonly string[] => {
  const lists = [reviewThreads, ...(reviewThreads?.nodes ?? []).map(({ comments }) => comments)];
  return [
    ...(isCut(reviews) ? ["Older reviews"] : []),
    ...(lists.some(isCut) ? ["Older remarks in the diff"] : []),
  ];
};

const isCut = (list: { readonly totalCount: number; readonly nodes: readonly unknown[] } | undefined) =>
  list !== undefined && list.totalCount > list.nodes.length;

/** A review that is not submitted is its author's alone; one without words says nothing beyond its remarks. */
const reviewPiece = (
  { state, submittedAt, ...review }: z.infer<typeof Review>,
  piece: ToPiece,
): readonly Piece[] =>
  submittedAt === null || review.body.trim() === ""
    ? []
    : [piece(`Review (${state.toLowerCase().replaceAll("_", " ")})`, { ...review, createdAt: submittedAt })];

const remarkPieces = (
  { path, line, isResolved, isOutdated, comments }: ReviewThread,
  piece: ToPiece,
): readonly Piece[] => {
  const place = `${JSON.stringify(path)}${line === null ? "" : ` line ${line}`}`;
  const state = `${isResolved ? "resolved" : "open"}${isOutdated ? ", outdated" : ""}`;
  return comments.nodes.flatMap(({ pullRequestReview: review, ...remark }) => {
    if (review === null) return [piece(`Remark on ${place} (${state})`, remark)];
    const { submittedAt: createdAt } = review;
    return createdAt === null ? [] : [piece(`Remark on ${place} (${state})`, { ...remark, createdAt })];
  });
};

type ToPiece = (label: string, comment: Comment) => Piece;

const pieceBy =
  (self: Account): ToPiece =>
  (label, comment) => ({
    label,
    author: actorOf(comment.author),
    isOwn:
      comment.author !== null &&
      isSame({ login: comment.author.login, id: comment.author.databaseId ?? undefined }, self),
    body: comment.body,
    createdAt: comment.createdAt,
    ...(comment.lastEditedAt === null ? {} : { editedAt: comment.lastEditedAt }),
    url: comment.url,
    isHidden: comment.isMinimized,
  });

/**
 * GraphQL gives an app's bot the app's name, which may be a person's login as well, without the `[bot]` that keeps the two
 * apart. Nobody is `ghost`: the account was deleted.
 */
const actorOf = (author: z.infer<typeof Author>): Actor => {
  if (author === null) return { login: "ghost", id: 0, type: "User" };
  const { __typename: type, login, databaseId } = author;
  const named = type === "Bot" && !login.endsWith("[bot]") ? `${login}[bot]` : login;
  return { login: named, id: databaseId ?? 0, type };
};
