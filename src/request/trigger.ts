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

/** An event of GitHub, narrowed to what decides and asks. */
export type Trigger =
  | {
      readonly type: "pullRequest";
      readonly event: "pull_request" | "pull_request_target";
      readonly action: string;
      readonly repository: Repository;
      readonly sender: Actor;
      readonly thread: Thread;
      readonly head: Branch;
      readonly base: Branch;
      /** Where the head lives: in this repository, or in another one that anyone may own. */
      readonly origin: "repository" | "fork";
    }
  | {
      readonly type: "issue";
      readonly action: string;
      readonly repository: Repository;
      readonly sender: Actor;
      readonly thread: Thread;
    }
  | {
      readonly type: "issueComment";
      readonly action: string;
      readonly repository: Repository;
      readonly sender: Actor;
      readonly thread: Thread;
      readonly comment: Writing & { readonly id: number };
    }
  | {
      readonly type: "workflowDispatch";
      readonly repository: Repository;
      readonly sender: Actor;
      readonly ref: string;
      readonly inputs: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "push";
      readonly repository: Repository;
      readonly sender: Actor;
      readonly ref: string;
      readonly before: string;
      readonly after: string;
      readonly change: "updated" | "deleted";
      readonly url: string;
    }
  | { readonly type: "schedule"; readonly schedule: string }
  | { readonly type: "unsupported"; readonly event: string; readonly reason: string };

/** The thread a trigger came from, where the answer goes. */
export const threadOf = (trigger: Trigger): Thread | undefined =>
  "thread" in trigger ? trigger.thread : undefined;
