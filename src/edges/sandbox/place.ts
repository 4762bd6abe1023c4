import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { openLifeline } from "./lifeline.ts";
import { systemTool } from "./program-file.ts";
import type { Lacking } from "./tier.ts";

/** Where a sandbox keeps what is its own, until it is closed. */
export type Place = { readonly control: string; readonly close: () => void };

/** @returns what is lacking, where there can be none */
export const openPlace = (temporary: string): Place | Lacking => {
  const mkfifo = systemTool("mkfifo");
  if (mkfifo === undefined) {
    return { reason: "mkfifo (coreutils) is not installed", remedy: "Install coreutils and util-linux." };
  }
  try {
    mkdirSync(temporary, { recursive: true });
    removeAbandoned(temporary);
    closeInherited();
    const control = mkdtempSync(join(temporary, `es-${process.pid}-`));
    const lifeline = openLifeline(mkfifo, join(control, "lifeline"));
    return {
      control,
      close() {
        lifeline[Symbol.dispose]();
        rmSync(control, { recursive: true, force: true });
      },
    };
  } catch (error) {
    const reason = `it has no folder of its own in ${temporary} (${systemName(error)})`;
    return { reason, remedy: "Make that folder writable, or name another by TMPDIR." };
  }
};

/** Folders of sandboxes whose runner was killed before anybody else knew of them. */
const removeAbandoned = (temporary: string): void => {
  for (const name of readdirSync(temporary)) {
    const pid = /^es-(\d+)-\w{6}$/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const path = join(temporary, name);
    // Another user's is theirs to remove.
    if (lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.()) {
      rmSync(path, { recursive: true, force: true });
    }
  }
};

/** Set in a descriptor that no program this process starts is given (`O_CLOEXEC`). */
const closedOnExec = 0o2000000;

/**
 * Closes what whoever started this process left open for it, as `exec 200>lock` of a shell does: Node
 * passes on those with high numbers, and by one of a folder a program would reach all that is below and above it. By now
 * this process has read what it was to read from them.
 */
const closeInherited = (): void => {
  for (const descriptor of readdirSync("/proc/self/fd").map(Number)) {
    try {
      if (descriptor > 2 && isInherited(descriptor)) closeSync(descriptor);
    } catch {
      // It was the one by which the list was read.
    }
  }
};

const isInherited = (descriptor: number): boolean => {
  const flags =
    /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1] ?? "";
  if ((Number.parseInt(flags, 8) & closedOnExec) !== 0) return false;
  // A Node that started this one talks to it by a socket.
  return !fstatSync(descriptor).isSocket() || process.channel === undefined;
};

export const systemName = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
