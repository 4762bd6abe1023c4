import { existsSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";

/** Folders in which version managers keep programs, and nothing that is anybody's secret. */
const managed = [
  ".rustup",
  ".pyenv",
  ".rbenv",
  ".nvm/versions",
  ".volta/tools",
  ".asdf/installs",
  ".local/share/uv/python",
  ".local/share/mise/installs",
  ".sdkman/candidates",
];

export type ToolchainOptions = {
  /** The runner's own PATH: a process's would let whoever chooses that choose what it sees. */
  readonly searchPath: string;
  readonly home: string;
  /** Folders whose content is data: the checkout, the workspace. */
  readonly foreign: readonly string[];
  /** Folders of the runner's that nobody sees, and that a place of programs must not contain. */
  readonly hidden: readonly string[];
};

/**
 * What must be readable for the programs of a PATH to run, although it may lie in a hidden home: the folders of the
 * PATH; with a `bin` also the installation around it, when it looks like one (`lib` beside it); and what version managers
 * keep. Not the rest of a home: `~/.cargo` holds a registry's token beside its `bin`, `~/.local` somebody's keyring.
 */
export const toolchains = ({ searchPath, home, foreign, hidden }: ToolchainOptions): readonly string[] => {
  const strange = foreign.map(realOrSame);
  const folders = searchPath
    .split(delimiter)
    .filter((entry) => isAbsolute(entry) && existsSync(entry))
    // Neither what lies in the checkout nor, by a link of the checkout's, what that leads to.
    .filter((entry) => !isIn(entry, foreign) && !isIn(realpathSync(entry), strange));
  const around = folders.map(realOrSame).map(installation);
  const closed = [home, join(home, ".local"), ...hidden].map(realOrSame);
  const places = around.flatMap(
    ([whole, own]) => [whole, own].find((place) => !isAbove(place, closed)) ?? [],
  );
  return [...places, ...managed.map((name) => join(home, name))];
};

const installation = (folder: string): readonly [whole: string, own: string] => {
  const parent = dirname(folder);
  const isOne = basename(folder) === "bin" && existsSync(join(parent, "lib")) && parent !== "/";
  return isOne ? [parent, folder] : [folder, folder];
};

const isIn = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

const isAbove = (folder: string, paths: readonly string[]): boolean =>
  paths.some((path) => path === folder || path.startsWith(`${folder}/`));

const realOrSame = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
