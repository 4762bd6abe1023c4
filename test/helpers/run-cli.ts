import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type GitRepository, makeRepository, type WorkFiles } from "./git-repository.ts";
import { livingIn } from "./living-processes.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import { loadRecorded, type RecordedJob } from "./recorded-job.ts";

const program = join(import.meta.dirname, "..", "..", "dist", "index.js");

/** A person's checkout, their home and a model. */
export type CliWorld = AsyncDisposable & {
  readonly workspace: GitRepository;
  readonly home: string;
  readonly model: ModelServer;
  /** Ids of the jobs in the workspace. */
  jobs(): readonly string[];
  /** A job, or the only one. @throws when there is none such or it is not whole */
  recorded(jobId?: string): RecordedJob;
  /** Processes that live in the workspace or come from it. */
  living(): readonly string[];
};

export type CliRun = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
};

export const providerKey = "sk-ant-api03-Qm7vT2xWd9LkZr4pYb8HcN5sJ6fG";

export const startCliWorld = async (options: {
  readonly files: WorkFiles;
  readonly answers?: Parameters<typeof startModelServer>[0];
}): Promise<CliWorld> => {
  const model = await startModelServer(options.answers ?? []);
  const workspace = makeRepository({ files: options.files });
  const home = mkdtempSync(join(tmpdir(), "expert-stack-home-"));
  const folder = join(workspace.directory, ".expert-stack", "jobs");
  const jobs = () => readdirSync(folder);
  return {
    workspace,
    home,
    model,
    jobs,
    recorded: (jobId = jobs().join(" and ")) => loadRecorded(join(folder, jobId)),
    living: () => livingIn(workspace.directory, home),
    [Symbol.asyncDispose]: async () => {
      workspace[Symbol.dispose]();
      rmSync(home, { recursive: true, force: true });
      await model[Symbol.asyncDispose]();
    },
  };
};

type CliOptions = {
  /** Over what is there anyway; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Called with the process once it runs, for tests that send signals or stop reading. */
  readonly onStart?: (child: ChildProcess) => void;
};

/** What the program finds in its environment: little, the provider's key and address among it. */
const cliEnvironment = (world: CliWorld, env: CliOptions["env"]): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? "",
  HOME: world.home,
  LANG: "C.UTF-8",
  ANTHROPIC_API_KEY: providerKey,
  ANTHROPIC_BASE_URL: world.model.url,
  ...env,
});

/** Runs `expert-stack` as a person would whose output goes into pipes. */
export const runCli = async (
  world: CliWorld,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliRun> => await runProgram(world, [process.execPath, program, ...args], options);

/** Runs it on a terminal of this many columns, by util-linux's `script`; everything the terminal got is `stdout`. */
export const runOnTerminal = async (
  world: CliWorld,
  args: readonly string[],
  options: CliOptions & { readonly columns: number },
): Promise<CliRun> => {
  const command = [process.execPath, program, ...args].map(quoted).join(" ");
  const line = `stty cols ${options.columns} rows 40; exec ${command}`;
  return await runProgram(world, ["script", "-qec", line, "/dev/null"], {
    ...options,
    env: { TERM: "xterm-256color", SHELL: "/bin/sh", ...options.env },
  });
};

/** Runs a line of bash in which `$expert_stack` is the program. */
export const runInShell = async (world: CliWorld, line: string): Promise<CliRun> =>
  await runProgram(world, ["bash", "-c", `expert_stack="${process.execPath} ${program}"; ${line}`], {});

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

const runProgram = async (
  world: CliWorld,
  [command = "", ...args]: readonly string[],
  options: CliOptions,
): Promise<CliRun> => {
  const startedAt = Date.now();
  const child = spawn(command, args, {
    cwd: world.workspace.directory,
    env: cliEnvironment(world, options.env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.end(options.stdin ?? "");
  options.onStart?.(child);
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once("close", (code, by) => resolve([code, by])),
  );
  return { exitCode, signal, ...output, elapsedMs: Date.now() - startedAt };
};

const Line = z.looseObject({ type: z.string() });

/** Standard output as lines of JSON. @throws when one of them is something else */
export const eventLines = ({ stdout }: CliRun): readonly z.infer<typeof Line>[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Line.parse(JSON.parse(line)));
