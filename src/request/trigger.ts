/** An account as GitHub names it. `type` is `User`, `Bot`, `Organization` or `Mannequin`; only GitHub sets it. */
export type Actor = { readonly login: string; readonly id: number; readonly type: string };

export type Repository = {
  readonly fullName: string;
  readonly visibility: "public" | "private";
  readonly defaultBranch: string;
  readonly url: string;
};

/** Something a person wrote. Times are ISO 8601, as GitHub sends them. */
export type Writing = {
  readonly author: Actor;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly url: string;
};

/** An issue or a pull request as a place to answer in. */
export type Thread = Writing & {
  readonly kind: "issue" | "pullRequest";
  readonly number: number;
  readonly title: string;
  readonly state: string;
  readonly locked: boolean;
  readonly draft: boolean;
};

/** One side of a pull request. `repository` is missing when the fork was deleted. */
export type Branch = { readonly sha: string; readonly ref: string; readonly repository?: string };

/** The two sides of a pull request, at the commits that the event named. */
export type PullRequestSides = {
  readonly head: Branch;
  readonly base: Branch;
  /** Where the head lives: in this repository, or in another one that anyone may own. */
  readonly origin: "repository" | "fork";
};

/** What a person did to a thread to ask for an Expert: gave it a label, or assigned somebody to it. */
export type Route =
  | { readonly type: "label"; readonly name: string }
  | { readonly type: "assignment"; readonly login: string };

/** A run of another workflow. */
export type WorkflowRun = {
  readonly id: number;
  readonly name: string;
  /** How it ended: `success`, `failure`, …; `none` while it has not. */
  readonly conclusion: string;
  /** The event that set it off. */
  readonly event: string;
  readonly url: string;
  readonly branch: string;
  readonly sha: string;
  /** Missing when the fork was deleted. */
  readonly headRepository?: string;
  /** When it ended; missing where the payload does not say. */
  readonly updatedAt?: string;
  /** Who set it off, and who ran it again. */
  readonly actors: readonly Actor[];
};

type OnRepository = {
  /** What happened, in GitHub's word; empty for events that have only one kind. */
  readonly action: string;
  readonly repository: Repository;
  readonly sender: Actor;
};

type OnThread = OnRepository & { readonly thread: Thread };

/** An event of GitHub, narrowed to what decides and asks. */
export type Trigger =
  | (OnThread &
      PullRequestSides & {
        readonly type: "pullRequest";
        readonly event: "pull_request" | "pull_request_target";
        readonly route?: Route;
      })
  | (OnThread & { readonly type: "issue"; readonly route?: Route })
  | (OnThread & { readonly type: "issueComment"; readonly comment: Writing & { readonly id: number } })
  /** The same on a pull request, once its two sides are known, which the event does not say. */
  | (OnThread &
      PullRequestSides & {
        readonly type: "pullComment";
        readonly comment: Writing & { readonly id: number };
      })
  | (OnThread &
      PullRequestSides & { readonly type: "review"; readonly comment: Writing & { readonly id: number } })
  | (OnThread &
      PullRequestSides & {
        readonly type: "reviewComment";
        readonly comment: Writing & {
          readonly id: number;
          readonly path: string;
          /** The lines of the diff that it is about, as GitHub shows them. */
          readonly hunk: string;
        };
      })
  | (OnRepository & { readonly type: "workflowRun"; readonly run: WorkflowRun })
  /** The same once the open pull request is known whose head the run was of. */
  | (OnThread & PullRequestSides & { readonly type: "workflowRunOfPull"; readonly run: WorkflowRun })
  | (OnRepository & {
      readonly type: "workflowDispatch";
      readonly ref: string;
      readonly inputs: Readonly<Record<string, string>>;
    })
  | (OnRepository & { readonly type: "repositoryDispatch"; readonly data: unknown })
  | (OnRepository & {
      readonly type: "release";
      readonly tag: string;
      readonly release: Writing & { readonly name: string };
    })
  | (OnRepository & {
      readonly type: "push";
      readonly ref: string;
      readonly before: string;
      readonly after: string;
      readonly change: "updated" | "deleted";
      readonly url: string;
    })
  | { readonly type: "schedule"; readonly schedule: string }
  | { readonly type: "unsupported"; readonly event: string; readonly reason: string };

export type ThreadTrigger = Extract<Trigger, { thread: Thread }>;

export const isOnThread = (trigger: Trigger): trigger is ThreadTrigger => "thread" in trigger;

/** Those of a pull request whose two sides are known. */
export type PullRequestTrigger = Extract<Trigger, PullRequestSides>;

export const isOnPullRequest = (trigger: Trigger): trigger is PullRequestTrigger => "head" in trigger;

/** A comment, a review or a remark in a diff: what asks by the trigger phrase. */
export type CommentTrigger = Extract<Trigger, { comment: Writing }>;

export const isComment = (trigger: Trigger): trigger is CommentTrigger => "comment" in trigger;

/** The thread a trigger came from, where the answer goes. */
export const threadOf = (trigger: Trigger): Thread | undefined =>
  "thread" in trigger ? trigger.thread : undefined;
