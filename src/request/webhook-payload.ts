import * as z from "zod/mini";

/**
 * The parts of GitHub's webhook payloads that are used, and no more: a payload is refused only for what would be
 * read wrongly. Deleted accounts come as `null`.
 */
const Account = z.object({ login: z.string(), id: z.number(), type: z.string() });
export type Account = z.infer<typeof Account>;

const Repository = z.object({
  id: z.number(),
  full_name: z.string(),
  private: z.boolean(),
  default_branch: z.string(),
  html_url: z.string(),
});
export type PayloadRepository = z.infer<typeof Repository>;

const Side = z.object({
  sha: z.string(),
  ref: z.string(),
  repo: z.nullable(z.object({ id: z.number(), full_name: z.string() })),
});

/** Both kinds of thread, and comments, are written by someone at some time. */
const written = {
  user: z.nullable(Account),
  body: z.nullable(z.string()),
  html_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
};

const thread = { ...written, number: z.number(), title: z.string(), state: z.string(), locked: z.boolean() };

/** A review's pull request has fewer keys, `draft` among those that it lacks on older servers. */
const PullRequest = z.object({ ...thread, draft: z.optional(z.boolean()), head: Side, base: Side });

/** The base of one is never gone. */
export const ApiPullRequest = z.object({
  ...thread,
  draft: z.optional(z.boolean()),
  head: Side,
  base: z.object({
    sha: z.string(),
    ref: z.string(),
    repo: z.object({ id: z.number(), full_name: z.string() }),
  }),
});

/** An issue that is pinned comes without its state. */
const Issue = z.object({
  ...thread,
  state: z.optional(z.string()),
  locked: z.optional(z.boolean()),
  draft: z.optional(z.boolean()),
  pull_request: z.optional(z.unknown()),
});

const common = { repository: Repository, sender: Account };

/** Of the actions `labeled` and `assigned`. */
const route = {
  label: z.optional(z.object({ name: z.string() })),
  assignee: z.optional(z.nullable(Account)),
};
export type PayloadRoute = z.infer<z.ZodMiniObject<typeof route>> & { readonly action: string };

export const PullRequestPayload = z.object({
  ...common,
  ...route,
  action: z.string(),
  pull_request: PullRequest,
});
export type PullRequestPayload = z.infer<typeof PullRequestPayload>;

export const IssuePayload = z.object({ ...common, ...route, action: z.string(), issue: Issue });
export type IssuePayload = z.infer<typeof IssuePayload>;

export const IssueCommentPayload = z.object({
  ...common,
  action: z.string(),
  issue: Issue,
  comment: z.object({ ...written, id: z.number() }),
});
export type IssueCommentPayload = z.infer<typeof IssueCommentPayload>;

export const ReviewPayload = z.object({
  ...common,
  action: z.string(),
  pull_request: PullRequest,
  review: z.object({
    id: z.number(),
    user: z.nullable(Account),
    body: z.nullable(z.string()),
    html_url: z.string(),
    submitted_at: z.nullable(z.string()),
  }),
});

export const ReviewCommentPayload = z.object({
  ...common,
  action: z.string(),
  pull_request: PullRequest,
  comment: z.object({ ...written, id: z.number(), path: z.string(), diff_hunk: z.string() }),
});

export const WorkflowRunPayload = z.object({
  ...common,
  action: z.string(),
  workflow_run: z.object({
    id: z.number(),
    name: z.nullable(z.string()),
    conclusion: z.nullable(z.string()),
    event: z.string(),
    html_url: z.string(),
    head_branch: z.nullable(z.string()),
    head_sha: z.string(),
    updated_at: z.optional(z.string()),
    head_repository: z.nullable(z.object({ full_name: z.string() })),
    actor: z.optional(z.nullable(Account)),
    triggering_actor: z.optional(z.nullable(Account)),
  }),
});

export const RepositoryDispatchPayload = z.object({
  ...common,
  action: z.string(),
  client_payload: z.nullable(z.unknown()),
});

export const ReleasePayload = z.object({
  ...common,
  action: z.string(),
  release: z.object({
    tag_name: z.string(),
    name: z.nullable(z.string()),
    body: z.nullable(z.string()),
    author: z.nullable(Account),
    html_url: z.string(),
    created_at: z.nullable(z.string()),
    published_at: z.nullable(z.string()),
  }),
});

export const DispatchPayload = z.object({
  ...common,
  ref: z.string(),
  inputs: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
});
export type DispatchPayload = z.infer<typeof DispatchPayload>;

export const PushPayload = z.object({
  ...common,
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  deleted: z.boolean(),
  compare: z.string(),
});
export type PushPayload = z.infer<typeof PushPayload>;

export const SchedulePayload = z.object({ schedule: z.string() });
export type SchedulePayload = z.infer<typeof SchedulePayload>;
