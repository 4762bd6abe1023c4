import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SandboxTier } from "../../../src/job/sandbox-tier.ts";
import { userIds } from "../../helpers/machine-users.ts";
import { bwrap, missingForSituations } from "../../helpers/situation.ts";

const program = join(import.meta.dirname, "../../fixtures/sandbox/leave.ts");

const missing = missingForSituations;
if (missing.length > 0) process.stderr.write(`skipped: a runner that is killed: ${missing.join("; ")}\n`);

type User = "root" | "es-plain" | "es-sudo";

const folderFor = (as: User): string => {
  const folder = mkdtempSync(join(tmpdir(), "killed-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const { uid, gid } = userIds(as) ?? { uid: 0, gid: 0 };
  chownSync(folder, uid, gid);
  return folder;
};

/** A runner in a folder of its own, which has said what is waited for. */
const runner = async (
  { as, tier, folder }: { readonly as: User; readonly tier: SandboxTier; readonly folder: string },
  said: "entered" | "started",
) => {
  const { uid, gid } = userIds(as) ?? { uid: 0, gid: 0 };
  const mask = tier === "namespaces" ? `mount --bind /dev/null ${bwrap}; ` : "";
  const child = spawn(
    "unshare",
    [
      ...["--mount", "/bin/sh", "-c", `${mask}exec "$@"`, "sh"],
      ...["setpriv", "--reuid", String(uid), "--regid", String(gid), "--clear-groups", "--"],
      ...[process.execPath, program, folder, tier],
    ],
    { env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit");
  // Also where the test fails before it kills it: nothing of a test may outlive it.
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes(said)) resolve();
    });
    child.once("exit", () => resolve());
  });
  expect(text).toContain(said);
  const beats = (): number => statSync(join(folder, "work/heartbeat"), { throwIfNoEntry: false })?.size ?? 0;
  return {
    beats,
    folders: () => readdirSync(join(folder, "temporary")),
    files: () => readdirSync(join(folder, "temporary"), { recursive: true }).join(" "),
    /** Who names the folder on its command line, in its environment, or by an open file, also a removed one. */
    processes: () =>
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => [commandLine(pid), environment(pid), openFiles(pid)].join(" "))
        .filter((text) => text.includes(folder))
        .map((text) => text.replaceAll("\0", " ").slice(0, 200)),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
};

const orEnded = (read: () => string): string => {
  try {
    return read();
  } catch {
    // It has ended.
    return "";
  }
};
const commandLine = (pid: string) => orEnded(() => readFileSync(`/proc/${pid}/cmdline`, "latin1"));
const environment = (pid: string) => orEnded(() => readFileSync(`/proc/${pid}/environ`, "latin1"));
const openFiles = (pid: string) =>
  orEnded(() =>
    readdirSync(`/proc/${pid}/fd`)
      .map((fd) => orEnded(() => readlinkSync(`/proc/${pid}/fd/${fd}`)))
      .join(" "),
  );

/** Everything has its time: what is left after it stays. */
const settled = async (left: () => readonly string[]): Promise<readonly string[]> => {
  // Who was about to start something when the runner ended shows itself in between.
  let quiet = 0;
  for (let tries = 0; tries < 100 && quiet < 4; tries++) {
    await sleep(50);
    quiet = left().length === 0 ? quiet + 1 : 0;
  }
  return left();
};

describe.skipIf(missing.length > 0).each([
  ["bubblewrap", "root"],
  ["bubblewrap", "es-plain"],
  ["namespaces", "root"],
  ["namespaces", "es-sudo"],
] as const)("in %s, of a runner that is killed as %s", (tier, as) => {
  test("nothing is left: no process, no folder, no secret", async () => {
    const { beats, processes, folders, files, kill } = await runner(
      { as, tier, folder: folderFor(as) },
      "started",
    );
    for (let tries = 0; tries < 100 && beats() === 0; tries++) await sleep(20);
    expect(beats()).toBeGreaterThan(0);
    await kill();
    expect(await settled(processes)).toEqual([]);
    expect(await settled(folders), files()).toEqual([]);
    const last = beats();
    await sleep(200);
    expect(beats()).toBe(last);
  });

  test("while it starts one, no process is left, and no folder soon after the next one has started", async () => {
    const folder = folderFor(as);
    for (const delayMs of [0, 5, 15, 25, 40]) {
      const { beats, processes, kill } = await runner({ as, tier, folder }, "entered");
      await sleep(delayMs);
      await kill();
      expect(await settled(processes), `after ${delayMs} ms`).toEqual([]);
      const last = beats();
      await sleep(100);
      expect(beats(), `after ${delayMs} ms`).toBe(last);
    }
    const { folders, files, kill } = await runner({ as, tier, folder }, "started");
    await expect.poll(folders, { timeout: 5_000 }).toHaveLength(1);
    await kill();
    expect(await settled(folders), files()).toEqual([]);
  });
});
