import { isUtf8 } from "node:buffer";
import { readdirSync } from "node:fs";

/** Folders with odd names, and below them, that are looked into. */
const mostSearched = 10_000;

/**
 * Whether a folder of git lies in one of this folder's whose name is no UTF-8, or below it. Nothing can be mounted there,
 * since a mount is named by text.
 */
export const hasGitInOddFolder = (folder: string): boolean => {
  const queue = foldersIn(Buffer.from(folder)).filter(({ name }) => !isUtf8(name));
  for (let at = 0; at < queue.length; at++) {
    const inside = at < mostSearched ? foldersIn(queue[at]?.path ?? Buffer.of()) : undefined;
    if (inside === undefined || inside.some(({ name }) => name.equals(git))) return true;
    queue.push(...inside);
  }
  return false;
};

const git = Buffer.from(".git");
const slash = Buffer.from("/");

type Folder = { readonly name: Buffer; readonly path: Buffer };

const foldersIn = (path: Buffer): readonly Folder[] => {
  try {
    return readdirSync(path, { withFileTypes: true, encoding: "buffer" })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ name, path: Buffer.concat([path, slash, name]) }));
  } catch {
    // Not to be read, and then no process of ours reads it either.
    return [];
  }
};
