import { readdirSync, readFileSync } from "node:fs";

/** One living process, as Linux's `/proc/<pid>/stat` tells it. */
export type ProcessEntry = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Start time in clock ticks since boot; with `pid` it names a process for good, although pids are reused. */
  readonly startTicks: number;
};

/** Every process that still runs. Zombies are left out: they hold nothing but their number. */
export const listProcesses = (): readonly ProcessEntry[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
    .filter((entry) => entry.state !== "Z" && entry.state !== "X");

/** @returns nothing when the process is gone. */
export const readProcess = (pid: number): (ProcessEntry & { readonly state: string }) | undefined => {
  const stat = readOrNothing(`/proc/${pid}/stat`)?.toString("latin1");
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    pid,
    state: fields[0] ?? "X",
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTicks: Number(fields[19]),
  };
};

/** Whether the process was started with this `NAME=value` in its environment; false when it may not be asked. */
export const startedWith = (pid: number, assignment: string): boolean =>
  readOrNothing(`/proc/${pid}/environ`)?.includes(assignment) ?? false;

// A process that ends, or belongs to someone else, while it is being read is an ordinary answer here.
const readOrNothing = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};
