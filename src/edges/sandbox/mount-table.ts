import { statSync } from "node:fs";
import { dirname } from "node:path";
import { type Mount, nearest } from "./mounts.ts";
import { switches, tellingFiles } from "./proc-files.ts";
import { scratchSize } from "./scratch-size.ts";

/** Tables as `mount --all --fstab` reads them, to be made one after the other; and the files to be there for the second. */
export type MountTables = {
  readonly first: string;
  readonly points: readonly string[];
  readonly second: string;
};

/**
 * The file system of a process below the folder `root`: the old root's own file system alone and read-only, so that
 * nothing else that is mounted is there, a `/proc` whose switches cannot be written, a `/dev` to be filled, and the
 * mounts of the process. One call of `mount` makes a table, which takes a tenth of the time of a call for each.
 */
export const mountTables = (
  root: string,
  wanted: { readonly mounts: readonly Mount[]; readonly uid: number; readonly gid: number },
): MountTables => {
  const { uid, gid } = wanted;
  const mounts = wanted.mounts.filter((mount) => mount.type !== "cover" || isThere(mount, wanted.mounts));
  const size = scratchSize(mounts.filter(({ type }) => type === "hide").length + 1);
  const own = `mode=700,uid=${uid},gid=${gid},nosuid,nodev,size=${size}`;
  const line = (mount: Mount): string => {
    const at = root + mount.path;
    switch (mount.type) {
      case "hide":
        return entry("sandbox", at, "tmpfs", `${own},X-mount.mkdir`);
      case "read":
        return entry(mount.path, at, "none", `bind,ro,nosuid,nodev${madeOnTheWay(mount.path)}`);
      case "write":
        return entry(mount.path, at, "none", `bind,nosuid,nodev${madeOnTheWay(mount.path)}`);
      case "cover":
        return entry(mount.by, at, "none", "bind,ro,nosuid");
      default:
        return mount satisfies never;
    }
  };
  const late = mounts.filter((mount) => isFile(mount.path) && nearest(mounts, mount.path)?.type === "hide");
  const early = mounts.filter((mount) => !late.includes(mount));
  return {
    first: [
      ...system(root, size),
      ...elsewhere(mounts).map((path) => line({ type: "hide", path })),
      ...early.map(line),
    ].join(""),
    points: late.map(({ path }) => root + path),
    second: late.map(line).join(""),
  };
};

/** Whether there is something to cover: not on another file system, unless a mount shows that place of it. */
const isThere = (mount: Mount, mounts: readonly Mount[]): boolean =>
  nearest(mounts, mount.path) !== undefined || deviceOf(mount.path) === statSync("/").dev;

/** Mount points of other file systems that mounts lie in: below them nothing is there, and nothing could be made. */
const elsewhere = (mounts: readonly Mount[]): readonly string[] => {
  const root = statSync("/").dev;
  const outer = mounts.filter(({ path }) => nearest(mounts, path) === undefined && deviceOf(path) !== root);
  const points = new Set(outer.map(({ path }) => mountPoint(path)));
  return [...points].filter((point) => !mounts.some(({ path }) => path === point));
};

const deviceOf = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.dev ?? statSync("/").dev;

const mountPoint = (path: string): string =>
  path !== "/" && statSync(dirname(path)).dev === statSync(path).dev ? mountPoint(dirname(path)) : path;

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;

const madeOnTheWay = (path: string): string => (isFile(path) ? "" : ",X-mount.mkdir");

const system = (root: string, size: number): readonly string[] => [
  entry("/", root, "none", "bind,ro,nosuid,nodev"),
  entry("proc", `${root}/proc`, "proc", "nosuid,nodev,noexec"),
  ...switches.map((path) => entry(root + path, root + path, "none", "bind,ro")),
  ...tellingFiles.map((path) => entry("/dev/null", root + path, "none", "bind,ro")),
  entry("sandbox", `${root}/dev`, "tmpfs", "mode=755,nosuid,noexec"),
  entry("sandbox", `${root}/dev/shm`, "tmpfs", `mode=1777,nosuid,nodev,size=${size},X-mount.mkdir`),
];

const entry = (source: string, target: string, type: string, options: string): string =>
  `${field(source)} ${field(target)} ${type} ${options} 0 0\n`;

const field = (text: string): string =>
  text.replaceAll(
    /[ \t\n\r\\#]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
