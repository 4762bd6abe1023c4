import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { entriesOf, looksLikeGit } from "./git-view.ts";

/** Bytes of a file that names a folder. */
const longestName = 4_096;

/**
 * Folders of git that a folder lies below: the repository's, where the workspace is a folder of it. And where a work tree
 * or a repository with its folder elsewhere says that is (a file `.git`), that folder.
 *
 * @param foreign folders whose content anybody may have made: what a file in them names is taken only where it looks like
 *   git's folder and lies outside them, or such a file would choose what no process sees
 */
export const gitFoldersAbove = (folder: string, foreign: readonly string[]): readonly string[] => {
  const git = join(folder, ".git");
  const found = lstatSync(git, { throwIfNoEntry: false });
  const elsewhere = found?.isFile() ? namedBy(git).filter((path) => isGit(path, foreign)) : [];
  const here = found?.isDirectory() ? [git] : [];
  const above = dirname(folder);
  return [...here, ...elsewhere, ...(above === folder ? [] : gitFoldersAbove(above, foreign))];
};

/** What a file `.git` names, and the folder that a work tree shares with others. */
const namedBy = (file: string): readonly string[] => {
  const named = /^gitdir: (.+)$/m.exec(contentOf(file))?.[1];
  if (named === undefined) return [];
  const folder = resolve(dirname(file), named.trim());
  const shared = contentOf(join(folder, "commondir")).trim();
  return shared === "" ? [folder] : [folder, resolve(folder, shared)];
};

const isGit = (path: string, foreign: readonly string[]): boolean => {
  // Of a name that no system has, too, it says that nothing is there.
  if (!existsSync(path)) return false;
  const real = realpathSync(path);
  const isOutside = foreign.every((folder) => real !== folder && !real.startsWith(`${folder}/`));
  return isOutside && (looksLikeGit(entriesOf(real)) || isWorkTree(real));
};

/** The folder of a work tree has no objects of its own. */
const isWorkTree = (path: string): boolean =>
  ["HEAD", "commondir"].every((name) => isSmallFile(join(path, name)));

/** A name that no system has, which a file may hold all the same, is that of no file. */
const isSmallFile = (path: string): boolean => {
  try {
    const found = lstatSync(path);
    return found.isFile() && found.size <= longestName;
  } catch {
    return false;
  }
};

const contentOf = (path: string): string => (isSmallFile(path) ? readFileSync(path, "utf8") : "");
