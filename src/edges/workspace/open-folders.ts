import { closeSync, constants, existsSync, openSync } from "node:fs";

/** Opens folders one name at a time and follows no link, so that no path leads out of the one it began in. */
export type OpenFolders = Disposable & {
  /**
   * @param path one character a byte, from the root
   * @returns the path for system calls on its last name, or nothing where a folder on the way is none, or a link
   */
  place(path: string): Buffer | undefined;
};

/** Those of the last path stay open: neighbours are asked for one after the other. */
export const openFolders = (root: string): OpenFolders => {
  const open: { readonly name: string; readonly fd: number; readonly path: Buffer }[] = [];
  const first = openFolder(Buffer.from(root));
  const closeFrom = (depth: number): void => {
    for (const { fd } of open.splice(depth)) closeSync(fd);
  };
  return {
    place(path) {
      const names = path.split("/");
      const last = names.pop() ?? "";
      let depth = 0;
      while (depth < names.length && open[depth]?.name === names[depth]) depth += 1;
      closeFrom(depth);
      for (const name of names.slice(depth)) {
        const folder = tryOpen(inside(open.at(-1) ?? first, name));
        if (folder === undefined) return undefined;
        open.push({ name, ...folder });
      }
      return inside(open.at(-1) ?? first, last);
    },
    [Symbol.dispose]: () => {
      closeFrom(0);
      closeSync(first.fd);
    },
  };
};

type Folder = { readonly fd: number; readonly path: Buffer };

const hasProc = existsSync("/proc/self/fd");

/** Where there is no `/proc` (macOS) by its name: there a name that is swapped at the right moment can still win. */
const inside = ({ fd, path }: Folder, name: string): Buffer =>
  Buffer.concat([hasProc ? Buffer.from(`/proc/self/fd/${fd}`) : path, Buffer.from(`/${name}`, "latin1")]);

const openFolder = (path: Buffer): Folder => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  return { fd, path };
};

const tryOpen = (path: Buffer): Folder | undefined => {
  try {
    return openFolder(path);
  } catch {
    // Not there any more, a file, or a link: what was in it is not there either.
    return undefined;
  }
};
