import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const tool = join(import.meta.dirname, "..", "dist", "index.js");

/** A program of this folder that does the same as the tool, with nothing but Node. */
export const bare = (name: string): string => join(import.meta.dirname, `${name}.ts`);

export type Ended = {
  readonly exitCode: number | null;
  readonly standardError: string;
  /** Of the process itself, without its children. */
  readonly peakRssMb: number;
};

/** Runs a program under this Node to its end, against a provider at this address. */
export const run = async (
  args: readonly string[],
  at: { readonly cwd: string; readonly url: string; readonly cache?: string | undefined },
): Promise<Ended> => {
  const child = spawn(process.execPath, args, {
    cwd: at.cwd,
    env: { ...environment(at.url), ...(at.cache === undefined ? {} : { XDG_CACHE_HOME: at.cache }) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  let peakKb = 0;
  const sampler = setInterval(() => {
    peakKb = Math.max(peakKb, peakOf(child));
  }, 5);
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(sampler);
  return { exitCode, standardError: Buffer.concat(errors).toString("utf8"), peakRssMb: peakKb / 1024 };
};

/** As `run`, for what has to go well. */
export const runWell: typeof run = async (args, at) => {
  const ended = await run(args, at);
  if (ended.exitCode !== 0)
    throw new Error(`${args.join(" ")} ended with ${ended.exitCode}\n${ended.standardError}`);
  return ended;
};

const environment = (url: string): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "",
  ANTHROPIC_API_KEY: "key-of-the-benchmark",
  ANTHROPIC_BASE_URL: url,
});

/** The kernel's own high-water mark, so that sampling misses nothing but the last few milliseconds. */
const peakOf = ({ pid = 0 }: ChildProcess): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
};
