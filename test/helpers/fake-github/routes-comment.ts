import { z } from "zod";
import { type Caller, requirePermission, roleAtLeast } from "./access.ts";
import { paginate } from "./paginate.ts";
import { roleOf } from "./populate-people.ts";
import { addComment, edit, touch } from "./populate-threads.ts";
import { apiError, created, noContent, notFound, ok, type Reply, validationFailed } from "./reply.ts";
import { callerLogin, issueOf, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { commentJson, issueJson } from "./shape-thread.ts";
import type { Access, Comment, Issue, Repository, World } from "./world.ts";

const CommentBody = z.object({ body: z.string() });

/** Either permission opens a thread's route; which of the two counts is decided by what the thread is. */
export const threadNeeds = (access: Access) => ({
  permissions: [{ issues: access }, { pull_requests: access }],
});

/**
 * Issues ask for `issues`, pull requests for `pull_requests`: one cannot stand for the other, whatever the
 * documentation's list of alternatives suggests.
 *
 * @throws ApiError 403
 */
export const requireThread = (call: RepositoryCall, issue: Issue, access: Access): void => {
  const permissions = [issue.pull === undefined ? { issues: access } : { pull_requests: access }];
  requirePermission(call.caller, call.repository, { permissions });
};

/** @throws ApiError 422 for a text that is blank or too long, by characters and not by UTF-16 units */
const checkBody = (world: World, resource: string, body: string): string => {
  const max = world.limits.bodyCharacters;
  const message =
    body.trim() === ""
      ? "Body cannot be blank"
      : [...body].length > max
        ? `Body is too long (maximum is ${max} characters)`
        : undefined;
  if (message !== undefined) {
    throw validationFailed({ resource, code: "unprocessable", field: "data", message });
  }
  return body;
};

export type FoundComment = { readonly issue: Issue; readonly comment: Comment };

/** @throws ApiError 404 */
export const commentOf = (repository: Repository, id: string | undefined): FoundComment => {
  for (const issue of repository.issues.values()) {
    const comment = issue.comments.find((candidate) => String(candidate.id) === id);
    if (comment !== undefined) return { issue, comment };
  }
  throw notFound();
};

/** An app with the permission may change any comment, a person their own or, with push access, any. */
const requireOwnOrPush = (caller: Caller, repository: Repository, author: string): void => {
  const login = callerLogin(caller);
  if (caller.type === "token" && caller.token.type === "installation") return;
  if (login !== author && !roleAtLeast(roleOf(repository, login).role, "write")) {
    throw apiError(403, "Must have push access to repository");
  }
};

const getIssue = (call: RepositoryCall): Reply => {
  const issue = issueOf(call.repository, call.params.issue_number);
  requireThread(call, issue, "read");
  return ok(issueJson(call, issue));
};

const listComments = (call: RepositoryCall): Reply => {
  const issue = issueOf(call.repository, call.params.issue_number);
  requireThread(call, issue, "read");
  const since = Date.parse(call.query.since ?? "1970-01-01");
  const recent = issue.comments.filter((comment) => Date.parse(comment.updatedAt) >= since);
  return paginate(call, recent, (comment) => commentJson(call, issue, comment));
};

const createComment = (call: RepositoryCall): Reply => {
  const { world, repository, caller } = call;
  const issue = issueOf(repository, call.params.issue_number);
  requireThread(call, issue, "write");
  const author = callerLogin(caller);
  const isApp = caller.type === "token" && caller.token.type === "installation";
  if (issue.locked && !isApp && !roleAtLeast(roleOf(repository, author).role, "write")) {
    throw apiError(403, "Unable to create comment because issue is locked.");
  }
  const body = checkBody(world, "IssueComment", CommentBody.parse(call.body).body);
  const comment = addComment(world, repository, issue, { author, body, viaApp: isApp });
  touch(world, issue);
  return created(commentJson(call, issue, comment));
};

const getComment = (call: RepositoryCall): Reply => {
  const { issue, comment } = commentOf(call.repository, call.params.comment_id);
  requireThread(call, issue, "read");
  return ok(commentJson(call, issue, comment));
};

const updateComment = (call: RepositoryCall): Reply => {
  const { issue, comment } = commentOf(call.repository, call.params.comment_id);
  requireThread(call, issue, "write");
  requireOwnOrPush(call.caller, call.repository, comment.author);
  edit(call.world, comment, checkBody(call.world, "IssueComment", CommentBody.parse(call.body).body));
  return ok(commentJson(call, issue, comment));
};

const deleteComment = (call: RepositoryCall): Reply => {
  const { issue, comment } = commentOf(call.repository, call.params.comment_id);
  requireThread(call, issue, "write");
  requireOwnOrPush(call.caller, call.repository, comment.author);
  issue.comments.splice(issue.comments.indexOf(comment), 1);
  return noContent;
};

export const commentRoutes: readonly Route[] = [
  repositoryRoute("GET /issues/{issue_number}", threadNeeds("read"), getIssue),
  repositoryRoute("GET /issues/{issue_number}/comments", threadNeeds("read"), listComments),
  repositoryRoute("POST /issues/{issue_number}/comments", threadNeeds("write"), createComment),
  repositoryRoute("GET /issues/comments/{comment_id}", threadNeeds("read"), getComment),
  repositoryRoute("PATCH /issues/comments/{comment_id}", threadNeeds("write"), updateComment),
  repositoryRoute("DELETE /issues/comments/{comment_id}", threadNeeds("write"), deleteComment),
];
