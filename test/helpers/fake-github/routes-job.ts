import { repositoryApi, repositoryHtml } from "./links.ts";
import { logAddress } from "./log-store.ts";
import { pageOf } from "./paginate.ts";
import { notFound, ok, type Reply } from "./reply.ts";
import { type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import type { WorkflowJob, WorkflowRun } from "./world.ts";

const jobJson = ({ links, repository }: RepositoryCall, run: WorkflowRun, job: WorkflowJob) => {
  const api = repositoryApi(links, repository);
  const isDone = job.conclusion !== undefined;
  return {
    id: job.id,
    node_id: `CR_${job.id}`,
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: run.attempt,
    head_sha: run.headSha,
    head_branch: run.headBranch,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${repositoryHtml(links, repository)}/actions/runs/${run.id}/job/${job.id}`,
    check_run_url: `${api}/check-runs/${job.id}`,
    status: isDone ? "completed" : "in_progress",
    conclusion: job.conclusion ?? null,
    created_at: run.createdAt,
    started_at: run.createdAt,
    completed_at: isDone ? run.createdAt : null,
    name: job.name,
    workflow_name: run.name,
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "GitHub Actions 1",
    runner_group_id: 0,
    runner_group_name: "GitHub Actions",
    steps: Object.entries(job.steps).map(([name, conclusion], index) => ({
      ...{ name, conclusion, number: index + 1, status: "completed" },
      started_at: run.createdAt,
      completed_at: run.createdAt,
    })),
  };
};

const listJobs = (call: RepositoryCall): Reply => {
  const run = call.repository.runs.get(Number(call.params.run_id));
  if (run === undefined) throw notFound();
  const { items, headers } = pageOf(call, run.jobs);
  const jobs = items.map((job) => jobJson(call, run, job));
  return { ...ok({ total_count: run.jobs.length, jobs }), headers };
};

/** Where the log lies, at another host. GitHub keeps logs for a while only. */
const getLog = ({ repository, params, links }: RepositoryCall): Reply => {
  const jobs = [...repository.runs.values()].flatMap((run) => run.jobs);
  const job = jobs.find(({ id }) => id === Number(params.job_id));
  if (job?.log === undefined) throw notFound();
  return { status: 302, headers: { location: logAddress(links.logs, job.id) } };
};

const actions = { permissions: [{ actions: "read" }] } as const;

export const jobRoutes: readonly Route[] = [
  repositoryRoute("GET /actions/runs/{run_id}/jobs", actions, listJobs),
  repositoryRoute("GET /actions/jobs/{job_id}/logs", actions, getLog),
];
