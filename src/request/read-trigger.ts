import type * as z from "zod/mini";
import { ExpertStackError } from "../errors.ts";
import type { Actor, Branch, Repository, Thread, Trigger, Writing } from "./trigger.ts";
import {
  type Account,
  DispatchPayload,
  IssueCommentPayload,
  IssuePayload,
  type PayloadRepository,
  PullRequestPayload,
  PushPayload,
  SchedulePayload,
} from "./webhook-payload.ts";

/** Who GitHub shows in place of an account that was deleted. */
const ghost: Actor = { login: "ghost", id: 10137, type: "User" };

const invalid = (event: string, path: string, message: string): ExpertStackError =>
  new ExpertStackError({
    code: "TRIGGER_INVALID",
    message: `The payload of the event "${event}" is not what GitHub sends: ${path}: ${message}`,
    remedy: "Run the step on an event GitHub sent, or give `--event` a payload saved from one.",
  });

const parsed = <Shape>(event: string, schema: z.ZodMiniType<Shape>, payload: unknown): Shape => {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(event, issue?.path.join(".") || "payload", issue?.message ?? "unreadable");
};

const actorOf = (account: Account | null): Actor => account ?? ghost;

const repositoryOf = (repository: PayloadRepository): Repository => ({
  fullName: repository.full_name,
  visibility: repository.private ? "private" : "public",
  defaultBranch: repository.default_branch,
  url: repository.html_url,
});

const writingOf = (written: {
  readonly user: Account | null;
  readonly body: string | null;
  readonly html_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}): Writing => ({
  author: actorOf(written.user),
  body: written.body ?? "",
  createdAt: written.created_at,
  updatedAt: written.updated_at,
  url: written.html_url,
});

const threadFrom = (
  kind: Thread["kind"],
  thread: PullRequestPayload["pull_request"] | IssuePayload["issue"],
): Thread => ({
  ...writingOf(thread),
  kind,
  number: thread.number,
  title: thread.title,
  state: thread.state,
  locked: thread.locked,
  draft: thread.draft ?? false,
});

const branchOf = (side: PullRequestPayload["pull_request"]["head"]): Branch => ({
  sha: side.sha,
  ref: side.ref,
  ...(side.repo === null ? {} : { repository: side.repo.full_name }),
});

const pullRequest = (event: "pull_request" | "pull_request_target", payload: unknown): Trigger => {
  const { action, repository, sender, pull_request: pull } = parsed(event, PullRequestPayload, payload);
  return {
    type: "pullRequest",
    event,
    action,
    repository: repositoryOf(repository),
    sender,
    thread: threadFrom("pullRequest", pull),
    head: branchOf(pull.head),
    base: branchOf(pull.base),
    origin: pull.head.repo?.id === repository.id ? "repository" : "fork",
  };
};

const issue = (payload: unknown): Trigger => {
  const { action, repository, sender, issue } = parsed("issues", IssuePayload, payload);
  const thread = threadFrom("issue", issue);
  return { type: "issue", action, repository: repositoryOf(repository), sender, thread };
};

const issueComment = (payload: unknown): Trigger => {
  const { action, repository, sender, issue, comment } = parsed(
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

const workflowDispatch = (payload: unknown): Trigger => {
  const { repository, sender, ref, inputs } = parsed("workflow_dispatch", DispatchPayload, payload);
  const given = Object.entries(inputs ?? {}).filter(([, value]) => value !== null);
  return {
    type: "workflowDispatch",
    repository: repositoryOf(repository),
    sender,
    ref,
    inputs: Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  };
};

const push = (payload: unknown): Trigger => {
  const { repository, sender, ref, before, after, deleted, compare } = parsed("push", PushPayload, payload);
  const change = deleted ? "deleted" : "updated";
  return {
    type: "push",
    repository: repositoryOf(repository),
    sender,
    ref,
    before,
    after,
    change,
    url: compare,
  };
};

/**
 * Reads a webhook payload.
 *
 * @param event the event's name, as in `GITHUB_EVENT_NAME`
 * @throws ExpertStackError TRIGGER_INVALID, naming the key, when the payload is not the event's
 */
export const readTrigger = (event: string, payload: unknown): Trigger => {
  switch (event) {
    case "pull_request":
    case "pull_request_target":
      return pullRequest(event, payload);
    case "issues":
      return issue(payload);
    case "issue_comment":
      return issueComment(payload);
    case "workflow_dispatch":
      return workflowDispatch(payload);
    case "push":
      return push(payload);
    case "schedule":
      return { type: "schedule", schedule: parsed(event, SchedulePayload, payload).schedule };
    default:
      return {
        type: "unsupported",
        event,
        reason: `Experts answer pull requests, issues, their comments, pushes, schedules and manual runs, not "${event}".`,
      };
  }
};
