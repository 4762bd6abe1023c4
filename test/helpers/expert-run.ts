import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type ActionWorld, type ActionWorldOptions, startActionWorld } from "./action-world.ts";
import { openIssue, openPullRequest } from "./fake-github/populate-threads.ts";
import type { Issue } from "./fake-github/world.ts";
import type { WorkFiles } from "./git-repository.ts";
import { livingIn } from "./living-processes.ts";
import { loadRecorded, type RecordedJob } from "./recorded-job.ts";
import { type ActionOptions, type ActionRun, runAction, runPost } from "./run-action.ts";
import { dispatchEvent, issueEvent, pullRequestEvent, type Webhook } from "./webhook.ts";

const root = join(import.meta.dirname, "..", "..");

/** A manifest with one Expert, `reviewer`; `top` goes above its tables, `skills` below. */
export const manifestOf = ({ top = "", skills = "" } = {}): string => `
model = "claude-sonnet-4-5"
${top}
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review pull requests."
${skills}
`;

/** The action on one event, run as often as a test likes, with what it left behind. */
export type ExpertRun = ActionRun & {
  /** Bodies of the thread's comments; none without a thread. */
  readonly comments: readonly string[];
  readonly elapsedMs: number;
  /** Processes that outlived the step. */
  readonly orphans: readonly string[];
  /** The job, read back from its folder. @throws when there is none or it is not whole */
  readonly recorded: () => RecordedJob;
};

/** How a step is run. `onStart` is given its process, for tests that send signals. */
export type StepOptions = Partial<Pick<ActionOptions, "inputs" | "env" | "onStart">>;

export type ExpertScene = AsyncDisposable & {
  readonly world: ActionWorld;
  /** The pull request or the issue that sets the step off. */
  readonly thread: Issue | undefined;
  run(options?: StepOptions): Promise<ExpertRun>;
  /** The post step of a run, with what that run's main left. */
  post(main: Pick<ActionRun, "state">, options?: StepOptions): Promise<ActionRun>;
};

export type SceneOptions = Pick<ActionWorldOptions, "answers" | "permissions" | "visibility"> & {
  /** `pull request` is alice's, and the checkout is its head; `dispatch` has no thread, and the checkout is trusted. */
  readonly on: "pull request" | "issue" | "dispatch";
  readonly manifest?: string;
  readonly files?: WorkFiles;
  /** Of every run of the scene. */
  readonly inputs?: Readonly<Record<string, string>>;
};

export const startScene = async (options: SceneOptions): Promise<ExpertScene> => {
  const { files = {}, manifest = manifestOf(), on, inputs: common = {}, ...given } = options;
  const world = await startActionWorld({
    ...given,
    files: { "perstack.toml": manifest, "a.txt": "one\n", ...files },
  });
  const thread = openThread(world, on);
  // What a fixture server imports, as if the repository had installed it.
  symlinkSync(join(root, "node_modules"), join(world.checkout.directory, "node_modules"));
  const webhook = await webhookOf(world, on, thread);
  const step = ({ inputs, ...options }: StepOptions): ActionOptions => ({
    webhook,
    inputs: { expert: "reviewer", ...common, ...inputs },
    ...options,
  });
  return {
    world,
    thread,
    run: async (options = {}) => {
      const startedAt = Date.now();
      const ran = await runAction(world, step(options));
      return { ...ran, elapsedMs: Date.now() - startedAt, ...leftBehind(world, ran, thread) };
    },
    post: async (main, options = {}) => await runPost(world, step(options), main),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
};

const openThread = (world: ActionWorld, on: SceneOptions["on"]): Issue | undefined => {
  if (on === "dispatch") return undefined;
  if (on === "pull request") return openOwnPullRequest(world);
  return openIssue(world.github.world, world.repository, { author: "alice" });
};

const webhookOf = async (
  world: ActionWorld,
  on: SceneOptions["on"],
  thread: Issue | undefined,
): Promise<Webhook> => {
  if (thread === undefined) return await dispatchEvent(world, { by: "alice" });
  const of = { number: thread.number, by: "alice" };
  return on === "issue" ? await issueEvent(world, of) : await pullRequestEvent(world, of);
};

const openOwnPullRequest = (world: ActionWorld): Issue => {
  world.checkout.checkout("feature");
  world.checkout.commit({ "a.txt": "two\n" });
  world.checkout.mirrorTo(world.github.world, world.repository);
  return openPullRequest(world.github.world, world.repository, { author: "alice", head: "feature" });
};

const leftBehind = (world: ActionWorld, { outputs }: ActionRun, thread: Issue | undefined) => ({
  comments: (thread?.comments ?? []).map((comment) => comment.body),
  orphans: livingIn(world.checkout.directory, world.temporary),
  recorded: () => loadRecorded(join(world.temporary, "expert-stack", "jobs", outputs["job-id"] || "none")),
});
