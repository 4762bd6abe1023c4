import { spawnSync } from "node:child_process";
import { patience, systemTool } from "./program-file.ts";

/** What a shell's background process has ignored, and bubblewrap is made to ignore; the program must not. */
const signals = "TERM,INT,QUIT";

/** The system's `env` where it can change how signals are taken (GNU coreutils 8.31), or nothing. */
const signalTool = (): string | undefined => {
  const env = systemTool("env");
  if (env === undefined) return undefined;
  return spawnSync(env, [`--default-signal=${signals}`, "true"], patience).status === 0 ? env : undefined;
};

/** Words before a program: `outer` for one that stays when its tree is told to end, `inner` for one that hears it. */
export const signalWords = (): { readonly outer: readonly string[]; readonly inner: readonly string[] } => {
  const env = signalTool();
  if (env === undefined) return { outer: [], inner: [] };
  return {
    outer: [env, "--ignore-signal=TERM"],
    // By a shell, since `env` would take a path with an equals sign for a variable.
    inner: [env, `--default-signal=${signals}`, "/bin/sh", "-c", 'exec "$@"', "sandbox"],
  };
};
