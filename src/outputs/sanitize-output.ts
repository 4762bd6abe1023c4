import { type PublishableCheck, publishableCheck } from "./kinds/check.ts";
import { type PublishableIssue, publishableIssue } from "./kinds/issue.ts";
import type { OutputPolicy, PlannedOutput } from "./output-kinds.ts";
import type { PublishingRules } from "./publishing-rules.ts";
import { type Targeted, targetOf } from "./target.ts";

/** An output as it goes to GitHub: texts are sanitised, names are such that the policy allows. */
export type PublishableOutput = OutputForThread | PublishableIssue | PublishableCheck;

/** One for the trigger's thread, or for the one that the policy names. */
type OutputForThread = Exclude<PlannedOutput, { kind: "issue" | "check" }> & Targeted;

/** @throws TypeError for a kind that the policy has not, which no plan holds */
export const publishableOutput = (
  output: PlannedOutput,
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
