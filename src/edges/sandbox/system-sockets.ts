import { lstatSync, readFileSync } from "node:fs";

/** Milliseconds that a socket must have been there: what comes and goes would be gone before it is covered. */
const youngest = 1_000;

/** File systems that a process gets anew. */
const renewed = /^\/(?:dev|proc)\//;

/**
 * Sockets of the machine's services by their paths: one on a read-only file system still answers. Those in folders that
 * are shown to processes as their own, such as the workspace, are theirs.
 *
 * @param now milliseconds since the epoch
 */
export const systemSockets = (shown: readonly string[], now: number): readonly string[] => [
  ...new Set(
    listening().filter(
      (path) =>
        !renewed.test(path) &&
        !shown.some((folder) => path.startsWith(`${folder}/`)) &&
        isOldSocket(path, now - youngest),
    ),
  ),
];

/** Of every process, in this network namespace. */
const listening = (): readonly string[] =>
  readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? []);

const isOldSocket = (path: string, before: number): boolean => {
  try {
    const found = lstatSync(path);
    return found.isSocket() && found.ctimeMs < before;
  } catch {
    // Gone, or where the runner and its processes cannot go.
    return false;
  }
};
