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
  const byPath = new Map<string, { readonly mount: Mount; readonly place: Place }>();
  for (const mount of wanted) {
    const place = placeOf(mount.path);
    if (place === undefined || place.path === "/") continue;
    const { path, isDirectory } = place;
    const made = mount.type === "hide" && !isDirectory ? covered(path) : { ...mount, path };
    byPath.set(path, { mount: made, place });
  }
  const inOrder = [...byPath.values()].sort((a, b) => depth(a.place.path) - depth(b.place.path));
  const mounts = inOrder.map(({ mount }) => mount);
  const root = statSync("/").dev;
  return inOrder
    .filter(({ mount, place }, at) => {
      const above = nearest(mounts.slice(0, at), mount.path);
      if (isEmpty(mount)) return above?.type !== "hide";
      const isReadable = above?.type === "read" || (above === undefined && place.device === root);
      return mount.type !== "read" || !isReadable;
    })
    .map(({ mount }) => mount);
};

type Place = { readonly path: string; readonly isDirectory: boolean; readonly device: number };

/** What a path leads to. @returns undefined for what is not there, is no longer, or is not ours to look at */
const placeOf = (path: string): Place | undefined => {
  try {
    const found = statSync(path);
    return { path: realpathSync(path), isDirectory: found.isDirectory(), device: found.dev };
  } catch {
    // What the runner cannot enter its processes cannot either.
    return undefined;
  }
};

const isEmpty = (mount: Mount): boolean => mount.type === "cover" && mount.by === "/dev/null";

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
