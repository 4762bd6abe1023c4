import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metadataFields } from "../../scripts/action-metadata.ts";
import type { ActionWorld } from "./action-world.ts";
import type { Webhook } from "./webhook.ts";

const root = join(import.meta.dirname, "..", "..");

export type ActionRun = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the step printed, workflow commands included. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** The job summary's Markdown. */
  readonly summary: string;
};

export type ActionOptions = {
  readonly webhook: Webhook;
  readonly inputs: Readonly<Record<string, string>>;
  /** The step's `env:`, over the provider's key and address. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of the action's code; default: this repository. */
  readonly action?: string;
  /** Called with the process once it runs, for tests that send signals. */
  readonly onStart?: (child: ChildProcess) => void;
};

/** Runs the built action as a runner does: by environment and files, under the Node that runs the tests. */
export const runAction = async (world: ActionWorld, options: ActionOptions): Promise<ActionRun> =>
  await runPhase(world, options, { entry: "dist/index.js", state: {} });

/** Runs the action's post step with the state that its main left. */
export const runPost = async (
  world: ActionWorld,
  options: ActionOptions,
  main: Pick<ActionRun, "state">,
): Promise<ActionRun> => {
  const state = Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]);
  return await runPhase(world, options, { entry: "dist/post.js", state: Object.fromEntries(state) });
};

let runs = 0;

const runPhase = async (
  world: ActionWorld,
  options: ActionOptions,
  { entry, state }: { readonly entry: string; readonly state: Readonly<Record<string, string>> },
): Promise<ActionRun> => {
  const run = ++runs;
  const file = (name: string): string => {
    const path = join(world.temporary, `${name}-${run}`);
    writeFileSync(path, name === "event" ? JSON.stringify(options.webhook.payload) : "");
    return path;
  };
  const files = {
    event: file("event"),
    output: file("output"),
    state: file("state"),
    summary: file("summary"),
  };
  const child = spawn(process.execPath, [join(options.action ?? root, entry)], {
    cwd: world.checkout.directory,
    env: { ...runnerEnvironment(world, options, files), ...inputVariables(world, options.inputs), ...state },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  options.onStart?.(child);
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once("close", (code, by) => resolve([code, by])),
  );
  return {
    exitCode,
    signal,
    log: Buffer.concat(chunks).toString("utf8"),
    outputs: readPairs(files.output),
    state: readPairs(files.state),
    summary: readFileSync(files.summary, "utf8"),
  };
};

type Files = {
  readonly event: string;
  readonly output: string;
  readonly state: string;
  readonly summary: string;
};

const runnerEnvironment = (
  world: ActionWorld,
  { webhook, env }: ActionOptions,
  files: Files,
): Record<string, string> => {
  const { github, repository, results, model, checkout, temporary } = world;
  const login = String((webhook.payload.sender as { login?: string } | undefined)?.login ?? "alice");
  return {
    PATH: process.env.PATH ?? "",
    HOME: temporary,
    LANG: "C.UTF-8",
    ...passed("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"),
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTOR: login,
    GITHUB_TRIGGERING_ACTOR: login,
    GITHUB_API_URL: github.url,
    GITHUB_GRAPHQL_URL: github.graphqlUrl,
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_REPOSITORY: repository.fullName,
    GITHUB_EVENT_NAME: webhook.event,
    GITHUB_EVENT_PATH: files.event,
    GITHUB_SHA: checkout.head(),
    GITHUB_WORKFLOW: "review",
    GITHUB_WORKFLOW_REF: `${repository.fullName}/.github/workflows/review.yml@refs/heads/main`,
    GITHUB_JOB: "expert",
    GITHUB_RUN_ID: "7001",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_WORKSPACE: checkout.directory,
    GITHUB_OUTPUT: files.output,
    GITHUB_STATE: files.state,
    GITHUB_STEP_SUMMARY: files.summary,
    RUNNER_TEMP: temporary,
    RUNNER_TOOL_CACHE: join(temporary, "tool-cache"),
    ACTIONS_RESULTS_URL: results.url,
    ACTIONS_RUNTIME_TOKEN: results.runtimeToken,
    ANTHROPIC_API_KEY: "sk-ant-api03-canary-0123456789abcdef",
    ANTHROPIC_BASE_URL: model.url,
    ...env,
  };
};

const passed = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Every input of action.yml with its default, as the runner sets them. */
const inputVariables = (
  world: ActionWorld,
  inputs: Readonly<Record<string, string>>,
): Record<string, string> => {
  const declared = metadataFields(readFileSync(join(root, "action.yml"), "utf8"), "inputs");
  const unknown = Object.keys(inputs).filter((name) => !declared.some((field) => field.name === name));
  if (unknown.length > 0) throw new Error(`action.yml does not declare ${unknown.join(", ")}`);
  return Object.fromEntries(
    declared.map(({ name, default: value = "" }) => {
      const given = inputs[name] ?? (name === "github-token" ? world.token.value : value);
      return [`INPUT_${name.toUpperCase().replaceAll(" ", "_")}`, given];
    }),
  );
};

/** Reads what `@actions/core` appends: `name<<delimiter`, lines, `delimiter`. */
const readPairs = (file: string): Record<string, string> => {
  const pairs: Record<string, string> = {};
  const lines = readFileSync(file, "utf8").split("\n");
  for (let at = 0; at < lines.length; at++) {
    const [, name, delimiter] = /^(.+?)<<(.+)$/.exec(lines[at] ?? "") ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, at + 1);
    pairs[name] = lines.slice(at + 1, end).join("\n");
    at = end;
  }
  return pairs;
};
