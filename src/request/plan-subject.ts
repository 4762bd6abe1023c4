import { isComment, isOnPullRequest, isOnThread, type Trigger } from "./trigger.ts";

/**
 * What a plan is about, one line each, in words. The job that publishes says the same of its own event and inputs: it
 * publishes only where every line is equal. A line that does not apply is empty.
 */
export type PlanSubject = {
  /** `owner/name`. */
  readonly repository: string;
  /** The workflow run's number, which its jobs and its attempts share. */
  readonly run: string;
  /** What set it off: `issue_comment created by ada: comment 42`. */
  readonly trigger: string;
  /** `issue #7` or `pull request #7`. */
  readonly thread: string;
  /** A pull request's head, or the commit of an event that has no thread. */
  readonly head: string;
  /** Of a pull request. */
  readonly base: string;
  /** The Expert's key. */
  readonly expert: string;
  readonly trust: "trusted" | "untrusted";
  /** `sha256:<hex>` of what may be published. */
  readonly policy: string;
};

export const planSubject = ({
  trigger,
  event,
  ...known
}: Omit<PlanSubject, "trigger" | "thread" | "base"> & {
  /** With what was asked of GitHub about it. */
  readonly trigger: Trigger;
  /** The event's name, as GitHub has it. */
  readonly event: string;
}): PlanSubject => ({
  ...known,
  trigger: `${event}${happened(trigger)}`,
  thread: isOnThread(trigger)
    ? `${trigger.thread.kind === "issue" ? "issue" : "pull request"} #${trigger.thread.number}`
    : "",
  base: isOnPullRequest(trigger) ? trigger.base.sha : "",
});

const happened = (trigger: Trigger): string => {
  if (!("sender" in trigger)) return "";
  const what = particular(trigger);
  return `${trigger.action === "" ? "" : ` ${trigger.action}`} by ${trigger.sender.login}${what === "" ? "" : `: ${what}`}`;
};

/** What tells it apart from another event of the same kind. */
const particular = (trigger: Trigger): string => {
  if (isComment(trigger)) return `comment ${trigger.comment.id}`;
  if ("run" in trigger) return `run ${trigger.run.id}`;
  if ("route" in trigger && trigger.route !== undefined) {
    return trigger.route.type === "label" ? `label ${trigger.route.name}` : `assigned ${trigger.route.login}`;
  }
  if (trigger.type === "push") return `${trigger.ref} ${trigger.after}`;
  if (trigger.type === "workflowDispatch") return trigger.ref;
  return trigger.type === "release" ? trigger.tag : "";
};

/** How the lines are called in a message, in the order in which they are named. */
const names = {
  repository: "repository",
  run: "workflow run",
  trigger: "event",
  thread: "thread",
  head: "head commit",
  base: "base commit",
  expert: "Expert",
  trust: "trust",
  policy: "`safe-outputs`",
} as const satisfies Readonly<Record<keyof PlanSubject, string>>;

const lines = [
  "repository",
  "run",
  "trigger",
  "thread",
  "head",
  "base",
  "expert",
  "trust",
  "policy",
] as const;

/** Every line in which a plan is about something else than this job, in words; none where it is about the same. */
export const subjectDifferences = (plan: PlanSubject, own: PlanSubject): readonly string[] =>
  lines
    .filter((line) => plan[line] !== own[line])
    .map((line) => `${names[line]}: the plan says ${shown(plan[line])}, this job ${shown(own[line])}`);

const shown = (value: string): string => (value === "" ? "none" : JSON.stringify(value.slice(0, 200)));
