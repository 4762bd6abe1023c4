import type { Actor, Branch, PullRequestSides, Repository, Route, Thread, Writing } from "./trigger.ts";
import type {
  Account,
  IssuePayload,
  PayloadRepository,
  PayloadRoute,
  PullRequestPayload,
} from "./webhook-payload.ts";

/** Who GitHub shows in place of an account that was deleted. */
const ghost: Actor = { login: "ghost", id: 10137, type: "User" };

export const actorOf = (account: Account | null): Actor => account ?? ghost;

export const repositoryOf = (repository: PayloadRepository): Repository => ({
  fullName: repository.full_name,
  visibility: repository.private ? "private" : "public",
  defaultBranch: repository.default_branch,
  url: repository.html_url,
});

export const writingOf = (written: {
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

export const threadFrom = (
  kind: Thread["kind"],
  thread: PullRequestPayload["pull_request"] | IssuePayload["issue"],
): Thread => ({
  ...writingOf(thread),
  kind,
  number: thread.number,
  title: thread.title,
  state: thread.state ?? "open",
  locked: thread.locked ?? false,
  draft: thread.draft ?? false,
});

/** The repository's number decides what a fork is: names can be given again. */
export const sidesOf = (
  pull: PullRequestPayload["pull_request"],
  repository: { readonly id: number },
): PullRequestSides => ({
  head: branchOf(pull.head),
  base: branchOf(pull.base),
  origin: pull.head.repo?.id === repository.id ? "repository" : "fork",
});

const branchOf = (side: PullRequestPayload["pull_request"]["head"]): Branch => ({
  sha: side.sha,
  ref: side.ref,
  ...(side.repo === null ? {} : { repository: side.repo.full_name }),
});

export const routeOf = ({ action, label, assignee }: PayloadRoute): { readonly route?: Route } => {
  if (action === "labeled" && label !== undefined) return { route: { type: "label", name: label.name } };
  if (action === "assigned" && assignee !== undefined) {
    return { route: { type: "assignment", login: actorOf(assignee).login } };
  }
  return {};
};
