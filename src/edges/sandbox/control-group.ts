import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";

/** Of all processes of a sandbox together. */
const mostProcesses = 8_192;
const memoryShare = 0.75;

const tree = "/sys/fs/cgroup";

/** A group for the processes of a sandbox, where this machine lets us make one: as root, or where systemd delegates. */
export type ControlGroup = Disposable & {
  /** Its folders, one for each hierarchy; a process joins by its number, or 0 for itself, in their `cgroup.procs`. */
  readonly folders: readonly string[];
};

/**
 * Makes a group that limits processes and memory, by control groups of version 2 or by those of version 1.
 *
 * @param name of its folders, as that of the sandbox's own
 */
export const controlGroup = (name: string): ControlGroup => {
  const folders = own().flatMap(({ controllers, path }) =>
    controllers === ""
      ? (made([join(tree, dirname(path)), join(tree, path)], name, versionTwo) ?? [])
      : (made([join(tree, controllers, path)], name, limitsOf(controllers)) ?? []),
  );
  return {
    folders,
    [Symbol.dispose]() {
      for (const folder of folders) removeEmpty(folder);
    },
  };
};

type Limits = Readonly<Record<string, number>>;

const memory = Math.round(totalmem() * memoryShare);
const versionTwo: Limits = { "pids.max": mostProcesses, "memory.max": memory };

const limitsOf = (controller: string): Limits =>
  controller === "pids" ? { "pids.max": mostProcesses } : { "memory.limit_in_bytes": memory };

/** The groups of this process that limit something, by controller; a group of version 2 is listed without. */
const own = (): readonly { readonly controllers: string; readonly path: string }[] =>
  readFileSync("/proc/self/cgroup", "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, controllers = "", path = ""] = /^\d+:(|pids|memory):(\/.*)$/.exec(line) ?? [];
      return path === "" ? [] : [{ controllers, path }];
    });

/** In the first of the places in which it can be made, with all its limits. */
const made = (places: readonly string[], name: string, limits: Limits): string | undefined => {
  for (const place of places) {
    const folder = madeIn(place, name, limits);
    if (folder !== undefined) return folder;
  }
  return undefined;
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
    // A group of version 2 has the files of what the group above it gives on.
    if (!Object.keys(limits).every((file) => existsSync(join(folder, file))))
      throw new Error("no controllers");
    for (const [file, limit] of Object.entries(limits)) writeFileSync(join(folder, file), String(limit));
    return folder;
  } catch {
    removeEmpty(folder);
    return undefined;
  }
};

/** Removes what a runner that was killed has left of a group. */
export const removeControlGroup = (name: string): void => {
  for (const { controllers, path } of own()) {
    for (const place of [dirname(path), path]) removeEmpty(join(tree, controllers, place, name));
  }
};

/** The kernel refuses it for a group that somebody is in. */
const removeEmpty = (folder: string): void => {
  try {
    rmdirSync(folder);
  } catch {
    // A later sandbox will.
  }
};
