import type { Trigger } from "./trigger.ts";

/** Why there is nothing to do, before anyone's role matters. */
export type SkipRule = { readonly rule: string; readonly reason: string };

type Facts = { readonly secrets: "present" | "missing" };

const pullRequestRule = (
  trigger: Extract<Trigger, { type: "pullRequest" }>,
  facts: Facts,
): SkipRule | undefined => {
  if (trigger.origin === "fork" && facts.secrets === "missing")
    return {
      rule: "fork-without-secrets",
      reason: "The pull request comes from a fork, and GitHub gives such a run no secrets.",
    };
  if (trigger.thread.state === "closed" && trigger.action !== "closed")
    return { rule: "closed", reason: "The pull request is closed." };
  if (trigger.thread.draft) return { rule: "draft", reason: "The pull request is a draft." };
  return undefined;
};

/** The first rule that says this trigger is not for an Expert; forks and drafts among them. */
export const skipRule = (trigger: Trigger, facts: Facts): SkipRule | undefined => {
  switch (trigger.type) {
    case "unsupported":
      return { rule: "unsupported-event", reason: trigger.reason };
    case "pullRequest":
      return pullRequestRule(trigger, facts);
    case "issueComment":
      if (trigger.action !== "created")
        return {
          rule: "comment-action",
          reason: `The comment was ${trigger.action}; only a new comment is answered.`,
        };
      return undefined;
    case "push":
      return trigger.change === "deleted"
        ? { rule: "deleted-ref", reason: `${trigger.ref} was deleted.` }
        : undefined;
    case "issue":
      return trigger.action === "deleted" || trigger.action === "transferred"
        ? { rule: "gone", reason: `The issue was ${trigger.action}.` }
        : undefined;
    case "workflowDispatch":
    case "schedule":
      return undefined;
    default:
      return trigger satisfies never;
  }
};
