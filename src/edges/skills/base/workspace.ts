import { closeSync, constants, lstatSync, mkdirSync, openSync, readSync, type Stats } from "node:fs";
import { posix } from "node:path";
import { type Descriptor, openDescriptor } from "./descriptor.ts";
import { systemCode, toolFailed } from "./tool-outcome.ts";
import { type VisiblePaths, visiblePaths } from "./visible-paths.ts";

/**
 * The checkout as file tools reach it. Nothing is decided by a name: a path is opened first, where the opened thing
 * lies is asked of the kernel, and the work goes through that descriptor. Swapping a link meanwhile changes nothing.
 *
 * Links are followed as long as they end inside. What remains possible to someone who may already write on both
 * sides, and is not defended against: moving a directory out of the workspace while it is open.
 *
 * Hard links: a name inside may share its content with one outside, such as `.git/config` or a file of the runner's,
 * and nothing tells where the other name is. A process without the right to send what it can read could leave such a
 * name for a tool to read out, in `node_modules` as well as elsewhere. So a file with a second name is neither read
 * nor written, wherever it lies; a checkout has none. What does have them, such as the packages pnpm installs, is
 * read by a program that `exec` starts, if at all.
 */
export type Workspace = Disposable & {
  readonly paths: VisiblePaths;
  /** Opens what the path names, links followed. */
  open(path: string): Entry;
  /** Opens the directory that holds the path's last name, for work on that name itself, which follows no link. */
  openSlot(path: string, parents: "existing" | "create"): Slot;
};

/** Something that exists, opened. `path` is relative to the workspace, `.` for the workspace. */
export type Entry = Descriptor & { readonly path: string };

/** A name in an opened directory, whether or not something has it. */
export type Slot = Disposable & {
  /** Relative to the workspace. */
  readonly path: string;
  readonly location: string;
  /** The path for system calls on the name itself. */
  readonly at: string;
  /** The same for another name in the directory. */
  sibling(name: string): string;
  /** What has the name now, links not followed. */
  stats(): Stats | undefined;
  /** Opens what has the name, without following it when it is a link. */
  open(): Entry;
};

export const openWorkspace = (options: {
  readonly workspace: string;
  readonly hidden: readonly string[];
}): Workspace => {
  const paths = visiblePaths(options);
  const root = openDescriptor(paths.root, { links: "refuse" });
  const open = (path: string): Entry =>
    admitted(
      paths,
      path,
      openDescriptor(`${root.through}/${paths.toRelative(path) || "."}`, { links: "follow" }),
    );
  return {
    paths,
    open,
    openSlot(path, parents) {
      const relative = paths.toRelative(path);
      if (relative === "") throw toolFailed("This is the workspace itself.", "Name something in it.");
      const { dir, base } = posix.parse(relative);
      return slotIn(paths, parents === "create" ? openOrCreate(paths, open, dir) : open(dir), base, path);
    },
    [Symbol.dispose]: () => root[Symbol.dispose](),
  };
};

/** Opens what an entry refers to for reading: only a file, since a fifo, say, would wait for ever, with one name. */
export const openContent = (entry: Entry): number => {
  if (entry.stats.isDirectory()) throw toolFailed("This is a directory.", "Use listDirectory.");
  if (!entry.stats.isFile()) throw toolFailed(`This is a ${kindOf(entry.stats)}, not a file.`);
  refuseSecondName(entry, "Read a copy of it or another file.");
  return openSync(entry.through, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
};

/**
 * The whole content of a file of at most so many bytes; nothing when it has more. Counted while reading, since a file
 * may grow after it was opened.
 */
export const contentUpTo = (entry: Entry, maxBytes: number): Buffer | undefined => {
  const fd = openContent(entry);
  try {
    const chunks: Buffer[] = [];
    for (let left = maxBytes; left >= 0; ) {
      const chunk = Buffer.allocUnsafe(Math.min(left + 1, chunkBytes));
      const count = readSync(fd, chunk);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
      left -= count;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
};

const chunkBytes = 1_048_576;

/** @param remedy what the model can do instead */
export const refuseSecondName = (entry: Entry, remedy: string): void => {
  if (entry.hasOtherName()) {
    throw toolFailed("This file has a second name (a hard link), maybe outside the workspace.", remedy);
  }
};

export type EntryKind = "file" | "directory" | "symlink" | "socket" | "fifo" | "device";

export const kindOf = (stats: Stats): EntryKind => {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isSocket()) return "socket";
  return stats.isFIFO() ? "fifo" : "device";
};

const admitted = (paths: VisiblePaths, requested: string, opened: Descriptor): Entry => {
  try {
    // Two different names must never look the same to this check.
    if (!opened.isUtf8) throw toolFailed("The path's name is not UTF-8.");
    paths.admit(opened.location, requested);
    return { ...opened, path: posix.relative(paths.root, opened.location) || "." };
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
};

const slotIn = (paths: VisiblePaths, parent: Entry, name: string, requested: string): Slot => {
  const location = posix.join(parent.location, name);
  const sibling = (other: string): string => `${parent.through}/${other}`;
  const slot: Slot = {
    path: posix.join(parent.path, name),
    location,
    at: sibling(name),
    sibling,
    stats: () => lstatSync(sibling(name), { throwIfNoEntry: false }),
    open: () => admitted(paths, requested, openDescriptor(sibling(name), { links: "refuse" })),
    [Symbol.dispose]: () => parent[Symbol.dispose](),
  };
  try {
    if (!parent.stats.isDirectory()) throw toolFailed(`${JSON.stringify(parent.path)} is not a directory.`);
    paths.admit(location, requested);
    return slot;
  } catch (error) {
    slot[Symbol.dispose]();
    throw error;
  }
};

/** Opens a directory, creating what is missing one name at a time, each inside a parent that has been checked. */
const openOrCreate = (paths: VisiblePaths, open: (path: string) => Entry, path: string): Entry => {
  let current = open("");
  for (const name of path.split("/").filter((part) => part !== "")) {
    using slot = slotIn(paths, current, name, path);
    current = openOrCreateIn(paths, slot, path);
  }
  return current;
};

const openOrCreateIn = (paths: VisiblePaths, slot: Slot, requested: string): Entry => {
  try {
    return admitted(paths, requested, openDescriptor(slot.at, { links: "follow" }));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  try {
    mkdirSync(slot.at);
  } catch (error) {
    // Someone else was faster, or it is a link to nothing; what is opened next, links not followed, tells.
    if (systemCode(error) !== "EEXIST") throw error;
  }
  return slot.open();
};
