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

/**
 * What must be readable for the programs of a PATH to run, although it may lie in a hidden home: the folders of the
 * PATH; with a `bin` also the installation around it, when it looks like one (`lib` beside it); and what version managers
 * keep. Not the rest of a home: `~/.cargo` holds a registry's token beside its `bin`, `~/.local` somebody's keyring.
 */
export const toolchains = (searchPath: string, home: string): readonly string[] => {
  const folders = searchPath.split(delimiter).filter((entry) => isAbsolute(entry) && existsSync(entry));
  const homes = new Set([home, join(home, ".local")].map(realOrSame));
  const readable = folders.map(realOrSame).flatMap((folder) => {
    const around = dirname(folder);
    const isInstallation = basename(folder) === "bin" && existsSync(join(around, "lib")) && around !== "/";
    return isInstallation && !homes.has(around) ? [around] : homes.has(folder) ? [] : [folder];
  });
  return [...readable, ...managed.map((name) => join(home, name))];
};

const realOrSame = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
