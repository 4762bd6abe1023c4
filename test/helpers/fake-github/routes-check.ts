import { z } from "zod";
import { resolveCommit } from "./commit-graph.ts";
import { repositoryApi, repositoryHtml } from "./links.ts";
import { nodeId } from "./populate-people.ts";
import { apiError, created, notFound, ok, type Reply, validationFailed } from "./reply.ts";
import { type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { type CheckRun, timestamp } from "./world.ts";

const Output = z.object({
  title: z.string(),
  summary: z.string(),
  annotations: z
    .array(
      z.object({
        path: z.string(),
        start_line: z.number(),
        end_line: z.number(),
        annotation_level: z.enum(["notice", "warning", "failure"]),
        message: z.string(),
      }),
    )
    .optional(),
});

const NewCheck = z.object({
  name: z.string(),
  head_sha: z.string(),
  conclusion: z.enum(["success", "failure", "neutral", "action_required"]),
  output: Output,
});

/** Checks are an app's: a person's own token may not write them. */
const requireApp = ({ caller }: RepositoryCall): void => {
  if (caller.type === "token" && caller.token.type === "installation") return;
  throw apiError(403, "You must authenticate via a GitHub App.");
};

const refused = (field: string, message: string) =>
  validationFailed({ resource: "CheckRun", code: "invalid", field, message });

const checked = (output: z.infer<typeof Output>): z.infer<typeof Output> => {
  const odd = output.annotations?.find(
    ({ path, start_line: start, end_line: end }) => path.startsWith("/") || start < 1 || end < start,
  );
  if (odd !== undefined) throw refused("annotations", `no place: ${odd.path}:${odd.start_line}`);
  return output;
};

const createCheck = (call: RepositoryCall): Reply => {
  requireApp(call);
  const { world, repository } = call;
  const { name, head_sha: headSha, conclusion, output } = NewCheck.parse(call.body);
  const commit = resolveCommit(repository, headSha);
  if (commit?.sha !== headSha) throw refused("head_sha", `No commit found for SHA: ${headSha}`);
  const { annotations = [], ...text } = checked(output);
  const id = world.nextId();
  const at = timestamp(world);
  const run: CheckRun = { id, name, headSha, conclusion, ...text, annotations: [...annotations], at };
  repository.checks.push(run);
  return created(checkJson(call, run));
};

/** Annotations of an update are added to those that are there. */
const updateCheck = (call: RepositoryCall): Reply => {
  requireApp(call);
  const run = call.repository.checks.find(({ id }) => String(id) === call.params.check_run_id);
  if (run === undefined) throw notFound();
  const { output } = z.object({ output: Output }).parse(call.body);
  const { annotations = [], title, summary } = checked(output);
  run.annotations.push(...annotations);
  Object.assign(run, { title, summary });
  return ok(checkJson(call, run));
};

const checkJson = ({ links, repository }: RepositoryCall, run: CheckRun) => {
  const url = `${repositoryApi(links, repository)}/check-runs/${run.id}`;
  const html = `${repositoryHtml(links, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId("CR", run.id),
    head_sha: run.headSha,
    external_id: "",
    url,
    html_url: html,
    details_url: html,
    status: "completed",
    conclusion: run.conclusion,
    started_at: run.at,
    completed_at: run.at,
    output: {
      title: run.title,
      summary: run.summary,
      text: null,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: { id: run.id },
    app: null,
    pull_requests: [],
  };
};

const writing = { permissions: [{ checks: "write" }] } as const;

export const checkRoutes: readonly Route[] = [
  repositoryRoute("POST /check-runs", writing, createCheck),
  repositoryRoute("PATCH /check-runs/{check_run_id}", writing, updateCheck),
];
