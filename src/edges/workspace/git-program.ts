import { spawn } from "node:child_process";
import { once } from "node:events";
import { ExpertStackError } from "../../errors.ts";

/** How git is started: nothing of the system's or a person's configuration counts. */
export type GitProgram = {
  /** Absolute path: looked up by name, it could be a program of the checkout. Missing where there is none. */
  readonly git: string | undefined;
  /** `PATH` and `HOME` are enough. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long it may take. */
  readonly timeoutMs?: number;
};

/** Milliseconds that git may take: a fifo that a job left as `.gitignore` would keep it for ever. */
const longestMs = 120_000;

const neutral = {
  GIT_ATTR_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
} as const;

/** @returns standard output @throws ExpertStackError OUTPUT_REFUSED when git fails or is not there */
export const runGit = async (
  { git, environment, timeoutMs = longestMs }: GitProgram,
  args: readonly string[],
  {
    input,
    variables,
    cwd,
  }: {
    readonly input?: Uint8Array;
    readonly variables?: GitProgram["environment"];
    /** Git looks for attributes where it is started. */
    readonly cwd?: string;
  } = {},
): Promise<Buffer> => {
  if (git === undefined) throw gitFailed("there is no git on the PATH");
  const env = { ...environment, ...neutral, ...variables };
  const child = spawn(git, [...args], {
    ...{ env, stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs, killSignal: "SIGKILL" },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const out: Buffer[] = [];
  const told: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => told.push(chunk));
  // A program that ends early leaves its input unread; its exit code tells.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const [code] = await once(child, "close").catch((error: unknown) => {
    throw gitFailed(String(error));
  });
  if (code === 0) return Buffer.concat(out);
  if (child.killed) throw gitFailed(`git took more than ${timeoutMs / 1000} seconds`);
  throw gitFailed(Buffer.concat(told).toString("utf8").trim().slice(0, 500));
};

export const gitFailed = (reason: string): ExpertStackError =>
  new ExpertStackError({
    code: "OUTPUT_REFUSED",
    message: `What has changed in the workspace cannot be told: ${reason}.`,
    remedy: "Check the repository out with `actions/checkout` before this step.",
  });
