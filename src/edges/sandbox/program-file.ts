import { execFile } from "node:child_process";
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

/** Milliseconds a tool of the system's has that does next to nothing. */
const patienceMs = 2_000;

/** Runs a tool of the system's. @returns what it wrote to stdout, or nothing where it failed or took too long */
export const outputOf = async (tool: string, args: readonly string[]): Promise<string | undefined> =>
  await new Promise((resolve) => {
    const options = { timeout: patienceMs, killSignal: "SIGKILL" } as const;
    execFile(tool, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });

/** A tool of the system's own, from places that nothing but the system fills. */
export const systemTool = (name: string): string | undefined =>
  ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map((folder) => join(folder, name)).find(isProgram);
