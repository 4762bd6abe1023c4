import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from "node:fs";

/**
 * A file or directory that is held open, so that it stays the same one whatever happens to its name.
 * Everything done to it goes `through` the descriptor.
 */
export type Descriptor = Disposable & {
  readonly fd: number;
  /** The path by which the system reaches what is open, rather than what now has its name. */
  readonly through: string;
  /** Where it is, without symbolic links, as the kernel says. */
  readonly location: string;
  /** Whether `location` is exact: bytes that are not UTF-8 are replaced in it. */
  readonly isUtf8: boolean;
  readonly stats: Stats;
  /**
   * Whether it is a file that has, or may have, a name besides the one it was opened by: a hard link. Reads the
   * directory it is in, so it is for one whose location is known to be fine.
   */
  hasOtherName(): boolean;
};

/**
 * Opens a path without touching what is there: on Linux as a bare reference (`O_PATH`), so that not even a fifo
 * blocks or a device notices.
 *
 * Without `/proc` (macOS) it is opened for reading without blocking, its location is the path's real path, and
 * `through` is that location: there a name that is swapped at the right moment can still win.
 */
export const openDescriptor = (
  path: string | Buffer,
  flags: { readonly links: "follow" | "refuse" },
): Descriptor => {
  const fd = openSync(path, reference | (flags.links === "refuse" ? constants.O_NOFOLLOW : 0));
  try {
    const stats = fstatSync(fd);
    // After the count of names, see `mayHaveOtherName`.
    const bytes = locationOf(fd, path);
    const location = bytes.toString("utf8");
    return {
      fd,
      through: hasProc ? `/proc/self/fd/${fd}` : location,
      location,
      isUtf8: Buffer.from(location, "utf8").equals(bytes),
      stats,
      hasOtherName: () => stats.isFile() && mayHaveOtherName(fd, stats, bytes),
      [Symbol.dispose]: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const locationOf = (fd: number, path: string | Buffer): Buffer =>
  hasProc
    ? readlinkSync(`/proc/self/fd/${fd}`, { encoding: "buffer" })
    : realpathSync(path, { encoding: "buffer" });

/**
 * Whether the file is known by another name than the one it was opened by. Its count of names alone does not tell:
 * someone may give it a name here and take that away again, and when it is counted just after, the one that counts is
 * the other. So the name it was opened by must still be there after counting. The kernel counts one less a moment
 * before it takes the name away, but both while it lets nobody read the directory: reading that waits for it.
 */
const mayHaveOtherName = (fd: number, counted: Stats, location: Buffer): boolean => {
  if (counted.nlink > 1 || !hasProc) return counted.nlink > 1;
  readSomeOf(location.subarray(0, Math.max(1, location.lastIndexOf("/"))));
  const now = locationOf(fd, "");
  // Moved or taken away meanwhile: harmless only when no name is left at all. A file that is really called
  // "… (deleted)", as the kernel says of one that is, is taken for such a one; nobody calls one so.
  const isStillThere = now.equals(location) && !now.subarray(-deleted.length).equals(deleted);
  return !isStillThere && fstatSync(fd).nlink > 0;
};

const deleted = Buffer.from(" (deleted)");

const readSomeOf = (directory: Buffer): void => {
  const open = opendirSync(directory, { bufferSize: 1 });
  try {
    open.readSync();
  } finally {
    open.closeSync();
  }
};

const hasProc = existsSync("/proc/self/fd");

// Linux's O_PATH on every architecture Node supports; Node does not name it.
const reference = hasProc ? 0o10000000 : constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
