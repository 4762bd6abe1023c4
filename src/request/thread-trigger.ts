import { parsePayload } from "./parse-payload.ts";
import { actorOf, repositoryOf, routeOf, sidesOf, threadFrom, writingOf } from "./payload-parts.ts";
import type { PullRequest } from "./pull-request.ts";
import type { Trigger } from "./trigger.ts";
import {
  ApiPullRequest,
  IssueCommentPayload,
  IssuePayload,
  PullRequestPayload,
  ReviewCommentPayload,
  ReviewPayload,
} from "./webhook-payload.ts";

export const readPullRequest = (event: "pull_request" | "pull_request_target", payload: unknown): Trigger => {
  const parsed = parsePayload(event, PullRequestPayload, payload);
  return {
    type: "pullRequest",
    event,
    action: parsed.action,
    repository: repositoryOf(parsed.repository),
    sender: parsed.sender,
    thread: threadFrom("pullRequest", parsed.pull_request),
    ...sidesOf(parsed.pull_request, parsed.repository),
    ...routeOf(parsed),
  };
};

/** @param pull as the API shows it */
export const readPullRequestSides = (pull: unknown): PullRequest => {
  const parsed = parsePayload("pull_request", ApiPullRequest, pull);
  return { thread: threadFrom("pullRequest", parsed), ...sidesOf(parsed, parsed.base.repo) };
};

export const readIssue = (payload: unknown): Trigger => {
  const parsed = parsePayload("issues", IssuePayload, payload);
  return {
    type: "issue",
    action: parsed.action,
    repository: repositoryOf(parsed.repository),
    sender: parsed.sender,
    thread: threadFrom("issue", parsed.issue),
    ...routeOf(parsed),
  };
};

export const readIssueComment = (payload: unknown): Trigger => {
  const { action, repository, sender, issue, comment } = parsePayload(
    "issue_comment",
    IssueCommentPayload,
    payload,
  );
  return {
    type: "issueComment",
    action,
    repository: repositoryOf(repository),
    sender,
    thread: threadFrom((issue.pull_request ?? null) === null ? "issue" : "pullRequest", issue),
    comment: { ...writingOf(comment), id: comment.id },
  };
};

/** A review's own text; its remarks in the diff are events of their own. */
export const readReview = (payload: unknown): Trigger => {
  const { action, repository, sender, pull_request, review } = parsePayload(
    "pull_request_review",
    ReviewPayload,
    payload,
  );
  const time = review.submitted_at ?? "";
  return {
    type: "review",
    action,
    repository: repositoryOf(repository),
    sender,
    thread: threadFrom("pullRequest", pull_request),
    ...sidesOf(pull_request, repository),
    comment: {
      id: review.id,
      author: actorOf(review.user),
      body: review.body ?? "",
      createdAt: time,
      updatedAt: time,
      url: review.html_url,
    },
  };
};

export const readReviewComment = (payload: unknown): Trigger => {
  const { action, repository, sender, pull_request, comment } = parsePayload(
    "pull_request_review_comment",
    ReviewCommentPayload,
    payload,
  );
  const { id, path, diff_hunk: hunk } = comment;
  return {
    type: "reviewComment",
    action,
    repository: repositoryOf(repository),
    sender,
    thread: threadFrom("pullRequest", pull_request),
    ...sidesOf(pull_request, repository),
    comment: { ...writingOf(comment), id, path, hunk },
  };
};
