import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * One change to what a process sees of the file system, which is read-only but for these: an empty folder of its own in
 * place of one (`hide`), the folder or file itself to `read` or to `write`, or another file in place of one (`cover`).
 */
export type Mount =
  | { readonly type: "hide" | "read" | "write"; readonly path: string }
  | { readonly type: "cover"; readonly path: string; readonly by: string };

/**
 * The mounts in the order in which they are made: an outer folder before what lies in it, so that the deepest word about
 * a path is the last. Of several about one path the last in the list holds. Links are followed first. What does not
 * exist is left out, since there is nothing to hide or to show, and so is what is to be read and can be read already. A
 * file that is hidden is covered by an empty one.
 */
export const mountPlan = (wanted: readonly Mount[]): readonly Mount[] => {
  const byPath = new Map<string, Mount>();
  for (const mount of wanted) {
    const found = statSync(mount.path, { throwIfNoEntry: false });
    const path = found === undefined ? "/" : realpathSync(mount.path);
    if (path === "/") continue;
    byPath.set(path, mount.type === "hide" && !found?.isDirectory() ? covered(path) : { ...mount, path });
  }
  const inOrder = [...byPath.values()].sort((a, b) => depth(a.path) - depth(b.path));
  const root = statSync("/").dev;
  return inOrder.filter(({ type, path }, at) => {
    const above = nearest(inOrder.slice(0, at), path);
    const isReadable = above?.type === "read" || (above === undefined && statSync(path).dev === root);
    return type !== "read" || !isReadable;
  });
};

const covered = (path: string): Mount => ({ type: "cover", path, by: "/dev/null" });

const depth = (path: string): number => path.split("/").length;

/** The innermost of the mounts that a path lies in. */
export const nearest = (mounts: readonly Mount[], path: string): Mount | undefined => {
  for (let folder = dirname(path); folder !== "/"; folder = dirname(folder)) {
    const found = mounts.find((mount) => mount.path === folder);
    if (found !== undefined) return found;
  }
  return undefined;
};
