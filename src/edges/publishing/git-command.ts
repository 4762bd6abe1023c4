import { spawn } from "node:child_process";
import { once } from "node:events";

/** The git of a checkout, and how it is started. */
export type GitCheckout = {
  readonly directory: string;
  /** Absolute path of git: looked up by name, it could be a program of the checkout. */
  readonly git: string;
  /** What git may see of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

export type GitResult = { readonly code: number | null; readonly out: Buffer; readonly told: string };

/** What of git's own behaviour would make a result depend on the checkout: replaced objects, patterns in place of paths. */
const steady = {
  GIT_LITERAL_PATHSPECS: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_TERMINAL_PROMPT: "0",
} as const;

/** Runs git and lets the caller judge how it ended. */
export const tryGit = async (
  { directory, git, environment, signal }: GitCheckout,
  args: readonly string[],
  options: {
    readonly input?: string | Uint8Array;
    readonly variables?: Readonly<Record<string, string>>;
  } = {},
): Promise<GitResult> => {
  const child = spawn(git, ["-c", "core.hooksPath=/dev/null", "-C", directory, ...args], {
    env: { ...environment, ...steady, ...options.variables },
    stdio: ["pipe", "pipe", "pipe"],
    signal,
  });
  const out: Buffer[] = [];
  const told: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => told.push(chunk));
  // A program that ends early leaves its input unread; its exit code tells.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const [code] = await once(child, "close");
  return { code, out: Buffer.concat(out), told: Buffer.concat(told).toString("utf8").trim().slice(0, 1000) };
};

/** Runs git for what it prints. @throws Error when it fails, which is a defect here or a broken checkout */
export const git = async (
  checkout: GitCheckout,
  args: readonly string[],
  options?: Parameters<typeof tryGit>[2],
): Promise<Buffer> => {
  const { code, out, told } = await tryGit(checkout, args, options);
  if (code === 0) return out;
  throw new Error(`git ${args[0]} failed: ${told}`);
};

export const gitLine = async (...call: Parameters<typeof git>): Promise<string> =>
  (await git(...call)).toString("utf8").trim();
