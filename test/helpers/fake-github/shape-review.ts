import { repositoryApi, repositoryHtml } from "./links.ts";
import { type Place, reactionRollup } from "./shape-thread.ts";
import { userJson } from "./shape-user.ts";
import type { Issue, Review, ReviewComment } from "./world.ts";

/** `pull-request-review`; a pending one has no `submitted_at`. */
export const reviewJson = ({ world, links, repository }: Place, issue: Issue, review: Review) => {
  const pull = `${repositoryApi(links, repository)}/pulls/${issue.number}`;
  const page = `${repositoryHtml(links, repository)}/pull/${issue.number}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: review.nodeId,
    user: userJson(world, links, review.author),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull,
    author_association: review.association,
    _links: { html: { href: page }, pull_request: { href: pull } },
    commit_id: review.commitId,
    ...(review.submittedAt === undefined ? {} : { submitted_at: review.submittedAt }),
  };
};

/** `pull-request-review-comment`; one on a whole file has no line. */
export const reviewCommentJson = (place: Place, issue: Issue, comment: ReviewComment) => {
  const { world, links, repository } = place;
  const api = repositoryApi(links, repository);
  const url = `${api}/pulls/comments/${comment.id}`;
  const pull = `${api}/pulls/${issue.number}`;
  const page = `${repositoryHtml(links, repository)}/pull/${issue.number}#discussion_r${comment.id}`;
  return {
    id: comment.id,
    node_id: comment.nodeId,
    url,
    html_url: page,
    pull_request_url: pull,
    pull_request_review_id: comment.reviewId,
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.commitId,
    original_commit_id: comment.commitId,
    user: userJson(world, links, comment.author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: comment.association,
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    reactions: reactionRollup(url, []),
    subject_type: comment.subject,
    position: comment.subject === "line" ? 1 : null,
    original_position: comment.subject === "line" ? 1 : null,
    line: comment.line ?? null,
    original_line: comment.line ?? null,
    start_line: comment.startLine ?? null,
    original_start_line: comment.startLine ?? null,
    start_side: comment.startSide ?? null,
    side: comment.side,
    ...(comment.inReplyTo === undefined ? {} : { in_reply_to_id: comment.inReplyTo }),
  };
};
