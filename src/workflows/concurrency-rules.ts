import { hasEvent, ourJobs, type Remark, type Rule } from "./rule.ts";
import type { Concurrency, Path, Workflow } from "./workflow.ts";

const comments = ["issue_comment", "pull_request_review", "pull_request_review_comment"];

/** One group for the commands of a thread, and another for each comment that is none. */
const apart = "startsWith(github.event.comment.body, '/expert') && 'command' || github.run_id";

/** A comment starts a run whatever it says, also the Expert's own where an app or a person's token writes it. */
export const ownComment: Rule = {
  name: "own-comment",
  find: (workflow) =>
    hasEvent(workflow, ...comments)
      ? groupsOf(workflow)
          .filter(
            ({ isSkipped, group }) =>
              !isSkipped && !/comment\.(body|id)|review\.(body|id)|run_id/.test(group),
          )
          .map(({ path, cancels }) => ({
            severity: "error",
            path: [...path, "concurrency"],
            message: cancels
              ? "any comment of the thread cancels the run that is answering, and so may the Expert's own"
              : "any comment of the thread displaces a command that waits, and so may the Expert's own",
            expected: "a group that only commands share",
            remedy: `Add \`-${expression(apart)}\` to the group.`,
          }))
      : [],
};

/** For these events `github.ref` and the like are the default branch, whatever the thread. */
const onDefaultBranch = ["pull_request_target", "issue_comment", "issues", "workflow_run"];

export const oneGroup: Rule = {
  name: "one-group",
  find: (workflow) =>
    hasEvent(workflow, ...onDefaultBranch)
      ? groupsOf(workflow)
          .filter(({ group }) => !/github\.event\.|github\.run_id/.test(group))
          .map(({ path, cancels }) => ({
            severity: "error",
            path: [...path, "concurrency"],
            message: `all threads share one group, so that one ${cancels ? "cancels" : "displaces"} another's run`,
            expected: "a group of each thread",
            remedy: `Put the thread's number into it, such as \`${numberIn(workflow)}\`.`,
          }))
      : [],
};

const numberIn = (workflow: Workflow): string => {
  if (hasEvent(workflow, "pull_request_target")) return expression("github.event.pull_request.number");
  const isRun = hasEvent(workflow, "workflow_run");
  return expression(isRun ? "github.event.workflow_run.head_sha" : "github.event.issue.number");
};

const expression = (text: string): string => `\${{ ${text} }}`;

export const everyComment: Rule = {
  name: "every-comment",
  find: (workflow) =>
    hasEvent(workflow, ...comments)
      ? ourJobs(workflow)
          .filter(({ job }) => !isConditional(job.if))
          .map(
            ({ job }): Remark => ({
              severity: "warning",
              path: job.path,
              message: "every comment starts a runner, which then finds that nobody asked",
              expected: "a condition on what the comment says",
              remedy: "Add `if: startsWith(github.event.comment.body, '/expert')` to the job.",
            }),
          )
      : [],
};

type Group = {
  readonly path: Path;
  readonly group: string;
  readonly cancels: boolean;
  /** Whether it is only asked for by what a condition lets through. */
  readonly isSkipped: boolean;
};

const groupsOf = (workflow: Workflow): readonly Group[] => {
  const jobs = ourJobs(workflow);
  if (jobs.length === 0) return [];
  return [
    // A workflow's own group is asked for before any condition of a job.
    ...groupOf(workflow.concurrency, [], false),
    ...jobs.flatMap(({ job }) => groupOf(job.concurrency, job.path, isConditional(job.if))),
  ];
};

const groupOf = (concurrency: Concurrency | undefined, path: Path, isSkipped: boolean): readonly Group[] => {
  if (concurrency === undefined) return [];
  if (typeof concurrency === "string") return [{ path, group: concurrency, cancels: false, isSkipped }];
  const cancel = concurrency["cancel-in-progress"];
  return [{ path, group: concurrency.group, cancels: cancel !== undefined && cancel !== false, isSkipped }];
};

const isConditional = (condition: string | boolean | undefined): boolean =>
  /(comment|review)\.body/.test(String(condition ?? ""));
