import type { ScriptedFault } from "../scripted-fault.ts";
import type { GitObjects } from "./git-objects.ts";
import type { Journal } from "./journal.ts";

/** What lives on the fake GitHub. Tests read it directly and change it through the `populate-*` functions. */
export type World = Journal & {
  readonly users: Map<string, User>;
  readonly repositories: Map<string, Repository>;
  readonly tokens: Map<string, Token>;
  readonly faults: ScriptedFault[];
  readonly limits: Limits;
  /** Milliseconds since the epoch; replace it to move time. */
  clock: () => number;
  /** The next database id; ids are unique across kinds, so that a mixed-up id is found out. */
  nextId: () => number;
};

/** GitHub's own limits, mutable so that a test need not create three hundred files to pass one. */
export type Limits = {
  /** Characters of a comment, issue or review body. */
  bodyCharacters: number;
  /** Bytes above which the contents API leaves `content` empty, and above which it refuses. */
  contentsBytes: number;
  contentsRawBytes: number;
  compareFiles: number;
  diffLines: number;
  pullFiles: number;
  /** A file whose own patch is larger has no `patch` in a list of files; nor have those beyond the total. */
  patchBytes: number;
  totalPatchBytes: number;
  treeEntries: number;
  /** Requests an hour. */
  installationRequests: number;
  userRequests: number;
};

export type Role = "admin" | "maintain" | "write" | "triage" | "read" | "none";

export type User = {
  readonly id: number;
  readonly nodeId: string;
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization";
};

/** `customRole` is the `role_name` of an organisation's own role, whose base `role` decides what it may do. */
export type Collaborator = { readonly role: Role; readonly customRole?: string };

export type Access = "read" | "write";

/** Permissions by GitHub's names, such as `{ contents: "read", pull_requests: "write" }`. */
export type Permissions = Readonly<Record<string, Access>>;

export type Token = {
  readonly value: string;
  /** An installation token acts as an app's bot, a user token as a person with that person's role. */
  readonly type: "installation" | "user";
  readonly login: string;
  readonly permissions: Permissions;
  /** Full names, `owner/name`; `metadata: read` comes with every repository a token covers. */
  readonly repositories: ReadonlySet<string>;
  readonly rate: Record<"core" | "graphql", RateWindow>;
};

export type RateWindow = { limit: number; used: number /** Seconds since the epoch. */; reset: number };

export type Label = {
  readonly id: number;
  readonly nodeId: string;
  readonly name: string;
  readonly color: string;
};

export type Repository = {
  readonly id: number;
  readonly nodeId: string;
  readonly owner: string;
  readonly name: string;
  readonly fullName: string;
  /** The repository this one was forked from; both share `objects`, as on GitHub. */
  readonly parent?: string;
  readonly objects: GitObjects;
  visibility: "public" | "private";
  defaultBranch: string;
  archived: boolean;
  readonly collaborators: Map<string, Collaborator>;
  /** Branch and tag names without `refs/…/` to a commit (or an annotated tag's object). */
  readonly branches: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly protectedBranches: Set<string>;
  /** The repository's setting for what a workflow's own token may open; new repositories refuse it. */
  actionsPullRequests: "allowed" | "refused";
  readonly labels: Map<string, Label>;
  /** Issues and pull requests by number: on GitHub a pull request is an issue with more. */
  readonly issues: Map<number, Issue>;
  readonly runs: Map<number, WorkflowRun>;
  readonly checks: CheckRun[];
};

export type Association =
  | "OWNER"
  | "MEMBER"
  | "COLLABORATOR"
  | "CONTRIBUTOR"
  | "FIRST_TIME_CONTRIBUTOR"
  | "NONE";

/** What a person wrote: dates are ISO 8601 with whole seconds. */
export type Authored = {
  readonly id: number;
  readonly nodeId: string;
  readonly author: string;
  readonly association: Association;
  body: string;
  readonly createdAt: string;
  /** Moves for more reasons than edits. */
  updatedAt: string;
  /** Set only by an edit of the text; the REST API does not show it, GraphQL does. */
  lastEditedAt?: string;
  /** Whether somebody has hidden it; GraphQL alone shows it. */
  minimized?: boolean;
};

export type Reaction = {
  readonly id: number;
  readonly nodeId: string;
  readonly author: string;
  readonly content: "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";
  readonly createdAt: string;
};

export type Comment = Authored & { readonly viaApp: boolean; readonly reactions: Reaction[] };

export type Issue = Authored & {
  readonly number: number;
  title: string;
  state: "open" | "closed";
  locked: boolean;
  closedAt?: string;
  stateReason?: string;
  /** When its title was changed. */
  readonly renames: string[];
  readonly assignees: string[];
  readonly labels: string[];
  readonly comments: Comment[];
  readonly reactions: Reaction[];
  readonly pull?: Pull;
};

export type Pull = {
  readonly id: number;
  readonly nodeId: string;
  readonly headRepository: string;
  readonly headRef: string;
  headSha: string;
  readonly baseRef: string;
  baseSha: string;
  draft: boolean;
  merged: boolean;
  readonly reviews: Review[];
  readonly reviewComments: ReviewComment[];
};

export type Review = Omit<Authored, "updatedAt"> & {
  state: "PENDING" | "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";
  readonly commitId: string;
  submittedAt?: string;
};

export type Side = "LEFT" | "RIGHT";

export type ReviewComment = Authored & {
  readonly reviewId: number;
  readonly path: string;
  readonly commitId: string;
  readonly subject: "line" | "file";
  readonly side: Side;
  readonly line?: number;
  readonly startLine?: number;
  readonly startSide?: Side;
  readonly diffHunk: string;
  readonly inReplyTo?: number;
  /** Of the first comment of a conversation: who resolved it. */
  resolvedBy?: string;
  readonly reactions: Reaction[];
};

export type WorkflowRun = {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly event: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly actor: string;
  readonly triggeringActor: string;
  readonly attempt: number;
  /** Missing while it runs. */
  readonly conclusion?: "success" | "failure" | "skipped" | "cancelled";
  readonly createdAt: string;
  readonly jobs: readonly WorkflowJob[];
};

export type WorkflowJob = {
  readonly id: number;
  readonly name: string;
  /** Missing while it runs. */
  readonly conclusion?: "success" | "failure";
  /** How each step ended. */
  readonly steps: Readonly<Record<string, "success" | "failure" | "skipped">>;
  /** What it printed; missing once GitHub has thrown it away. */
  readonly log?: string;
};

/** A check run of an app; a later one of the same name and commit counts. */
export type CheckRun = {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  readonly conclusion: "success" | "failure" | "neutral" | "action_required";
  title: string;
  summary: string;
  readonly annotations: {
    readonly path: string;
    readonly start_line: number;
    readonly end_line: number;
    readonly annotation_level: "notice" | "warning" | "failure";
    readonly message: string;
  }[];
  readonly at: string;
};

/** The same name in another case is the same repository, user or branch owner. */
export const nameKey = (name: string): string => name.toLowerCase();

export const findRepository = (world: World, fullName: string): Repository | undefined =>
  world.repositories.get(nameKey(fullName));

/** A moment as GitHub writes it: whole seconds, UTC. */
export const timestamp = (world: World): string =>
  new Date(world.clock()).toISOString().replace(/\.\d{3}Z$/, "Z");
