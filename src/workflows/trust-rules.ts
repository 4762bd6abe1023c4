import { hasEvent, isOurs, ourJobs, type Remark, type Rule } from "./rule.ts";
import type { Job, Path, Step, Workflow } from "./workflow.ts";

/** These run with the repository's secrets, whoever set them off. */
const privileged = ["pull_request_target", "issue_comment", "workflow_run"];

const headRef = /head|refs\/pull|merge_commit_sha/;
const headFetch = /gh pr checkout|git (fetch|pull|checkout)[^\n]*(pull\/|head)/;

export const headCheckedOut: Rule = {
  name: "head-checked-out",
  find: (workflow) =>
    hasEvent(workflow, ...privileged)
      ? stepsOf(workflow).flatMap((step): readonly Remark[] => {
          const checked =
            isCheckout(step) && headRef.test(`${step.input("ref")} ${step.input("repository")}`);
          if (!checked && !headFetch.test(step.run ?? "")) return [];
          return [
            {
              severity: "error",
              path: checked ? [...step.path, "with"] : [...step.path, "run"],
              message: "a stranger's commit is checked out in a job that has secrets",
              expected: "the default branch, which is what `actions/checkout` takes by itself here",
              remedy: "Take it out: the Expert gets the diff through the API.",
            },
          ];
        })
      : [],
};

export const ownCheckout: Rule = {
  name: "own-checkout",
  find: (workflow) =>
    stepsOf(workflow)
      .filter((step) => isOurs(step) && step.uses?.startsWith(".") === true)
      .map(({ path }) => ({
        severity: "error",
        path: [...path, "uses"],
        message: "the action is whatever the checkout holds, with the step's key and token in its hands",
        expected: "a release or a commit of it",
        remedy: "Write `uses: expert-stack/expert-stack@v1`, or a full commit id.",
      })),
};

export const keyAtLarge: Rule = {
  name: "key-at-large",
  find: (workflow) => [
    ...atLarge(workflow.env, []),
    ...ourJobs(workflow).flatMap(({ job }) => atLarge(job.env, job.path)),
  ],
};

const atLarge = (env: Workflow["env"], path: Path): readonly Remark[] =>
  Object.entries(env ?? {})
    .filter(([, value]) => /\bsecrets\b/.test(String(value)))
    .map(([name]) => ({
      severity: "error",
      path: [...path, "env", name],
      message: `every step ${path.length === 0 ? "of every job " : ""}has ${name}`,
      expected: "a secret where it is needed",
      remedy: "Move it to the `env:` of the step that runs the Expert.",
    }));

export const answerInScript: Rule = {
  name: "answer-in-script",
  find: (workflow) =>
    workflow.jobs.flatMap(({ steps }) => {
      const ids = steps.flatMap((step) => (isOurs(step) && step.id !== undefined ? [step.id] : []));
      return steps.flatMap(({ run = "", path }): readonly Remark[] => {
        const id = ids.find((one) => run.includes(`steps.${one}.outputs.`) && run.includes("${{"));
        if (id === undefined) return [];
        return [
          {
            severity: "error",
            path: [...path, "run"],
            message: "a model's words become part of the script",
            expected: "a variable",
            remedy: `Put \`\${{ steps.${id}.outputs.… }}\` into the step's \`env:\`, and read the variable in quotes.`,
          },
        ];
      });
    }),
};

export const credentialLeft: Rule = {
  name: "credential-left",
  find: (workflow) =>
    ourJobs(workflow).flatMap(({ job }) =>
      job.steps
        .filter((step) => isCheckout(step) && step.input("persist-credentials") !== "false")
        .map(({ path }) => ({
          severity: "warning",
          path,
          message: "the checkout leaves the job's token in the workspace's git configuration",
          expected: "a checkout without it",
          remedy: "Add `persist-credentials: false` to its `with:`.",
        })),
    ),
};

/** Whoever acts last on a bot's pull request is its actor, and the bot's name is on everybody's. */
export const botByActor: Rule = {
  name: "bot-by-actor",
  find: (workflow) =>
    ourJobs(workflow)
      .filter(({ job }) => /github\.(triggering_)?actor\s*[!=]=\s*'[^']*\[bot\]'/.test(String(job.if ?? "")))
      .map(({ job }) => ({
        severity: "warning",
        path: [...job.path, "if"],
        message: "the actor is whoever acted last, and not whose pull request it is",
        expected: "a condition on the author",
        remedy: "Write `github.event.pull_request.user.login` in its place.",
      })),
};

const stepsOf = (workflow: Workflow): readonly Step[] =>
  ourJobs(workflow).flatMap(({ job }: { readonly job: Job }) => job.steps);

const isCheckout = ({ uses = "" }: Step): boolean => /^actions\/checkout@/.test(uses);
