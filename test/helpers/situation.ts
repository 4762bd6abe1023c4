import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { userIds } from "./machine-users.ts";

const run = promisify(execFile);

export const bwrap = "/usr/bin/bwrap";

/** Who runs something, and which of the machine's programs are not there for them. */
export type Situation = {
  readonly as: "root" | "es-plain" | "es-sudo";
  readonly without?: readonly string[];
  /** Root as most containers have it. */
  readonly capability?: "no sys_admin";
};

/** What this machine lacks for tests that are everybody in turn; none when it lacks nothing. */
export const missingForSituations: readonly string[] = [
  ...(process.getuid?.() === 0 ? [] : ["it needs root, to be everybody in turn"]),
  ...(existsSync(bwrap) ? [] : ["bubblewrap is not installed"]),
  ...(userIds("es-plain") && userIds("es-sudo")
    ? []
    : ["`.ci/machine` has not made the users es-plain and es-sudo"]),
];

/** Runs a program in a situation to its end. @returns what it printed, and its exit code */
export const inSituation = async (
  { as, without = [], capability }: Situation,
  words: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd?: string },
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> => {
  const { uid, gid } = userIds(as) ?? { uid: 0, gid: 0 };
  const masks = without.filter((path) => existsSync(path)).map((path) => `mount --bind /dev/null ${path}; `);
  const all = [
    ...["setpriv", "--reuid", String(uid), "--regid", String(gid), "--clear-groups"],
    ...(capability === undefined ? [] : ["--inh-caps=-sys_admin", "--bounding-set=-sys_admin"]),
    ...["--", ...words],
  ];
  const args = ["--mount", "/bin/sh", "-c", `${masks.join("")}exec "$@"`, "sh", ...all];
  const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", ...options.env };
  try {
    return { ...(await run("unshare", args, { ...options, env, maxBuffer: 2 ** 26 })), code: 0 };
  } catch (error) {
    if (!(error instanceof Error) || !("stdout" in error && "stderr" in error && "code" in error))
      throw error;
    return { stdout: String(error.stdout), stderr: String(error.stderr), code: Number(error.code) };
  }
};
