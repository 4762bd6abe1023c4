import { z } from "zod";
import type { FileDiff } from "./diff.ts";
import { paginate } from "./paginate.ts";
import { authored, edit } from "./populate-threads.ts";
import { changeBetween, type FoundPull, pullChange, pullOf } from "./pull-change.ts";
import { apiError, notFound, ok, type Reply } from "./reply.ts";
import { type Place, placeInDiff, sentence } from "./review-place.ts";
import { callerLogin, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import type { PullChange } from "./shape-pull.ts";
import { reviewCommentJson, reviewJson } from "./shape-review.ts";
import { type Pull, type Review, type ReviewComment, timestamp } from "./world.ts";

const ReviewBody = z.object({
  body: z.string().optional(),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).optional(),
  commit_id: z.string().optional(),
  comments: z
    .array(
      z.object({
        path: z.string(),
        body: z.string(),
        line: z.number().optional(),
        side: z.string().optional(),
        start_line: z.number().optional(),
        start_side: z.string().optional(),
      }),
    )
    .optional(),
});
type ReviewBody = z.infer<typeof ReviewBody>;

const states = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

const unprocessable = (...errors: readonly string[]) => apiError(422, "Unprocessable Entity", { errors });

const checkReview = (call: RepositoryCall, { issue, pull }: FoundPull, review: ReviewBody): void => {
  const author = callerLogin(call.caller);
  const { event, body = "", comments = [] } = review;
  if (pull.reviews.some((known) => known.state === "PENDING" && known.author === author)) {
    throw unprocessable("User can only have one pending review per pull request");
  }
  if (event !== undefined && event !== "COMMENT" && author === issue.author) {
    const verb = event === "APPROVE" ? "approve" : "request changes on";
    throw unprocessable(`Can not ${verb} your own pull request`);
  }
  const needsText = event === "REQUEST_CHANGES" || (event === "COMMENT" && comments.length === 0);
  if (needsText && body === "") throw unprocessable("Could not comment pull request review.");
  const tooLong = [body, ...comments.map((comment) => comment.body)].some(
    (text) => [...text].length > call.world.limits.bodyCharacters,
  );
  if (tooLong) {
    throw unprocessable(`Body is too long (maximum is ${call.world.limits.bodyCharacters} characters)`);
  }
};

/** All places or none: one comment outside the diff refuses the whole review. */
const places = (files: readonly FileDiff[], review: ReviewBody): readonly Place[] => {
  const found = (review.comments ?? []).map((comment) => placeInDiff(files, comment));
  const complaints = found.flatMap((place) => ("path" in place ? [] : place));
  if (complaints.length > 0) throw unprocessable(sentence(complaints));
  return found.flatMap((place) => ("path" in place ? [place] : []));
};

/** What the pull request changed at a commit of its own. */
const reviewedChange = async (call: RepositoryCall, pull: Pull, commitId: string): Promise<PullChange> => {
  const change = await pullChange(call, pull);
  const commit = change.comparison.commits.find(({ sha }) => sha === commitId);
  if (commit === undefined) throw unprocessable("The commitOID is not part of the pull request");
  return await changeBetween(call, change.comparison.base, commit);
};

const createReview = async (call: RepositoryCall): Promise<Reply> => {
  const { world, repository } = call;
  const found = pullOf(call);
  const { issue, pull } = found;
  const asked = ReviewBody.parse(call.body ?? {});
  checkReview(call, found, asked);
  const commitId = asked.commit_id ?? pull.headSha;
  const { files } = await reviewedChange(call, pull, commitId);
  const placed = places(files, asked);
  const author = callerLogin(call.caller);
  const { updatedAt: _, ...text } = authored(world, repository, "PRR", { author, body: asked.body ?? "" });
  const review: Review =
    asked.event === undefined
      ? { ...text, commitId, state: "PENDING" }
      : { ...text, commitId, state: states[asked.event], submittedAt: timestamp(world) };
  pull.reviews.push(review);
  for (const [index, place] of placed.entries()) {
    const body = asked.comments?.[index]?.body ?? "";
    const comment = authored(world, repository, "PRRC", { author, body });
    pull.reviewComments.push({ ...comment, ...place, commitId, reviewId: review.id, reactions: [] });
  }
  return ok(reviewJson(call, issue, review));
};

/** A pending review is seen by its author alone. */
const visible = (call: RepositoryCall, reviews: readonly Review[]): readonly Review[] => {
  const login = call.caller.type === "token" ? call.caller.token.login : undefined;
  return reviews.filter((review) => review.state !== "PENDING" || review.author === login);
};

const listReviews = (call: RepositoryCall): Reply => {
  const { issue, pull } = pullOf(call);
  return paginate(call, visible(call, pull.reviews), (review) => reviewJson(call, issue, review));
};

/** Takes a pending review away with its comments; a submitted one stays for ever. */
const deleteReview = (call: RepositoryCall): Reply => {
  const { issue, pull } = pullOf(call);
  const review = visible(call, pull.reviews).find(({ id }) => String(id) === call.params.review_id);
  if (review === undefined) throw notFound();
  if (review.state !== "PENDING") throw unprocessable("Can not delete a non-pending pull request review");
  pull.reviews.splice(pull.reviews.indexOf(review), 1);
  for (const comment of pull.reviewComments.filter(({ reviewId }) => reviewId === review.id)) {
    pull.reviewComments.splice(pull.reviewComments.indexOf(comment), 1);
  }
  return ok(reviewJson(call, issue, review));
};

const listReviewComments = (call: RepositoryCall): Reply => {
  const { issue, pull } = pullOf(call);
  const shown = new Set(pull.reviews.filter(({ state }) => state !== "PENDING").map(({ id }) => id));
  const comments = pull.reviewComments.filter(({ reviewId }) => shown.has(reviewId));
  return paginate(call, comments, (comment) => reviewCommentJson(call, issue, comment));
};

/** An app with the permission may change any; a person changes their own. */
const updateReviewComment = (call: RepositoryCall): Reply => {
  const { body } = z.object({ body: z.string() }).parse(call.body);
  for (const issue of call.repository.issues.values()) {
    const comment = issue.pull?.reviewComments.find(({ id }) => String(id) === call.params.comment_id);
    if (comment === undefined) continue;
    requireOwn(call, comment);
    edit(call.world, comment, body);
    return ok(reviewCommentJson(call, issue, comment));
  }
  throw notFound();
};

const requireOwn = ({ caller }: RepositoryCall, { author }: ReviewComment): void => {
  const isApp = caller.type === "token" && caller.token.type === "installation";
  if (!isApp && callerLogin(caller) !== author) throw apiError(403, "Must have admin rights to Repository.");
};

const read = { permissions: [{ pull_requests: "read" }] } as const;
const write = { permissions: [{ pull_requests: "write" }] } as const;

export const reviewRoutes: readonly Route[] = [
  repositoryRoute("GET /pulls/{pull_number}/reviews", read, listReviews),
  repositoryRoute("POST /pulls/{pull_number}/reviews", write, createReview),
  repositoryRoute("DELETE /pulls/{pull_number}/reviews/{review_id}", write, deleteReview),
  repositoryRoute("GET /pulls/{pull_number}/comments", read, listReviewComments),
  repositoryRoute("PATCH /pulls/comments/{comment_id}", write, updateReviewComment),
];
