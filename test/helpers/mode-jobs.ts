import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DefaultArtifactClient } from "@actions/artifact";
import { vi } from "vitest";
import type { ActionWorld } from "./action-world.ts";
import { addToken } from "./fake-github/populate-people.ts";
import type { Permissions } from "./fake-github/world.ts";
import type { ActionOptions } from "./run-action.ts";
import { runStep, type StepRun } from "./step-run.ts";

/** Jobs of one workflow run, each with a token, a runtime token and a runner of its own. */
const reads: Permissions = {
  contents: "read",
  issues: "read",
  pull_requests: "read",
  actions: "read",
};

const writes: Permissions = { contents: "read", issues: "write", pull_requests: "write" };

const runId = "ce7f54c7-61c7-4aae-887f-30da475f5f1a";

type JobOptions = ActionOptions & { readonly permissions?: Permissions };

/** The job that reads what strangers wrote: it has the provider's key and no permission to write. */
export const runPlanJob = (world: ActionWorld, options: JobOptions): Promise<StepRun> =>
  runStep(world, asJob(world, options, { job: "plan", mode: "plan", permissions: reads }));

/** The job that publishes: it may write, and has neither a provider's key nor a checkout. */
export const runPublishJob = (
  world: ActionWorld,
  { env, ...options }: JobOptions,
  { plan = "", "plan-digest": digest = "" }: Readonly<Record<string, string>>,
): Promise<StepRun> => {
  const GITHUB_WORKSPACE = join(world.temporary, "empty");
  mkdirSync(GITHUB_WORKSPACE, { recursive: true });
  const keyless = { ANTHROPIC_API_KEY: "", ANTHROPIC_BASE_URL: "", GITHUB_WORKSPACE, ...env };
  const inputs = { ...options.inputs, plan, "plan-digest": digest };
  const publishing = { ...options, env: keyless, inputs };
  return runStep(world, asJob(world, publishing, { job: "publish", mode: "publish", permissions: writes }));
};

/** The job that shows that there will be one. */
export const runAckJob = (world: ActionWorld, { env, ...options }: JobOptions): Promise<StepRun> => {
  const acking = { ...options, env: { ANTHROPIC_API_KEY: "", ...env } };
  const permissions = { issues: "write", pull_requests: "write" } as const;
  return runStep(world, asJob(world, acking, { job: "ack", mode: "ack", permissions }));
};

const asJob = (
  world: ActionWorld,
  { permissions, ...options }: JobOptions,
  of: { readonly job: string; readonly mode: string; readonly permissions: Permissions },
): ActionOptions => {
  const token = addToken(world.github.world, { permissions: permissions ?? of.permissions });
  return {
    ...options,
    inputs: { mode: of.mode, "github-token": token.value, ...options.inputs },
    env: {
      GITHUB_JOB: of.job,
      ACTIONS_RUNTIME_TOKEN: world.results.issueToken({ runId, jobId: of.job }),
      ...options.env,
    },
  };
};

/** Requests by which something on GitHub was changed, or was tried to be. */
export const writesIn = (run: StepRun): readonly string[] =>
  run.api.filter((line) => !/^(GET |POST \/graphql)/.test(line));

/** The plan as it was uploaded. */
export const planIn = (world: ActionWorld, { outputs }: StepRun): Record<string, unknown> => {
  const artifact = world.results.artifacts.find(({ id }) => String(id) === outputs.plan);
  return JSON.parse(artifact?.bytes.toString("utf8") ?? "null");
};

/** What the second job is given of the first. */
export type Handed = { readonly plan: string; readonly "plan-digest": string };

/**
 * Uploads other bytes as a plan from within the same workflow run, as any job of it may.
 *
 * @param runId of which run; default: this one
 * @returns its number and its true digest
 */
export const uploadPlan = async ({ results }: ActionWorld, bytes: string, of = runId): Promise<Handed> => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-forged-"));
  const file = join(folder, `forged-${results.artifacts.length}.json`);
  writeFileSync(file, bytes);
  vi.stubEnv("ACTIONS_RESULTS_URL", results.url);
  vi.stubEnv("ACTIONS_RUNTIME_TOKEN", results.issueToken({ runId: of, jobId: "other" }));
  const silenced = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const client = new DefaultArtifactClient();
  const { id } = await client.uploadArtifact("forged", [file], folder, { skipArchive: true });
  silenced.mockRestore();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  return { plan: String(id), "plan-digest": `sha256:${createHash("sha256").update(bytes).digest("hex")}` };
};
