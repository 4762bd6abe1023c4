import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox } from "../src/edges/sandbox/open-sandbox.ts";
import { spawnTree } from "../src/edges/skills/process-tree.ts";
import { isolates } from "../src/job/sandbox-tier.ts";
import { type Confinement, type Launch, type Sandbox, unconfined } from "../src/run/sandbox-ports.ts";
import { median, ms, type Row } from "./measurement.ts";

const rounds = 21;

/** What a process costs more that starts in a sandbox: the same program in turn with and without, pair by pair. */
export const measureSandbox = async (): Promise<readonly Row[]> => {
  const workspace = mkdtempSync(join(tmpdir(), "bench-sandbox-"));
  try {
    const rows: Row[] = [];
    for (const [tier, target] of [
      ["bubblewrap", "≤ 40 ms"],
      ["namespaces", "≤ 90 ms"],
    ] as const) {
      const { sandbox, tried } = await openSandbox({
        ...{ mode: "auto", network: "enforced", checkout: workspace, workspace, hidden: [] },
        ...{ home: "/nonexistent", searchPath: "/usr/bin:/bin", temporary: tmpdir(), tiers: [tier] },
      });
      await using _held = sandbox;
      const probe = tried.find((one) => one.tier === tier);
      if (!isolates(sandbox.tier)) {
        rows.push([`a process in the sandbox \`${tier}\``, `not on this machine: ${probe?.reason}`, target]);
        continue;
      }
      const more = await extra(sandbox, workspace);
      rows.push(
        [
          `a process in the sandbox \`${tier}\`, more than without one (median of ${rounds} pairs)`,
          ms(more),
          target,
        ],
        [`trying the sandbox \`${tier}\``, ms(probe?.durationMs ?? 0), "≤ 150 ms in all"],
      );
    }
    return [...rows, ["the bridge to the proxy, for a process that may reach hosts", ms(bridgeCost()), ""]];
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
};

/** Milliseconds by which a program starts and ends later behind the bundled bridge. */
const bridgeCost = (): number => {
  const bridge = [join(import.meta.dirname, "../dist/bridge.js"), "/nowhere.sock", "3128", "--"];
  const pairs = Array.from({ length: rounds }, () => {
    const plain = timedSync("/bin/true", []);
    return timedSync(process.execPath, [...bridge, "/bin/true"]) - plain;
  });
  return median(pairs);
};

const timedSync = (command: string, args: readonly string[]): number => {
  const started = performance.now();
  const { status } = spawnSync(command, args);
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return performance.now() - started;
};

const extra = async (sandbox: Sandbox, workspace: string): Promise<number> => {
  const launch = { command: "true", args: [], cwd: workspace, env: { PATH: "/usr/bin:/bin" } };
  const confinement: Confinement = {
    workspace: { path: workspace, access: "write" },
    checkout: "visible",
    ...{ readable: [], writable: [], hosts: [], addresses: "public" },
    onAccess: () => undefined,
    warn: () => undefined,
  };
  const pairs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const plain = await timed(unconfined, launch, confinement);
    pairs.push((await timed(sandbox, launch, confinement)) - plain);
  }
  return median(pairs);
};

/** Milliseconds from asking for a process until it has ended. */
const timed = async (sandbox: Sandbox, launch: Launch, confinement: Confinement): Promise<number> => {
  const started = performance.now();
  await using entered = await sandbox.enter(launch, confinement);
  const tree = await spawnTree({ ...entered.launch, stdin: "none" });
  const { code } = await tree.exited;
  if (code !== 0) throw new Error(`it ended with ${code}`);
  return performance.now() - started;
};
