import { ourJobs, type Rule } from "./rule.ts";

/** `on-skip: fail` is for a check that is required: https://docs.github.com/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks */
export const skippedCheck: Rule = {
  name: "skipped-check",
  find: (workflow) =>
    ourJobs(workflow)
      .filter(({ job, step }) => step.input("on-skip") === "fail" && job.if !== undefined)
      .map(({ job }) => ({
        severity: "error",
        path: [...job.path, "if"],
        message: "`on-skip: fail` is for a required check, and a job that its `if:` skips counts as passed",
        expected: "a job without a condition",
        remedy: "Take it out: the gate skips what is to be skipped, and the check is red.",
      })),
};

export const filteredCheck: Rule = {
  name: "filtered-check",
  find: (workflow) =>
    ourJobs(workflow).some(({ step }) => step.input("on-skip") === "fail")
      ? [...workflow.events].flatMap(([event, filter]) =>
          ["paths", "paths-ignore"]
            .filter((key) => typeof filter === "object" && filter !== null && key in filter)
            .map((key) => ({
              severity: "error" as const,
              path: ["on", event, key],
              message:
                "`on-skip: fail` is for a required check, and one whose workflow a filter keeps from starting waits for ever",
              expected: "an event without a filter of paths",
              remedy: "Take it out.",
            })),
        )
      : [],
};
