import { randomUUID } from "node:crypto";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "./shell-word.ts";
import type { TierSetup } from "./tier.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * What the tools that make a sandbox are started with. Never the process's own environment: whoever chooses that, the
 * model for a program of `exec`, would have them load a library of the workspace's (`LD_PRELOAD`) before anything holds.
 */
export const toolEnvironment: Environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** The names of one sandboxed process's own files in the control folder begin with this. */
export const ownFiles = ({ control }: TierSetup): string => join(control, randomUUID());

/** A file that only the runner, or whom the process runs as, can read. */
export const ownFile = ({ runner, user }: TierSetup, path: string, text: string): string => {
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  if (runner.uid === 0) chownSync(path, user.uid, user.gid);
  return path;
};

/** As bubblewrap takes it. */
export const environmentOptions = (env: Environment): readonly string[] => [
  "--clearenv",
  ...Object.entries(env)
    .filter(isVariable)
    .flatMap(([name, value]) => ["--setenv", name, value]),
];

const isVariable = ([name]: readonly [string, string]): boolean => name !== "" && !name.includes("=");

/** Names that some shell lets nobody set. */
const shellsOwn = new Set(["OPTIND", "PPID", "UID", "EUID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO"]);

/** As a shell reads it. Variables whose names no shell takes are left out. */
export const asScript = (env: Environment): string =>
  Object.entries(env)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !shellsOwn.has(name))
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join("");

/**
 * What the user's own shell does before it becomes the program: forgets what sudo and other shells left, and takes on
 * the environment that descriptor 6 holds.
 */
export const userScript = (cwd: string): string => `set -u
unset OLDPWD TERM LANG LANGUAGE LC_ALL MAIL LOGNAME USER SHELL HOME SHLVL PWD SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID SUDO_HOME PATH
. /proc/self/fd/6
exec 4<&- 5<&- 6<&- 7<&-
cd -- ${quoted(cwd)} || exit 126
unset OLDPWD
exec "$@"`;
