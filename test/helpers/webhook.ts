import type { ActionWorld } from "./action-world.ts";
import { addToken, addUser } from "./fake-github/populate-people.ts";
import type { WorkflowRun } from "./fake-github/world.ts";

/** An event as the runner hands it to a step. */
export type Webhook = { readonly event: string; readonly payload: Record<string, unknown> };

/** Asks the fake GitHub with all rights, so that payloads have the very shapes of its API. */
const show = async ({ github, repository }: ActionWorld, path: string): Promise<Record<string, unknown>> => {
  const { value } = addToken(github.world, {
    login: "github-actions[bot]",
    permissions: { contents: "write", issues: "write", pull_requests: "write", actions: "write" },
  });
  const response = await fetch(`${github.url}/repos/${repository.fullName}${path}`, {
    headers: { authorization: `Bearer ${value}`, "user-agent": "test" },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return JSON.parse(await response.text());
};

const sender = ({ github }: ActionWorld, login: string) => {
  const { id, type, nodeId } = addUser(github.world, login);
  return { login, id, node_id: nodeId, type };
};

export const pullRequestEvent = async (
  world: ActionWorld,
  of: {
    readonly number: number;
    readonly by: string;
    readonly action?: string;
    readonly label?: string;
    readonly event?: "pull_request" | "pull_request_target";
  },
): Promise<Webhook> => ({
  event: of.event ?? "pull_request",
  payload: {
    action: of.action ?? (of.label === undefined ? "opened" : "labeled"),
    ...(of.label === undefined ? {} : { label: { name: of.label } }),
    number: of.number,
    pull_request: await show(world, `/pulls/${of.number}`),
    repository: await show(world, ""),
    sender: sender(world, of.by),
  },
});

export const issueEvent = async (
  world: ActionWorld,
  of: { readonly number: number; readonly by: string },
): Promise<Webhook> => ({
  event: "issues",
  payload: {
    action: "opened",
    issue: await show(world, `/issues/${of.number}`),
    repository: await show(world, ""),
    sender: sender(world, of.by),
  },
});

export const commentEvent = async (
  world: ActionWorld,
  of: { readonly number: number; readonly comment: number; readonly by: string },
): Promise<Webhook> => ({
  event: "issue_comment",
  payload: {
    action: "created",
    issue: await show(world, `/issues/${of.number}`),
    comment: await show(world, `/issues/comments/${of.comment}`),
    repository: await show(world, ""),
    sender: sender(world, of.by),
  },
});

export const dispatchEvent = async (
  world: ActionWorld,
  of: { readonly by: string; readonly inputs?: Record<string, string> },
): Promise<Webhook> => ({
  event: "workflow_dispatch",
  payload: {
    inputs: of.inputs ?? null,
    ref: `refs/heads/${world.repository.defaultBranch}`,
    repository: await show(world, ""),
    sender: sender(world, of.by),
    workflow: ".github/workflows/expert.yml",
  },
});

export const pushEvent = async (
  world: ActionWorld,
  of: { readonly by: string; readonly branch?: string; readonly before?: string },
): Promise<Webhook> => {
  const { repository, checkout } = world;
  const before = of.before ?? "0".repeat(40);
  const after = checkout.head();
  return {
    event: "push",
    payload: {
      ref: `refs/heads/${of.branch ?? repository.defaultBranch}`,
      before,
      after,
      deleted: false,
      compare: `${world.github.serverUrl}/${repository.fullName}/compare/${before}...${after}`,
      repository: await show(world, ""),
      sender: sender(world, of.by),
    },
  };
};

/** A timer has no sender. */
export const scheduleEvent = async (world: ActionWorld, schedule: string): Promise<Webhook> => ({
  event: "schedule",
  payload: { schedule, repository: await show(world, ""), workflow: ".github/workflows/expert.yml" },
});

/** What a person wrote in a review, or beside a line of it. */
export const reviewEvent = async (
  world: ActionWorld,
  of: { readonly number: number; readonly by: string; readonly body: string; readonly beside?: string },
): Promise<Webhook> => {
  const pull_request = await show(world, `/pulls/${of.number}`);
  const user = sender(world, of.by);
  const time = new Date(world.github.world.clock()).toISOString();
  const id = world.github.world.nextId();
  const written = { id, user, body: of.body, html_url: `${String(pull_request.html_url)}#r${id}` };
  const common = { pull_request, repository: await show(world, ""), sender: user };
  if (of.beside === undefined) {
    const review = { ...written, submitted_at: time, state: "commented" };
    return { event: "pull_request_review", payload: { ...common, action: "submitted", review } };
  }
  const place = { path: of.beside, diff_hunk: "@@ -1 +1 @@\n-one\n+two" };
  const comment = { ...written, ...place, created_at: time, updated_at: time };
  return { event: "pull_request_review_comment", payload: { ...common, action: "created", comment } };
};

/** The end of another workflow's run. */
export const workflowRunEvent = async (
  world: ActionWorld,
  run: WorkflowRun,
  headRepository: string,
): Promise<Webhook> => ({
  event: "workflow_run",
  payload: {
    action: "completed",
    workflow_run: {
      ...(await show(world, `/actions/runs/${run.id}`)),
      head_repository: { full_name: headRepository },
    },
    repository: await show(world, ""),
    sender: sender(world, run.actor),
  },
});
