import { type AssignRule, assign, type PlannedAssign } from "./kinds/assign.ts";
import { type CheckRule, check, type PlannedCheck } from "./kinds/check.ts";
import { type CloseRule, close, type PlannedClose } from "./kinds/close.ts";
import type { CommentRule } from "./kinds/comment.ts";
import { type IssueRule, issue, type PlannedIssue } from "./kinds/issue.ts";
import type { OutputKindDefinition } from "./kinds/kind.ts";
import { type LabelsRule, labels, type PlannedLabels } from "./kinds/labels.ts";
import { type PlannedPullRequest, type PullRequestRule, pullRequest } from "./kinds/pull-request.ts";
import { type PlannedPush, type PushRule, push } from "./kinds/push.ts";
import { type ReviewRule, review } from "./kinds/review.ts";
import type { PlannedReview } from "./review/planned-review.ts";

/** What a step's author says of each kind that an Expert asks for by tools. */
type OutputRules = {
  readonly review: ReviewRule;
  readonly labels: LabelsRule;
  readonly assign: AssignRule;
  readonly issue: IssueRule;
  readonly check: CheckRule;
  readonly "pull-request": PullRequestRule;
  readonly push: PushRule;
  readonly close: CloseRule;
};

type PlannedOutputs = {
  readonly review: PlannedReview;
  readonly labels: PlannedLabels;
  readonly assign: PlannedAssign;
  readonly issue: PlannedIssue;
  readonly check: PlannedCheck;
  readonly "pull-request": PlannedPullRequest;
  readonly push: PlannedPush;
  readonly close: PlannedClose;
};

export type PlannedKind = keyof OutputRules;

/** What an Expert asked to have published, checked against the policy and not yet sanitised. */
export type PlannedOutput<Kind extends PlannedKind = PlannedKind> = PlannedOutputs[Kind];

/** What a step's author lets an Expert publish. A kind that is missing is not published. */
export type OutputPolicy = Partial<OutputRules> & {
  /** The Expert's answer, in the thread. */
  readonly comment?: CommentRule;
};

/** In which order they are published; the answer comes after them, and closing after that. */
export const publishingOrder: readonly PlannedKind[] = [
  "review",
  "labels",
  "assign",
  "issue",
  "pull-request",
  "push",
  "check",
  "close",
];

export const outputKinds: {
  readonly [Kind in PlannedKind]: OutputKindDefinition<OutputRules[Kind], PlannedOutputs[Kind]>;
} = { review, labels, assign, issue, "pull-request": pullRequest, push, check, close };

/** What a policy says of a kind. */
export const ruleOf = <Kind extends PlannedKind>(
  policy: Partial<OutputRules>,
  kind: Kind,
): OutputRules[Kind] | undefined => policy[kind];
