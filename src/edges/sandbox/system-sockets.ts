import { lstatSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** Where folders hold more than a service's own things. */
const shared = ["/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64"];

/**
 * What to hide of the services of the machine that listen at a path: a socket on a read-only file system still answers.
 * The folder around one is hidden, which stays when the socket comes and goes, unless it holds something that is shown.
 *
 * @param shown folders that processes see
 */
export const systemSockets = (shown: readonly string[]): readonly string[] => {
  const paths = listening().filter((path) => isSocket(path) && !shown.some((folder) => isIn(path, folder)));
  const places = paths.map((path) => {
    const folder = dirname(path);
    const isOwn = folder.lastIndexOf("/") > 0 && ![...shared, ...shown].some((other) => isIn(other, folder));
    return isOwn && !shared.some((other) => isIn(folder, other)) ? folder : path;
  });
  return [...new Set(places)];
};

/** Of every process, in this network namespace. */
const listening = (): readonly string[] =>
  readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? []);

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

const isSocket = (path: string): boolean => {
  try {
    return lstatSync(path).isSocket();
  } catch {
    // Gone, or where the runner and its processes cannot go.
    return false;
  }
};
