import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { listen } from "./egress/egress-fixture.ts";

const bridge = join(import.meta.dirname, "../../../src/edges/sandbox/bridge.ts");

export const freePort = async (): Promise<number> => {
  await using server = await listen(createServer());
  return server.port;
};

export type BridgeRun = {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  /** The end: `code` or `signal`, and all of its output. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
};

/** Runs the bridge as its sandbox does. */
export const startBridge = (
  args: readonly string[],
  { env = {}, stdin = "" }: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: string } = {},
): BridgeRun => {
  const child = spawn(process.execPath, [bridge, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(stdin);
  return {
    child,
    stdout: () => stdout,
    ended: new Promise((resolve) =>
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
    ),
  };
};
