import { randomUUID } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { toolFailed } from "./tool-outcome.ts";
import { type Entry, kindOf, refuseSecondName, type Slot } from "./workspace.ts";

/**
 * Opens the file that has the name, when it may be written: an ordinary file, not a link to one, with no second name
 * that could lie outside the workspace, and not write-protected.
 *
 * @returns nothing when the name is free.
 */
export const openWritable = (slot: Slot): Entry | undefined => {
  if (slot.stats() === undefined) return undefined;
  const entry = slot.open();
  try {
    const kind = kindOf(entry.stats);
    if (kind === "symlink") throw toolFailed("This is a symbolic link.", "Name the file it points to.");
    if (kind !== "file") throw toolFailed(`This is a ${kind}, not a file.`);
    refuseSecondName(entry, "Delete it first to write a file of its own.");
    accessSync(entry.through, constants.W_OK);
    return entry;
  } catch (error) {
    entry[Symbol.dispose]();
    throw error;
  }
};

/**
 * Gives the name this content all at once, and keeps the permissions of the file it replaces. Synchronous, so that
 * of two calls in one answer the later one wins whole. A link put there meanwhile is replaced, not followed.
 */
export const replaceContent = (slot: Slot, data: Uint8Array, replaced: Entry | undefined): void => {
  const temporary = slot.sibling(`.expert-stack-${randomUUID()}.tmp`);
  const create = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(temporary, create, 0o666);
  try {
    writeFileSync(fd, data);
    if (replaced !== undefined) fchmodSync(fd, replaced.stats.mode & 0o777);
    renameSync(temporary, slot.at);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
};
