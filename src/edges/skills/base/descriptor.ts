import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
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
    const bytes = hasProc
      ? readlinkSync(`/proc/self/fd/${fd}`, { encoding: "buffer" })
      : realpathSync(path, { encoding: "buffer" });
    const location = bytes.toString("utf8");
    return {
      fd,
      through: hasProc ? `/proc/self/fd/${fd}` : location,
      location,
      isUtf8: Buffer.from(location, "utf8").equals(bytes),
      stats: fstatSync(fd),
      [Symbol.dispose]: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const hasProc = existsSync("/proc/self/fd");

// Linux's O_PATH on every architecture Node supports; Node does not name it.
const reference = hasProc ? 0o10000000 : constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
