import { type PublishableCheck, publishableCheck } from "./kinds/check.ts";
import { type PublishableIssue, publishableIssue } from "./kinds/issue.ts";
import { type PublishablePullRequest, publishablePullRequest } from "./kinds/pull-request.ts";
import { type PublishablePush, publishablePush } from "./kinds/push.ts";
import type { OutputPolicy, PlannedOutput } from "./output-kinds.ts";
import type { PublishingRules } from "./publishing-rules.ts";
import { type PublishableReview, publishableReview } from "./review/publishable-review.ts";
import { type Targeted, targetOf } from "./target.ts";

/** An output as it goes to GitHub: texts are sanitised, names are such that the policy allows. */
export type PublishableOutput =
  | OutputForThread
  | PublishableIssue
  | PublishableCheck
  | PublishableReview
  | PublishablePullRequest
  | PublishablePush;

/** One for the trigger's thread, or for the one that the policy names. */
type OutputForThread = Extract<PlannedOutput, { kind: "labels" | "assign" | "close" }> & Targeted;

/**
 * A plan as it goes to GitHub: the parts of a review are one.
 *
 * @throws TypeError for a kind that the policy has not, which no plan holds
 */
export const publishableOutputs = (
  outputs: readonly PlannedOutput[],
  policy: OutputPolicy,
  rules: PublishingRules,
): readonly PublishableOutput[] => {
  const parts = outputs.filter((output) => output.kind === "review");
  const review = parts.length === 0 ? [] : [publishableReview(parts, needed(policy.review), rules)];
  const others = outputs.flatMap((output) => (output.kind === "review" ? [] : [output]));
  return [...review, ...others.map((output) => publishableOutput(output, policy, rules))];
};

const publishableOutput = (
  output: Exclude<PlannedOutput, { kind: "review" }>,
  policy: OutputPolicy,
  rules: PublishingRules,
): PublishableOutput => {
  switch (output.kind) {
    case "labels":
    case "assign":
    case "close":
      return { ...output, ...targetOf(needed(policy[output.kind])) };
    case "issue":
      return publishableIssue(output, needed(policy.issue), rules);
    case "check":
      return publishableCheck(output, needed(policy.check), rules);
    case "pull-request":
      return publishablePullRequest(output, needed(policy[output.kind]), {
        ...rules,
        change: needed(rules.change),
      });
    case "push":
      return publishablePush(output, { ...rules, change: needed(rules.change), head: needed(rules.head) });
    default:
      return output satisfies never;
  }
};

const needed = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new TypeError("an output without its rule or its change is in a plan");
  return value;
};
