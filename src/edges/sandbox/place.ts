import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { controlGroup, removeControlGroups } from "./control-group.ts";
import { openLifeline, unheldEnds } from "./lifeline.ts";
import { systemTool } from "./program-file.ts";
import type { Lacking } from "./tier.ts";

/** Where a sandbox keeps what is its own, until it is closed. */
export type Place = {
  readonly control: string;
  /** Folders of the control group that its processes join. */
  readonly groups: readonly string[];
  readonly close: () => void;
};

/** @returns what is lacking, where there can be none */
export const openPlace = async (temporary: string): Promise<Place | Lacking> => {
  const mkfifo = systemTool("mkfifo");
  if (mkfifo === undefined) {
    return { reason: "mkfifo (coreutils) is not installed", remedy: "Install coreutils and util-linux." };
  }
  try {
    mkdirSync(temporary, { recursive: true });
    removeAbandoned(temporary);
    removeControlGroups(groupsBegin);
    closeInherited();
    const control = mkdtempSync(join(temporary, foldersBegin));
    const lifeline = await openLifeline(mkfifo, join(control, "lifeline"));
    const group = controlGroup(`${groupsBegin}${process.pid}`);
    return {
      control,
      groups: group.folders,
      close() {
        lifeline[Symbol.dispose]();
        rmSync(control, { recursive: true, force: true });
        group[Symbol.dispose]();
      },
    };
  } catch (error) {
    const reason = `it has no folder of its own in ${temporary} (${systemName(error)})`;
    return { reason, remedy: "Make that folder writable, or name another by TMPDIR." };
  }
};

/** With six letters behind them. */
const foldersBegin = "es-sandbox-";

/** With the number of the runner's process behind them. */
const groupsBegin = "es-sandbox-of-";

/** Milliseconds after which a folder without a lifeline is nobody's: it takes a moment to make one and to hold it. */
const abandonedAfterMs = 60_000;

/** Removes the folders of sandboxes whose runner was killed before anybody else knew of them. */
const removeAbandoned = (temporary: string): void => {
  const names = readdirSync(temporary).filter((name) => name.startsWith(foldersBegin));
  for (const path of names.map((name) => join(temporary, name))) {
    try {
      // Another user's is theirs to remove.
      const stats = lstatSync(path);
      if (!stats.isDirectory() || stats.uid !== process.getuid?.() || !isAbandoned(path, stats)) continue;
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It has gone meanwhile, or holds what is not ours: it stays, and is in nobody's way.
    }
  }
};

/**
 * Whether its lifeline is held by nobody: opening a FIFO for writing fails where nobody reads. Without one a folder with
 * anything else in it is somebody else's, whatever its name.
 */
const isAbandoned = (folder: string, { mtimeMs }: Stats): boolean => {
  const lifeline = join(folder, "lifeline");
  const found = lstatSync(lifeline, { throwIfNoEntry: false });
  if (found === undefined) {
    const others = readdirSync(folder).filter((name) => name !== `lifeline${unheldEnds}`);
    return others.length === 0 && Date.now() - mtimeMs > abandonedAfterMs;
  }
  if (!found.isFIFO()) return false;
  try {
    closeSync(openSync(lifeline, constants.O_WRONLY | constants.O_NONBLOCK));
    return false;
  } catch (error) {
    return systemName(error) === "ENXIO";
  }
};

/** Set in a descriptor that no program this process starts is given (`O_CLOEXEC`). */
const closedOnExec = 0o2000000;

/**
 * Closes what whoever started this process left open for it, as `exec 200>lock` of a shell does: Node passes on those with
 * high numbers, and by one of a folder a program would reach all that is below and above it. By now this process has read
 * what it was to read from them. Node itself reads certificates by descriptors that look the same: files that everybody may
 * read are left.
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
  const information = readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
  const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(information)?.[1] ?? "", 8);
  if ((flags & closedOnExec) !== 0) return false;
  const stats = fstatSync(descriptor);
  const isReading = (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0;
  if (stats.isFile() && isReading && (isForEverybody(stats) || isCertificate(descriptor))) return false;
  // A Node that started this one talks to it by a socket.
  return !stats.isSocket() || process.channel === undefined;
};

const isForEverybody = ({ mode }: Stats): boolean => (mode & 0o004) !== 0;

const isCertificate = (descriptor: number): boolean =>
  /\.(?:pem|crt|cer)$/.test(readlinkSync(`/proc/self/fd/${descriptor}`));

export const systemName = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
