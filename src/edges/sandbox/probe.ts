import { spawn } from "node:child_process";
import { chownSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { forbiddingSwitch } from "./namespace-switches.ts";
import { type PlanOptions, planOf } from "./plan.ts";
import { systemTool } from "./program-file.ts";
import { quoted } from "./shell-word.ts";
import { installBubblewrap, type Lacking, type Tier, type TierSetup } from "./tier.ts";
import { trialRecord } from "./trial-record.ts";
import { scratchFolders, viewOf } from "./view.ts";

/** Milliseconds a tier has for a program that does next to nothing. */
const timeoutMs = 3_000;

/** What a process that is held must find, in the shell's words; each failure has a number of its own. */
const checks = (place: {
  readonly control: string;
  readonly workspace: string;
  readonly isolating: boolean;
}): string => {
  const { control, workspace, isolating } = place;
  const runner = `/proc/${process.pid}`;
  const name = readFileSync(`${runner}/comm`, "utf8").trim();
  // In subshells, since a redirection that fails ends the shell itself; and without a program, each of which takes a
  // millisecond and more.
  const always = `
exec 2>/dev/null
(: <${runner}/environ) && exit 81`;
  // Inside, the same number may be another's.
  const inside = `
(read -r name <${runner}/comm && [ "$name" = ${quoted(name)} ]) && exit 82
[ -e ${quoted(`${control}/lifeline`)} ] && exit 83
(: >/etc/expert-stack-probe) && exit 84
(: >${quoted(`${workspace}/written`)}) || exit 85
(: >${scratchFolders[0]}/written) || exit 86
devices=0
while read -r line; do case $line in *:*) devices=$((devices + 1)) ;; esac; done </proc/net/dev
[ "$devices" = 1 ] || exit 87`;
  return `${always}${isolating ? inside : ""}
exit 0`;
};

const meanings: Readonly<Record<number, string>> = {
  81: "a process could read the runner's environment",
  82: "a process could see the runner's processes",
  83: "a process could see the runner's own folder",
  84: "a process could write to the system",
  85: "a process could not write to its workspace",
  86: "a process had no /tmp",
  87: "a process had a network",
};

/**
 * Starts a small program in a tier and looks at what it finds. It has a folder of its own for a workspace: what lies in
 * the job's, which a process of an earlier job may have made, must not decide which tier holds.
 *
 * @param records where it is kept that a tier held, which then is not tried again on this boot
 * @returns what is lacking, if anything is
 */
export const probe = async (
  tier: Tier,
  setup: TierSetup,
  { records, ...options }: PlanOptions & { readonly records?: string | undefined },
): Promise<Lacking | undefined> => {
  const { control, runner, user } = setup;
  const workspace = join(control, "probe");
  mkdirSync(workspace, { recursive: true });
  if (runner.uid === 0) chownSync(workspace, user.uid, user.gid);
  const isolating = tier.name !== "user";
  const script = checks({ control, workspace, isolating });
  const env = { PATH: "/usr/bin:/bin" };
  const launch = { command: "/bin/sh", args: ["-c", script], cwd: isolating ? workspace : "/", env };
  const plan = planOf({ ...options, checkout: workspace, workspace }, control);
  const mounts = viewOf(plan, "/bin/sh", {
    workspace: { path: workspace, access: "write" },
    checkout: "hidden",
    readable: [],
    writable: [workspace],
    hosts: [],
    addresses: "public",
    onAccess: () => {},
    warn: () => {},
  });
  // What sudo lets us do is written where only root reads it.
  const isKept = records !== undefined && (tier.name === "bubblewrap" || runner.uid === 0);
  const record = isKept ? trialRecord(records, { tier, setup, mounts }) : undefined;
  if (record?.isKept() === true) return undefined;
  const { code, words } = await outcome(tier.wrap({ launch, mounts, network: "none" }));
  if (code === 0) {
    record?.keep();
    return undefined;
  }
  const said = words.replace(/[.\s]+$/, "");
  const reason = meanings[code ?? -1] ?? `it does not start here${said === "" ? "" : `: ${said}`}`;
  return { reason, remedy: remedyOf(tier) };
};

const remedyOf = ({ name }: Tier): string => {
  const privileged = "in a container let it make namespaces: `options: --privileged`";
  if (name === "bubblewrap") {
    const forbidding = forbiddingSwitch();
    if (forbidding === undefined) return `Let the system allow user namespaces; ${privileged}.`;
    const [path, allowing] = forbidding;
    return `Let the system allow user namespaces: \`sudo sysctl -w ${path.replace("/", ".")}=${allowing}\`.`;
  }
  const install = systemTool("bwrap") === undefined ? `${installBubblewrap}; ` : "";
  const whole = `${install}${privileged}.`;
  return `${whole[0]?.toUpperCase()}${whole.slice(1)}`;
};

/** What comes of a trial, or that it took too long: then it is killed, and nobody waits for who else holds its stderr. */
const outcome = async ({
  command,
  args,
  cwd,
  env,
}: ReturnType<Tier["wrap"]>): Promise<{ readonly code: number | null; readonly words: string }> => {
  const child = spawn(command, [...args], {
    ...{ cwd, env, detached: true },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words = `${words}${chunk}`.slice(-500);
  });
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<{ code: number | null; words: string }>((resolve) => {
    child.once("error", (error) => resolve({ code: null, words: error.message }));
    child.once("close", (code) => resolve({ code, words: words.trim().split("\n").at(-1) ?? "" }));
    timer = setTimeout(() => {
      endGroup(child.pid);
      child.stderr.destroy();
      child.unref();
      resolve({ code: null, words: `it took more than ${timeoutMs / 1000} s` });
    }, timeoutMs);
  });
  return await ended.finally(() => clearTimeout(timer));
};

const endGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, or has become root's, whose guardian ends it with the job.
  }
};
