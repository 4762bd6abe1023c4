import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exchange, startProvider } from "./provider.ts";

const entry = join(import.meta.dirname, "..", "dist", "index.js");

const manifest = `model = "claude-sonnet-4-5"
maxSteps = 1000

[provider]
providerName = "anthropic"

[experts.bench]
version = "1.0.0"
instruction = "You read a file again and again."
`;

/** A workspace with the manifest and a file of 2 KB. */
export const makeWorkspace = (): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(tmpdir(), "expert-stack-bench-"));
  writeFileSync(join(path, "perstack.toml"), manifest);
  writeFileSync(join(path, "two-kilobytes.txt"), `${"x".repeat(63)}\n`.repeat(32));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

export const environment = (url: string): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "",
  ANTHROPIC_API_KEY: "key-of-the-benchmark",
  ANTHROPIC_BASE_URL: url,
});

export type JobFigures = {
  /** Milliseconds between an answer and the next request, by step. */
  readonly overheads: readonly number[];
  readonly storedBytes: number;
  /** Bytes of the messages as JSON, each once. */
  readonly messageBytes: number;
  readonly peakRssMb: number;
};

/** One whole job by the command line tool, of so many steps with a 2 KB result each. */
export const measureJob = async (steps: number): Promise<JobFigures> => {
  using workspace = makeWorkspace();
  await using provider = await startProvider(steps);
  const child = spawn(process.execPath, [entry, "run", "bench", "go", "--job-id", "bench", "--json"], {
    cwd: workspace.path,
    env: environment(provider.url),
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakKb = 0;
  const sampler = setInterval(() => {
    peakKb = Math.max(peakKb, peakOf(child.pid ?? 0));
  }, 5);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`the job ended with ${code}`);
  const folder = join(workspace.path, ".expert-stack", "jobs", "bench");
  const journal = readFileSync(join(folder, "events.jsonl"), "utf8");
  return {
    overheads: gaps(provider.exchanges),
    storedBytes: Buffer.byteLength(journal) + readFileSync(join(folder, "job.json")).length,
    messageBytes: messageBytes(journal),
    peakRssMb: peakKb / 1024,
  };
};

/** Milliseconds between an answer and the next request of a bare program with as long a conversation. */
export const measureBareLoop = async (steps: number): Promise<readonly number[]> => {
  await using provider = await startProvider(steps);
  const loop = join(import.meta.dirname, "bare-loop.ts");
  const child = spawn(process.execPath, [loop, provider.url, String(steps)], { stdio: "inherit" });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the bare loop ended with ${code}`);
  return gaps(provider.exchanges);
};

/** The kernel's own high-water mark, so that sampling misses nothing but the last few milliseconds. */
const peakOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
};

const gaps = (exchanges: readonly Exchange[]): readonly number[] =>
  exchanges.slice(1).map((exchange, index) => exchange.arrivedAt - (exchanges[index]?.answeredAt ?? 0));

const messageBytes = (journal: string): number =>
  journal
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).event)
    .reduce((sum, event) => {
      const message =
        event.parts ?? event.contents ?? (event.type === "runStarted" ? event.input : undefined);
      return message === undefined ? sum : sum + Buffer.byteLength(JSON.stringify(message));
    }, 0);
