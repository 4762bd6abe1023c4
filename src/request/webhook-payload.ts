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

const PullRequest = z.object({ ...thread, draft: z.optional(z.boolean()), head: Side, base: Side });

const Issue = z.object({
  ...thread,
  draft: z.optional(z.boolean()),
  pull_request: z.optional(z.unknown()),
});

const common = { repository: Repository, sender: Account };

export const PullRequestPayload = z.object({ ...common, action: z.string(), pull_request: PullRequest });
export type PullRequestPayload = z.infer<typeof PullRequestPayload>;

export const IssuePayload = z.object({ ...common, action: z.string(), issue: Issue });
export type IssuePayload = z.infer<typeof IssuePayload>;

export const IssueCommentPayload = z.object({
  ...common,
  action: z.string(),
  issue: Issue,
  comment: z.object({ ...written, id: z.number() }),
});
export type IssueCommentPayload = z.infer<typeof IssueCommentPayload>;

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
