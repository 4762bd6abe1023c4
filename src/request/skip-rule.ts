import { isComment, isOnPullRequest, isOnThread, type Trigger } from "./trigger.ts";

/** Why there is nothing to do, before anyone's role matters. */
export type SkipRule = { readonly rule: string; readonly reason: string };

export type SkipFacts = {
  /** Whether the step has its provider's key: a fork's pull request gets none. */
  readonly secrets: "present" | "missing";
  /** Whether the text that triggered carries the mark of Expert Stack's own comments; anyone can have it ignored so. */
  readonly isOwn: boolean;
};

/** The first rule that says this trigger is not for an Expert; forks and drafts among them. */
export const skipRule = (trigger: Trigger, facts: SkipFacts): SkipRule | undefined => {
  if (trigger.type === "unsupported") return { rule: "unsupported-event", reason: trigger.reason };
  if (facts.isOwn) return { rule: "own-comment", reason: "The comment is one of Expert Stack's own." };
  return actionRule(trigger) ?? threadRule(trigger, facts);
};

/** What happened is nothing to answer. */
const actionRule = (trigger: Exclude<Trigger, { type: "unsupported" }>): SkipRule | undefined => {
  if (trigger.type === "schedule") return undefined;
  const { action } = trigger;
  if (isComment(trigger)) {
    if (action === "created" || action === "submitted") return undefined;
    const what = trigger.type === "review" ? "review" : "comment";
    return { rule: "comment-action", reason: `The ${what} was ${action}; only a new one is answered.` };
  }
  switch (trigger.type) {
    case "pullRequest":
    case "issue":
      return threadActionRule(trigger.thread.kind === "issue" ? "issue" : "pull request", action);
    case "workflowRun":
    case "workflowRunOfPull":
      if (action === "completed") return undefined;
      return { rule: "run-not-completed", reason: `The workflow run is ${action}, and not completed.` };
    case "release":
      if (action !== "deleted" && action !== "unpublished") return undefined;
      return { rule: "gone", reason: `The release was ${action}.` };
    case "push":
      if (trigger.change !== "deleted") return undefined;
      return { rule: "deleted-ref", reason: `${trigger.ref} was deleted.` };
    case "workflowDispatch":
    case "repositoryDispatch":
      return undefined;
    default:
      return trigger satisfies never;
  }
};

const threadActionRule = (what: string, action: string): SkipRule | undefined => {
  if (action === "deleted" || action === "transferred") {
    return { rule: "gone", reason: `The ${what} was ${action}.` };
  }
  if (action === "unlabeled" || action === "unassigned") {
    return { rule: "taken-back", reason: `The ${what} was ${action}, which asks for nothing.` };
  }
  return undefined;
};

/** GitHub keeps its secrets from events of the pull request itself that come from a fork. */
const getsNoSecrets = (trigger: Trigger): boolean =>
  isOnPullRequest(trigger) &&
  trigger.origin === "fork" &&
  (trigger.type === "review" || trigger.type === "reviewComment" || trigger.type === "pullRequest") &&
  !("event" in trigger && trigger.event === "pull_request_target");

/** The thread is not one to answer in. A comment asks in so many words, and a label or an assignment in a draft does. */
const threadRule = (trigger: Trigger, facts: SkipFacts): SkipRule | undefined => {
  if (!isOnThread(trigger)) return undefined;
  if (getsNoSecrets(trigger) && facts.secrets === "missing") {
    return {
      rule: "fork-without-secrets",
      reason: "The pull request comes from a fork, and GitHub gives such a run no secrets.",
    };
  }
  const what = trigger.thread.kind === "issue" ? "issue" : "pull request";
  if (isComment(trigger)) return undefined;
  if (trigger.thread.state === "closed" && trigger.action !== "closed") {
    return { rule: "closed", reason: `The ${what} is closed.` };
  }
  const isAsked = "route" in trigger && trigger.route !== undefined;
  if (trigger.thread.draft && !isAsked) return { rule: "draft", reason: `The ${what} is a draft.` };
  return undefined;
};
