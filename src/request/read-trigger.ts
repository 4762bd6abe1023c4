import { parsePayload } from "./parse-payload.ts";
import { actorOf, repositoryOf } from "./payload-parts.ts";
import {
  readIssue,
  readIssueComment,
  readPullRequest,
  readReview,
  readReviewComment,
} from "./thread-trigger.ts";
import type { Trigger } from "./trigger.ts";
import {
  DispatchPayload,
  PushPayload,
  ReleasePayload,
  RepositoryDispatchPayload,
  SchedulePayload,
  WorkflowRunPayload,
} from "./webhook-payload.ts";

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
      return readPullRequest(event, payload);
    case "pull_request_review":
      return readReview(payload);
    case "pull_request_review_comment":
      return readReviewComment(payload);
    case "issues":
      return readIssue(payload);
    case "issue_comment":
      return readIssueComment(payload);
    case "workflow_run":
      return workflowRun(payload);
    case "workflow_dispatch":
      return workflowDispatch(payload);
    case "repository_dispatch":
      return repositoryDispatch(payload);
    case "release":
      return release(payload);
    case "push":
      return push(payload);
    case "schedule":
      return { type: "schedule", schedule: parsePayload(event, SchedulePayload, payload).schedule };
    default:
      return {
        type: "unsupported",
        event,
        reason: `Experts answer pull requests and their reviews, issues, comments, releases, pushes, schedules, manual runs, dispatches and runs of other workflows, not "${event}".`,
      };
  }
};

const workflowRun = (payload: unknown): Trigger => {
  const {
    action,
    repository,
    sender,
    workflow_run: run,
  } = parsePayload("workflow_run", WorkflowRunPayload, payload);
  return {
    type: "workflowRun",
    action,
    repository: repositoryOf(repository),
    sender,
    run: {
      id: run.id,
      name: run.name ?? "",
      conclusion: run.conclusion ?? "none",
      event: run.event,
      url: run.html_url,
      branch: run.head_branch ?? "",
      sha: run.head_sha,
      ...(run.updated_at === undefined ? {} : { updatedAt: run.updated_at }),
      ...(run.head_repository === null ? {} : { headRepository: run.head_repository.full_name }),
      // Older servers do not say; whom they name as null was deleted.
      actors: [run.actor, run.triggering_actor].flatMap((actor) =>
        actor === undefined ? [] : [actorOf(actor)],
      ),
    },
  };
};

const workflowDispatch = (payload: unknown): Trigger => {
  const { repository, sender, ref, inputs } = parsePayload("workflow_dispatch", DispatchPayload, payload);
  const given = Object.entries(inputs ?? {}).filter(([, value]) => value !== null);
  return {
    type: "workflowDispatch",
    action: "",
    repository: repositoryOf(repository),
    sender,
    ref,
    inputs: Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  };
};

const repositoryDispatch = (payload: unknown): Trigger => {
  const {
    action,
    repository,
    sender,
    client_payload: data,
  } = parsePayload("repository_dispatch", RepositoryDispatchPayload, payload);
  return { type: "repositoryDispatch", action, repository: repositoryOf(repository), sender, data };
};

const release = (payload: unknown): Trigger => {
  const { action, repository, sender, release } = parsePayload("release", ReleasePayload, payload);
  const time = release.published_at ?? release.created_at ?? "";
  return {
    type: "release",
    action,
    repository: repositoryOf(repository),
    sender,
    tag: release.tag_name,
    release: {
      name: release.name ?? "",
      author: actorOf(release.author),
      body: release.body ?? "",
      createdAt: time,
      updatedAt: time,
      url: release.html_url,
    },
  };
};

const push = (payload: unknown): Trigger => {
  const { repository, sender, ref, before, after, deleted, compare } = parsePayload(
    "push",
    PushPayload,
    payload,
  );
  const change = deleted ? "deleted" : "updated";
  return {
    type: "push",
    action: "",
    repository: repositoryOf(repository),
    sender,
    ...{ ref, before, after, change, url: compare },
  };
};
