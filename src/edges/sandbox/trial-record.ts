import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Mount } from "./mounts.ts";
import { namespaceSwitches, switchFile } from "./namespace-switches.ts";
import { systemTool } from "./program-file.ts";
import type { Tier, TierSetup } from "./tier.ts";

/** That a tier held for these very mounts, on this boot of the machine. */
export type TrialRecord = {
  readonly isKept: () => boolean;
  readonly keep: () => void;
};

/**
 * A record of one trial, as an empty file whose name stands for all that its outcome hangs on; whatever of that changes,
 * the tier is tried again. Only that a tier held is kept, so that whoever could write here would spare itself the trial
 * and not the sandbox.
 *
 * @param folder of all records; those of an earlier boot are removed
 */
export const trialRecord = (
  folder: string,
  {
    tier,
    setup,
    mounts,
  }: { readonly tier: Tier; readonly setup: TierSetup; readonly mounts: readonly Mount[] },
): TrialRecord => {
  const ofBoot = join(folder, bootId());
  const file = join(ofBoot, digest(circumstances(tier, setup, mounts)));
  return {
    isKept: () => existsSync(file),
    keep() {
      try {
        forgetTrials(folder, bootId());
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        if (!isOwnFolder(folder)) return;
        mkdirSync(ofBoot, { recursive: true, mode: 0o700 });
        if (isOwnFolder(ofBoot)) writeFileSync(file, "", { flag: "wx" });
      } catch {
        // No cache can be written here: the next job tries again.
      }
    },
  };
};

/** Removes what was kept, so that the next job tries again. What lies there and is no record stays. */
export const forgetTrials = (folder: string, except?: string): void => {
  for (const name of ownNames(folder, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)) {
    if (name !== except) forgetBoot(join(folder, name));
  }
};

const forgetBoot = (ofBoot: string): void => {
  try {
    for (const record of ownNames(ofBoot, /^[0-9a-f]{64}$/)) unlinkSync(join(ofBoot, record));
    if (ownNames(ofBoot, /^/).length === 0) rmdirSync(ofBoot);
  } catch {
    // It has gone meanwhile, or is not to be changed, and then no more is written there either.
  }
};

/** Of a folder that is one and no link: where the cache lies in a workspace, a link would have others' files removed. */
const ownNames = (folder: string, names: RegExp): readonly string[] =>
  isOwnFolder(folder) ? readdirSync(folder).filter((name) => names.test(name)) : [];

const isOwnFolder = (path: string): boolean => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
};

/** Who we are, by which tools, in which namespaces, under which rules of the system, and what is mounted. */
const circumstances = (
  tier: Tier,
  { control, runner, user }: TierSetup,
  mounts: readonly Mount[],
): object => ({
  ...{ tier: tier.name, runner, user, node: process.execPath },
  groups: process.getgroups?.(),
  // Our own code, too: another version may ask more of a tier.
  files: [import.meta.filename, ...tools.flatMap((name) => systemTool(name) ?? [])].map(fileStamp),
  namespaces: ["user", "mnt", "pid", "net", "cgroup"].map((name) => readlinkSync(`/proc/self/ns/${name}`)),
  profile: contentOf("/proc/self/attr/current"),
  privileges: contentOf("/proc/self/status").match(/^(?:Cap\w+|NoNewPrivs|Seccomp):.*$/gm),
  switches: [...namespaceSwitches.map(([name]) => name), "user/max_user_namespaces"].map((name) =>
    contentOf(switchFile(name)),
  ),
  // The control folder has another name each time.
  mounts: JSON.stringify(mounts).replaceAll(JSON.stringify(control).slice(1, -1), ""),
});

const tools = ["bwrap", "unshare", "mount", "pivot_root", "setpriv", "sudo", "sh"] as const;

const fileStamp = (path: string): string => {
  const { ino, size, mtimeMs, ctimeMs, mode } = statSync(path);
  return `${path} ${ino} ${size} ${mtimeMs} ${ctimeMs} ${mode}`;
};

const contentOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A system without that rule.
    return "";
  }
};

const bootId = (): string => contentOf("/proc/sys/kernel/random/boot_id").trim();

const digest = (value: object): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");
