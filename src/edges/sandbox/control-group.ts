import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";

/** Of all processes of a sandbox together. */
const mostProcesses = 8_192;
const memoryShare = 0.75;

const tree = "/sys/fs/cgroup";

/** A group for the processes of a sandbox, where this machine lets us make one, as it mostly does for root alone. */
export type ControlGroup = Disposable & {
  /** Its folders, one for each hierarchy; a process joins by its number, or 0 for itself, in their `cgroup.procs`. */
  readonly folders: readonly string[];
};

/**
 * Makes a group that limits processes and memory, by the hierarchies of control groups of version 1. In those of version
 * 2 a group with processes has none below it that limits anything, and one beside the runner's own would not end with it.
 *
 * @param name of its folders; letters of chance follow it
 */
export const controlGroup = (name: string): ControlGroup => {
  const unique = `${name}-${randomUUID().slice(0, 8)}`;
  const folders = hierarchies().flatMap(({ folder, limits }) => madeIn(folder, unique, limits) ?? []);
  return {
    folders,
    [Symbol.dispose]() {
      for (const folder of folders) removeEmpty(folder);
    },
  };
};

type Limits = Readonly<Record<string, number>>;

const limitsOf: ReadonlyMap<string, Limits> = new Map([
  ["pids", { "pids.max": mostProcesses }],
  ["memory", { "memory.limit_in_bytes": Math.round(totalmem() * memoryShare) }],
]);

/** The groups of this process in the hierarchies that limit something. */
const hierarchies = (): readonly { readonly folder: string; readonly limits: Limits }[] => {
  // A kernel may have no control groups.
  const own = existsSync("/proc/self/cgroup") ? readFileSync("/proc/self/cgroup", "utf8") : "";
  return own.split("\n").flatMap((line) => {
    const [, controller = "", path = ""] = /^\d+:([a-z]+):(\/.*)$/.exec(line) ?? [];
    const limits = limitsOf.get(controller);
    return limits === undefined ? [] : [{ folder: join(tree, controller, path), limits }];
  });
};

const madeIn = (place: string, name: string, limits: Limits): string | undefined => {
  const folder = join(place, name);
  try {
    mkdirSync(folder);
  } catch {
    // Read-only, another's, or not there: then the limits of single processes hold alone.
    return undefined;
  }
  try {
    for (const [file, limit] of Object.entries(limits)) writeFileSync(join(folder, file), String(limit));
    return folder;
  } catch {
    removeEmpty(folder);
    return undefined;
  }
};

/**
 * Removes the groups that runners which were killed have left.
 *
 * @param prefix of their names, which the number of the runner's process follows
 */
export const removeControlGroups = (prefix: string): void => {
  for (const { folder } of hierarchies()) {
    for (const name of namesIn(folder).filter((entry) => entry.startsWith(prefix))) {
      const runner = Number.parseInt(name.slice(prefix.length), 10);
      if (!existsSync(`/proc/${runner}`)) removeEmpty(join(folder, name));
    }
  }
};

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** The kernel refuses it for a group that somebody is in. */
const removeEmpty = (folder: string): void => {
  try {
    rmdirSync(folder);
  } catch {
    // A later sandbox will.
  }
};
