import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import type { Launch } from "../../run/sandbox-ports.ts";

/**
 * The absolute path of a launch's program, found as the kernel would find it. Looked up outside, since a program that is
 * missing inside would only be the failure of whatever holds it.
 *
 * @throws an error with the `code` that Node's own spawn gives: ENOENT or EACCES
 */
export const programFile = ({ command, cwd, env }: Launch): string => {
  if (command.includes("/")) return checked(isAbsolute(command) ? command : resolve(cwd, command));
  const places = (env.PATH ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter);
  const found = places.map((place) => resolve(cwd, place, command)).find(isProgram);
  if (found === undefined) throw systemError("ENOENT", command);
  return found;
};

const checked = (file: string): string => {
  if (isProgram(file)) return file;
  throw systemError(isThere(file) ? "EACCES" : "ENOENT", file);
};

const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined;

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not to be run: the next place is asked.
    return false;
  }
};

const systemError = (code: "ENOENT" | "EACCES", file: string): Error =>
  Object.assign(new Error(`spawn ${file} ${code}`), { code, syscall: `spawn ${file}`, path: file });

/** How long a tool of the system's is waited for that is run while everything else waits. */
export const patience = { timeout: 2_000, killSignal: "SIGKILL" } as const;

/** A tool of the system's own, from places that nothing but the system fills. */
export const systemTool = (name: string): string | undefined =>
  ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map((folder) => join(folder, name)).find(isProgram);
