import type { PullRequestSides, Thread, Trigger } from "./trigger.ts";

/** A pull request as GitHub shows it now. */
export type PullRequest = PullRequestSides & { readonly thread: Thread };

/** Which pull request a trigger is about that does not say its two sides itself. */
export type PullRequestQuestion =
  | { readonly type: "number"; readonly number: number }
  /** An open one from this branch. */
  | { readonly type: "branch"; readonly repository: string; readonly branch: string };

export const pullRequestQuestion = (trigger: Trigger): PullRequestQuestion | undefined => {
  if (trigger.type === "issueComment" && trigger.thread.kind === "pullRequest") {
    return { type: "number", number: trigger.thread.number };
  }
  if (trigger.type !== "workflowRun") return undefined;
  const { headRepository: repository, branch } = trigger.run;
  return repository === undefined || branch === "" ? undefined : { type: "branch", repository, branch };
};

/**
 * The trigger with the two sides of its pull request. A comment keeps the thread as its event had it, and gets the
 * commits of now, which are recorded from here on.
 *
 * @param found what GitHub answers to the question
 * @returns `moved` for a run whose pull request has another head by now: what it says is of a commit nobody asks about
 */
export const onPullRequest = (
  trigger: Trigger,
  found: readonly PullRequest[],
):
  | { readonly type: "trigger"; readonly trigger: Trigger }
  | { readonly type: "moved"; readonly reason: string } => {
  if (trigger.type === "issueComment") {
    const [pull] = found;
    if (pull === undefined) return { type: "trigger", trigger };
    const thread = { ...trigger.thread, draft: pull.thread.draft };
    return { type: "trigger", trigger: { ...trigger, ...sidesOf(pull), type: "pullComment", thread } };
  }
  if (trigger.type !== "workflowRun" || found.length === 0) return { type: "trigger", trigger };
  const pull = found.find(({ head }) => head.sha === trigger.run.sha);
  if (pull !== undefined) {
    return { type: "trigger", trigger: { ...trigger, ...pull, type: "workflowRunOfPull" } };
  }
  const numbers = found.map(({ thread }) => `#${thread.number}`).join(", ");
  return {
    type: "moved",
    reason: `The workflow run was of commit ${trigger.run.sha}, and pull request ${numbers} has another head by now.`,
  };
};

const sidesOf = ({ head, base, origin }: PullRequest): PullRequestSides => ({ head, base, origin });
