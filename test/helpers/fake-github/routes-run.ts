import { type FoundCommit, resolveCommit } from "./commit-graph.ts";
import { repositoryApi, repositoryHtml } from "./links.ts";
import { apiError, notFound, ok, type Reply } from "./reply.ts";
import { type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { minimalRepositoryJson } from "./shape-repository.ts";
import { userJson } from "./shape-user.ts";
import { nameKey, type WorkflowRun } from "./world.ts";

const addresses = ({ links, repository }: RepositoryCall, run: WorkflowRun) => {
  const url = `${repositoryApi(links, repository)}/actions/runs/${run.id}`;
  return {
    url,
    html_url: `${repositoryHtml(links, repository)}/actions/runs/${run.id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryApi(links, repository)}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${repositoryApi(links, repository)}/actions/workflows/1`,
  };
};

const headCommit = (commit: FoundCommit) => ({
  id: commit.sha,
  tree_id: commit.tree,
  message: commit.message,
  timestamp: commit.committer.date,
  author: { name: commit.author.name, email: commit.author.email },
  committer: { name: commit.committer.name, email: commit.committer.email },
});

const getRun = (call: RepositoryCall): Reply => {
  const run = call.repository.runs.get(Number(call.params.run_id));
  if (run === undefined) throw notFound();
  return ok(runJson(call, run));
};

/** By actor, by `created=>=moment` and by `status`, as one word of GitHub's for both status and conclusion. */
const listRuns = (call: RepositoryCall): Reply => {
  const { actor, created, status } = call.query;
  const since = created === undefined ? undefined : /^>=(\S+)$/.exec(created)?.[1];
  if (created !== undefined && since === undefined)
    throw apiError(422, `the fake knows no created=${created}`);
  const file = call.params.workflow_id ?? "";
  const found = [...call.repository.runs.values()]
    .filter(({ path }) => path === `.github/workflows/${file}`)
    .filter((run) => actor === undefined || nameKey(run.actor) === nameKey(actor))
    .filter((run) => since === undefined || Date.parse(run.createdAt) >= Date.parse(since))
    .filter((run) => status === undefined || run.conclusion === status);
  const { per_page: perPage = "30" } = call.query;
  return ok({
    total_count: found.length,
    workflow_runs: found.slice(0, Number(perPage)).map((run) => runJson(call, run)),
  });
};

const runJson = (call: RepositoryCall, run: WorkflowRun) => {
  const { world, links, repository } = call;
  const commit = resolveCommit(repository, run.headSha);
  const minimal = minimalRepositoryJson(world, links, repository);
  return {
    ...addresses(call, run),
    id: run.id,
    node_id: `WFR_${run.id}`,
    name: run.name,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    display_title: run.name,
    run_number: 1,
    run_attempt: run.attempt,
    event: run.event,
    status: run.conclusion === undefined ? "in_progress" : "completed",
    conclusion: run.conclusion ?? null,
    workflow_id: 1,
    check_suite_id: run.id,
    check_suite_node_id: `CS_${run.id}`,
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.createdAt,
    run_started_at: run.createdAt,
    actor: userJson(world, links, run.actor),
    triggering_actor: userJson(world, links, run.triggeringActor),
    referenced_workflows: [],
    head_commit: commit === undefined ? null : headCommit(commit),
    repository: minimal,
    head_repository: minimal,
  };
};

const actions = { permissions: [{ actions: "read" }] } as const;

export const runRoutes: readonly Route[] = [
  repositoryRoute("GET /actions/runs/{run_id}", actions, getRun),
  repositoryRoute("GET /actions/workflows/{workflow_id}/runs", actions, listRuns),
];
