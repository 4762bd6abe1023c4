import { lstatSync, readFileSync, statSync } from "node:fs";

const existing = (names: readonly string[]): readonly string[] =>
  names
    .map((name) => `/proc/${name}`)
    .filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);

/** Switches of the whole machine, which the id of root may write: a core pattern starts programs outside. */
export const switches = existing(["sys", "irq", "bus", "sysrq-trigger", "fs", "mtrr", "pressure"]);

/** What tells of the machine and of others: its memory, keys and timers. */
export const tellingFiles = existing(["kcore", "keys", "timer_list"]);

/** Sockets of the machine's services by their paths: one on a read-only file system still answers. */
export const systemSockets = (): readonly string[] => {
  const lines = readFileSync("/proc/net/unix", "utf8").split("\n").slice(1);
  const paths = lines.flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].filter(isSocket);
};

const isSocket = (path: string): boolean => {
  try {
    return lstatSync(path).isSocket();
  } catch {
    // Gone, or where the runner and its processes cannot go.
    return false;
  }
};
