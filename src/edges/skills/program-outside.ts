import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, relative } from "node:path";

/** The PATH entries that nothing in the workspace can fill: absolute, existing, and outside of it. */
export const pathOutside = (path: string, workspace: string): readonly string[] =>
  path.split(delimiter).filter((entry) => isAbsolute(entry) && isOutside(entry, workspace));

/** The absolute path of the first program of this name on the PATH that is neither in the workspace nor a link into it. */
export const programOutside = (
  name: string,
  { path, workspace }: { readonly path: string; readonly workspace: string },
): string | undefined =>
  pathOutside(path, workspace)
    .map((entry) => join(entry, name))
    .find((file) => isProgram(file, workspace));

const isProgram = (file: string, workspace: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    // A folder that may be entered counts as executable, too.
    return statSync(file).isFile() && isOutside(file, workspace);
  } catch {
    return false;
  }
};

/** Whether a file or folder exists and, with links followed, lies outside the workspace. */
export const isOutside = (file: string, workspace: string): boolean => {
  try {
    const way = relative(realpathSync(workspace), realpathSync(file));
    return way === ".." || way.startsWith("../") || isAbsolute(way);
  } catch {
    // What does not exist cannot be run.
    return false;
  }
};
