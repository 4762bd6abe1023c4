import { lstatSync, readFileSync } from "node:fs";

/** File systems that a process gets anew. */
const renewed = /^\/(?:dev|proc)\//;

/**
 * Sockets of the machine's services by their paths: one on a read-only file system still answers. Those in folders that
 * are shown to processes as their own, such as the workspace, are theirs.
 */
export const systemSockets = (shown: readonly string[]): readonly string[] => [
  ...new Set(
    listening().filter(
      (path) =>
        !renewed.test(path) && !shown.some((folder) => path.startsWith(`${folder}/`)) && isSocket(path),
    ),
  ),
];

/** Of every process, in this network namespace. */
const listening = (): readonly string[] =>
  readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? []);

const isSocket = (path: string): boolean => {
  try {
    return lstatSync(path).isSocket();
  } catch {
    // Gone, or where the runner and its processes cannot go.
    return false;
  }
};
