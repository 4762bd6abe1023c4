import { type PublishableCheck, publishableCheck } from "./kinds/check.ts";
import { type PublishableIssue, publishableIssue } from "./kinds/issue.ts";
import type { OutputPolicy, PlannedOutput } from "./output-kinds.ts";
import type { PublishingRules } from "./publishing-rules.ts";
import { type PublishableReview, publishableReview } from "./review/publishable-review.ts";
import { type Targeted, targetOf } from "./target.ts";

/** An output as it goes to GitHub: texts are sanitised, names are such that the policy allows. */
export type PublishableOutput = OutputForThread | PublishableIssue | PublishableCheck | PublishableReview;

/** One for the trigger's thread, or for the one that the policy names. */
type OutputForThread = Exclude<PlannedOutput, { kind: "issue" | "check" | "review" }> & Targeted;

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
  const review = parts.length === 0 ? [] : [publishableReview(parts, ruled(policy.review), rules)];
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
      return { ...output, ...targetOf(ruled(policy[output.kind])) };
    case "issue":
      return publishableIssue(output, ruled(policy.issue), rules);
    case "check":
      return publishableCheck(output, ruled(policy.check), rules);
    default:
      return output satisfies never;
  }
};

const ruled = <Rule>(rule: Rule | undefined): Rule => {
  if (rule === undefined) throw new TypeError("an output that the policy does not name is in a plan");
  return rule;
};
