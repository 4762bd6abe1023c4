import { outputOf, systemTool } from "./program-file.ts";

/** What a shell's background process has ignored, and bubblewrap is made to ignore; the program must not. */
const signals = "TERM,INT,QUIT";

export type SignalWords = {
  readonly outer: string;
  readonly inner: (program: string) => readonly string[];
};

/** The system's `env` where it can change how signals are taken (GNU coreutils 8.31), or nothing. */
const signalTool = async (): Promise<string | undefined> => {
  const env = systemTool("env");
  if (env === undefined) return undefined;
  const said = await outputOf(env, [`--default-signal=${signals}`, "true"]);
  return said === undefined ? undefined : env;
};

/**
 * How a tree is told to end: `outer` is what a shell does before it becomes who stays then, and `inner` the words before a
 * program that hears it.
 */
export const signalWords = async (): Promise<SignalWords> => {
  const env = await signalTool();
  if (env === undefined) return { outer: ":", inner: () => [] };
  const taking = [env, `--default-signal=${signals}`];
  return {
    outer: "trap '' TERM",
    // By a shell where `env` would take the program's path for a variable.
    inner: (program) =>
      program.includes("=") ? [...taking, "/bin/sh", "-c", 'exec "$@"', "sandbox"] : taking,
  };
};
