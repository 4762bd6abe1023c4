import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";

/**
 * Processes that live in one of the folders: by working directory, or by `HOME`, which everything started from there
 * inherits. A zombie counts for nothing. Linux only.
 *
 * @returns their command lines
 */
export const livingIn = (...folders: readonly string[]): readonly string[] => {
  const places = folders.map((folder) => realpathSync(folder));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const home = read(`/proc/${pid}/environ`)
        .split("\0")
        .find((pair) => pair.startsWith("HOME="));
      const isThere = places.some(
        (place) => home === `HOME=${place}` || `${workingDirectory(pid)}/`.startsWith(`${place}/`),
      );
      return isThere ? [`${pid} ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`] : [];
    });
};

// A process that ends meanwhile, or belongs to someone else, is none of ours.
const read = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
};

const workingDirectory = (pid: string): string => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
};
