import { hasEvent, type OurJob, ourJobs, type Remark, type Rule } from "./rule.ts";
import type { Path, Permissions, Workflow } from "./workflow.ts";

export const permissionsMissing: Rule = {
  name: "permissions-missing",
  find: (workflow) =>
    ourJobs(workflow)
      .filter((of) => permissionsOf(workflow, of) === undefined)
      .map(({ job }) => ({
        severity: "error",
        path: job.path,
        message: "the token may do what the repository's settings say, which is often everything",
        expected: "`permissions:`",
        remedy: `Add \`permissions:\` with \`contents: read\`${[...wanted(workflow)].map((one) => ` and \`${one}: write\``).join("")}.`,
      })),
};

export const permissionsWide: Rule = {
  name: "permissions-wide",
  find: (workflow) =>
    ourJobs(workflow).flatMap((of) => {
      const { permissions, path } = permissionsOf(workflow, of) ?? {};
      if (permissions === "write-all") return [tooWide(path ?? [], "everything")];
      return accessesOf(permissions)
        .filter(([name, access]) => access === "write" && !mayBeWritten(name, of))
        .map(([name]) => tooWide([...(path ?? []), name], name));
    }),
};

const tooWide = (path: Path, what: string): Remark => ({
  severity: "error",
  path,
  message: `the job's token may write ${what}, which nothing that this step publishes needs`,
  expected: "what `safe-outputs` needs",
  remedy: what === "everything" ? "Name each permission." : `Write \`${what}: read\`, or leave it out.`,
});

/** A login by OIDC needs `id-token`; pushing and pull requests need `contents`. */
const mayBeWritten = (name: string, { step }: OurJob): boolean =>
  // What an expression comes to is known when it runs.
  step.input("safe-outputs").includes("${{") ||
  ["issues", "pull-requests", "id-token"].includes(name) ||
  (name === "checks" && publishes(step, "check")) ||
  (name === "contents" && (publishes(step, "push") || publishes(step, "pull-request")));

export const permissionLacking: Rule = {
  name: "permission-lacking",
  find: (workflow) =>
    ourJobs(workflow).flatMap((of) => {
      const { permissions, path = [] } = permissionsOf(workflow, of) ?? {};
      if (permissions === undefined || typeof permissions === "string") return [];
      const has = new Map(accessesOf(permissions));
      const lacks = needed(workflow, of).filter((name) => has.get(name) !== "write");
      const reads = has.has("contents") || lacks.includes("contents") ? [] : ["contents: read"];
      return [...reads, ...lacks.map((name) => `${name}: write`)].map(
        (line): Remark => ({
          severity: "warning",
          path,
          message: `\`${line}\` is not among the job's permissions, and without it the job ends as failed or undelivered`,
          expected: `\`${line}\``,
          remedy: "Add the line.",
        }),
      );
    }),
};

const needed = (workflow: Workflow, { step }: OurJob): readonly string[] => {
  // That of a plan may write nothing, and that is what it is for.
  if (step.input("mode") === "plan" || hasOwnToken(step)) return [];
  const isPublished = (...kinds: readonly string[]): boolean => kinds.some((kind) => publishes(step, kind));
  return [
    ...new Set([
      ...(isPublished("comment", "labels", "assign", "close") ? wanted(workflow) : []),
      ...(isPublished("review") && wanted(workflow).has("pull-requests") ? ["pull-requests"] : []),
      ...(isPublished("issue") ? ["issues"] : []),
      ...(isPublished("check") ? ["checks"] : []),
      ...(isPublished("push", "pull-request") ? ["contents"] : []),
      ...(isPublished("pull-request") ? ["pull-requests"] : []),
    ]),
  ];
};

/** One of an app or a person may what it may, whatever the job's own may. */
const hasOwnToken = (step: OurJob["step"]): boolean => {
  const token = step.input("github-token");
  return token !== "" && !/github\.token|GITHUB_TOKEN/.test(token);
};

/** By which threads the events bring. */
const wanted = (workflow: Workflow): ReadonlySet<string> =>
  new Set([
    ...(hasEvent(workflow, "issues", "issue_comment") ? ["issues"] : []),
    ...(hasEvent(workflow, ...onPullRequests) ? ["pull-requests"] : []),
  ]);

const onPullRequests = [
  "pull_request",
  "pull_request_target",
  "pull_request_review",
  "pull_request_review_comment",
  "issue_comment",
  "workflow_run",
];

/** Whether `safe-outputs` has a line of this kind; a comment is what it has by itself. */
const publishes = (step: OurJob["step"], kind: string): boolean => {
  const text = step.input("safe-outputs") || "comment";
  return text.split("\n").some((line) => line.trim().split(/\s/)[0] === kind);
};

/** A job's own take the place of the workflow's. */
const permissionsOf = (
  workflow: Workflow,
  { job }: OurJob,
): { readonly permissions: Permissions; readonly path: Path } | undefined => {
  if (job.permissions !== undefined) {
    return { permissions: job.permissions, path: [...job.path, "permissions"] };
  }
  const { permissions } = workflow;
  return permissions === undefined ? undefined : { permissions, path: ["permissions"] };
};

const accessesOf = (permissions: Permissions | undefined): readonly (readonly [string, string])[] =>
  permissions === undefined || typeof permissions === "string" ? [] : Object.entries(permissions ?? {});
