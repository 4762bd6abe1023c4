import type { ActionWorld } from "./action-world.ts";
import { addToken, addUser } from "./fake-github/populate-people.ts";

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
  of: { readonly number: number; readonly by: string; readonly action?: string },
): Promise<Webhook> => ({
  event: "pull_request",
  payload: {
    action: of.action ?? "opened",
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
