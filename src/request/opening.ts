import type { PullRequestSides, Trigger } from "./trigger.ts";

/** The first lines of a query: what happened where, in the runner's words. */
export const opening = (trigger: Trigger): string => {
  if (trigger.type === "schedule") return `Scheduled run (${trigger.schedule}).`;
  if (trigger.type === "unsupported") return `Event ${trigger.event}.`;
  return "thread" in trigger ? onThread(trigger) : onRepository(trigger);
};

const onThread = (trigger: Extract<Trigger, { thread: unknown }>): string => {
  const { thread, repository } = trigger;
  const what = thread.kind === "pullRequest" ? "pull request" : "issue";
  const where = `#${thread.number} of ${repository.fullName}`;
  switch (trigger.type) {
    case "pullRequest":
      return `Pull request ${where} (event ${trigger.event}, action ${actionOf(trigger)}). ${commits(trigger)}`;
    case "issue":
      return `Issue ${where} (event issues, action ${actionOf(trigger)}).`;
    case "issueComment":
      return `Comment on ${what} ${where}.`;
    case "pullComment":
      return `Comment on pull request ${where}. ${commits(trigger)}`;
    case "review":
      return `Review of pull request ${where}. ${commits(trigger)}`;
    case "reviewComment":
      return `Remark in the diff of pull request ${where}. ${commits(trigger)}`;
    case "workflowRunOfPull":
      return `Workflow run ${JSON.stringify(trigger.run.name)} on pull request ${where} ended with ${trigger.run.conclusion}: ${trigger.run.url}. ${commits(trigger)}`;
    default:
      return trigger satisfies never;
  }
};

/** A label's name and a person's login are what somebody chose. */
const actionOf = ({ action, route }: Extract<Trigger, { type: "pullRequest" | "issue" }>): string => {
  if (route === undefined) return action;
  return `${action} ${JSON.stringify(route.type === "label" ? route.name : route.login)}`;
};

const commits = ({ head, base, origin }: PullRequestSides): string =>
  `Head commit ${head.sha}${origin === "fork" ? " in a fork" : ""}, base commit ${base.sha}.`;

type RepositoryTrigger = Exclude<Extract<Trigger, { repository: unknown }>, { thread: unknown }>;

const onRepository = (trigger: RepositoryTrigger): string => {
  const name = trigger.repository.fullName;
  switch (trigger.type) {
    case "workflowRun": {
      const { run } = trigger;
      return `Workflow run ${JSON.stringify(run.name)} of ${name} (event ${run.event}, branch ${JSON.stringify(run.branch)}, commit ${run.sha}) ended with ${run.conclusion}: ${run.url}.`;
    }
    case "workflowDispatch":
      return `Manual run on ${trigger.ref} of ${name}.`;
    case "repositoryDispatch":
      return `Dispatch ${JSON.stringify(trigger.action)} to ${name}.`;
    case "release":
      return `Release ${JSON.stringify(trigger.tag)} of ${name} (action ${trigger.action}).`;
    case "push":
      return `Push to ${trigger.ref} of ${name}, from commit ${trigger.before} to ${trigger.after}.`;
    default:
      return trigger satisfies never;
  }
};
