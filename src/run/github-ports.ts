/** What the shell needs from a repository and its host: definitions, roles, diffs, threads, artifacts. */
import type { PublishableCheck } from "../outputs/kinds/check.ts";
import type { PublishablePullRequest } from "../outputs/kinds/pull-request.ts";
import type { PublishablePush } from "../outputs/kinds/push.ts";
import type { FileLines } from "../outputs/review/diff-place.ts";
import type { ReviewEvent } from "../outputs/review/planned-review.ts";
import type { OwnReviews } from "../outputs/review/review-change.ts";
import type { SanitizedText } from "../outputs/sanitize.ts";
import type { PullRequest, PullRequestQuestion } from "../request/pull-request.ts";
import type { Role } from "../request/role.ts";

/** Reads definitions at one fixed place: a folder, or a commit. */
export type Definitions = {
  /** Where it reads, for the journal: `file` or `commit:<sha>`. */
  readonly origin: string;
  /** @returns the file's text, or nothing when there is no such file. Follows no symbolic link out. */
  read(path: string): Promise<string | undefined>;
};

/** What the runner asks of GitHub before a job. */
export type Repository = {
  /** A person's role as the API gives it (`role_name`; a custom role as the base role it builds on). */
  roleOf(login: string): Promise<Role>;
  /** The pull request of a number, or those that are open from a branch, the oldest first. */
  pullRequests(question: PullRequestQuestion): Promise<readonly PullRequest[]>;
  /**
   * How many runs of a workflow a person brought about that did anything.
   *
   * @param workflow its file's name
   * @param since ISO 8601
   */
  runsBy(login: string, of: { readonly workflow: string; readonly since: string }): Promise<number>;
  /** The commit a branch points at now. */
  branchHead(branch: string): Promise<string>;
  readFile(path: string, commit: string): Promise<string | undefined>;
  /** Changed files between two recorded commits (three dots: what the head added since it left the base). */
  compare(base: string, head: string): Promise<Comparison>;
};

export type Comparison = {
  readonly files: readonly {
    readonly path: string;
    readonly previousPath?: string;
    readonly status: string;
    readonly additions: number;
    readonly deletions: number;
    /** Missing for binary files and where GitHub left it out as too large. */
    readonly patch?: string;
  }[];
  /** GitHub lists at most 300 files of a comparison. */
  readonly isComplete: boolean;
};

/** The comments of the triggering issue or pull request. */
export type Thread = {
  /**
   * Writes the one comment that carries the marker and is this token's own, or a new one. Tries again where that may
   * help, and never posts the same text twice.
   *
   * @param marker how the body begins
   * @param id the comment's, where this process wrote it already
   * @returns the comment and its page
   */
  putComment(comment: {
    readonly thread: ThreadPlace;
    readonly marker: string;
    readonly body: SanitizedText;
    readonly mode: "sticky" | "new";
    readonly id?: number;
  }): Promise<{ readonly id: number; readonly url: string }>;
  /**
   * Changes a comment, unless somebody else has changed it meanwhile.
   *
   * @param was what it may have said, as `commentDigest` has it
   * @returns whether it was changed
   */
  replaceComment(comment: {
    readonly thread: ThreadPlace;
    readonly id: number;
    readonly was: readonly string[];
    readonly body: SanitizedText;
  }): Promise<boolean>;
};

/** What is done to threads besides comments. Each is tried again where that may help, and done once. */
export type Outputs = CodeOutputs & {
  /** The issue or pull request of that number. */
  threadPlace(number: number): Promise<ThreadPlace>;
  /** Labels that the repository has. @throws ExpertStackError OUTPUT_REFUSED for one that it has not */
  addLabels(thread: ThreadPlace, labels: readonly string[]): Promise<void>;
  /** @throws ExpertStackError OUTPUT_REFUSED for somebody whom GitHub does not assign */
  assign(thread: ThreadPlace, logins: readonly string[]): Promise<void>;
  close(thread: ThreadPlace, reason: "completed" | "not_planned"): Promise<void>;
  openIssue(issue: {
    readonly title: SanitizedText;
    readonly body: SanitizedText;
    readonly labels: readonly string[];
  }): Promise<{ readonly url: string }>;
  /** @param check of this commit, by its full id */
  reportCheck(check: PublishableCheck & { readonly commit: string }): Promise<{ readonly url: string }>;
};

/** Reviews of pull requests. What is asked for twice is there once. */
export type Reviews = {
  /** What this token's own identity wrote there: a marker alone can be pasted by anyone. */
  own(pull: number): Promise<OwnReviews>;
  /** @returns what is refused where another form of the same review may do */
  post(pull: number, review: NewReview): Promise<PostedReview>;
  /** Ends a conversation. @returns whether the token may do that */
  resolve(thread: { readonly id: string }): Promise<"resolved" | "forbidden">;
  /** Changes a remark beside lines. */
  edit(remark: { readonly id: number }, body: SanitizedText): Promise<void>;
};

export type NewReview = {
  /** The commit it is of. */
  readonly head: string;
  readonly event: ReviewEvent;
  readonly body: SanitizedText;
  readonly remarks: readonly (FileLines & { readonly body: SanitizedText })[];
};

export type PostedReview =
  | { readonly type: "posted"; readonly url: string }
  /** One of the remarks is at a place that GitHub does not take; it does not say which. */
  | { readonly type: "placeRefused" }
  /** Nobody approves their own pull request, or requests changes in it. */
  | { readonly type: "ownPullRequest" };

/** What changed in the workspace, as a commit. @throws ExpertStackError OUTPUT_REFUSED where a branch is not as it has to be */
export type CodeOutputs = {
  /** On a branch of its own, which must not be there yet, and for a branch that has the change's base. */
  openPullRequest(wanted: PublishablePullRequest): Promise<{ readonly url: string }>;
  /** On top of a branch that is where it was and is not protected. */
  push(wanted: PublishablePush): Promise<{ readonly commit: string }>;
};

export type ThreadPlace = { readonly kind: "issue" | "pullRequest"; readonly number: number };

export type ReactionTarget =
  | { readonly type: "thread"; readonly number: number }
  /** A comment of a thread, and one beside a line of a diff. */
  | { readonly type: "comment" | "remark"; readonly id: number };

export type Reactions = {
  /** The same one twice is one. */
  add(target: ReactionTarget, content: "eyes" | "rocket" | "confused"): Promise<{ readonly id: number }>;
  remove(target: ReactionTarget, reaction: { readonly id: number }): Promise<void>;
};

export type StoredArtifact = { readonly id: number; readonly digest: string; readonly size: number };

export type Artifacts = {
  /** @param files absolute paths below `root` */
  upload(artifact: {
    readonly name: string;
    readonly root: string;
    readonly files: readonly string[];
    readonly retentionDays?: number;
  }): Promise<StoredArtifact>;
  /** Uploads one file as it is, under its own name. */
  uploadFile(artifact: { readonly file: string; readonly retentionDays?: number }): Promise<StoredArtifact>;
  /**
   * The bytes of such a file, of this same workflow run.
   *
   * @returns nothing when the run has no artifact of that number
   * @throws ExpertStackError ARTIFACT_FAILED
   */
  download(id: number): Promise<Buffer | undefined>;
};
