import { type ChildProcess, spawn } from "node:child_process";

/** A git command: its arguments, and where it runs. */
export type GitCommand = {
  readonly git: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

/** How a command ended, and the end of what it said on standard error. */
export type GitEnd = {
  readonly type: "exit" | "timeout";
  readonly code: number | null;
  readonly said: string;
};

/** Bytes of standard error that are kept: the reason comes last. */
const longestSaid = 16_384;

/**
 * Runs git with this input to its end.
 *
 * @throws the signal's reason when it aborts; whatever git had started has then been killed
 */
export const runGit = async (
  command: GitCommand,
  limits: { readonly input: string; readonly timeLimitMs: number; readonly signal: AbortSignal },
): Promise<GitEnd> => {
  const { signal } = limits;
  signal.throwIfAborted();
  const child = startGit(command);
  let said = Buffer.alloc(0);
  child.stdout.resume();
  child.stderr.on("data", (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]).subarray(-longestSaid);
  });
  child.stdin.end(limits.input);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killGroup(child);
  }, limits.timeLimitMs);
  const onAbort = (): void => killGroup(child);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const { code, failed } = await endOf(child);
    signal.throwIfAborted();
    return { type: isLate ? "timeout" : "exit", code, said: failed?.message ?? said.toString("utf8") };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    // What it started and left behind goes with it.
    killGroup(child);
  }
};

/** Starts git in a process group of its own, without a terminal that something could ask a password on. */
const startGit = ({ git, args, cwd, env }: GitCommand) => {
  const child = spawn(git, ["--no-replace-objects", ...args], {
    cwd,
    env: { ...env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    windowsHide: true,
  });
  // A git that stops reading says why on standard error.
  child.stdin.on("error", () => undefined);
  if (living.size === 0) process.once("exit", killLiving);
  living.add(child);
  child.once("close", () => {
    living.delete(child);
    if (living.size === 0) process.off("exit", killLiving);
  });
  return child;
};

/** Never rejects: a git that cannot be started has failed like any other. */
const endOf = (child: ChildProcess): Promise<{ readonly code: number | null; readonly failed?: Error }> =>
  new Promise((resolve) => {
    child
      .once("close", (code) => resolve({ code }))
      .once("error", (failed) => resolve({ code: null, failed }));
  });

const living = new Set<ChildProcess>();

/** This process ends in the middle of a command: at a second Ctrl-C, or by a defect. */
const killLiving = (): void => {
  for (const child of living) killGroup(child);
};

const killGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is empty: it has ended.
  }
};
