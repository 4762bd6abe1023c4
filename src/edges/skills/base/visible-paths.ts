import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { ExpertStackError } from "../../../errors.ts";

/** Which places the file tools may see. Works on paths alone; `workspace.ts` asks it about what was opened. */
export type VisiblePaths = {
  /** The workspace, without symbolic links. */
  readonly root: string;
  /**
   * Makes a requested path relative to `root` (`""` for the root itself), `..` worked out.
   *
   * @throws ExpertStackError PATH_ESCAPE when it leads outside, is hidden, or cannot be a path.
   */
  toRelative(requested: string): string;
  /** @throws ExpertStackError PATH_ESCAPE unless the absolute `location` is inside and visible. */
  admit(location: string, requested: string): void;
  isHidden(location: string): boolean;
};

/**
 * `.git` holds credentials and hooks that run later with more rights; `.expert-stack` holds jobs. Both are hidden at
 * any depth. `hidden` are absolute directories; those that contain the workspace do not hide it.
 */
export const visiblePaths = (options: {
  readonly workspace: string;
  readonly hidden: readonly string[];
}): VisiblePaths => {
  const given = resolve(options.workspace);
  const root = realpathSync.native(given);
  // A `.git` that is a link is hidden under the name it points to as well.
  const hidden = [...options.hidden, ...kernelTrees, join(root, ".git")]
    .flatMap((directory) => [resolve(directory), withoutLinks(resolve(directory))])
    .filter((directory) => !isWithin(directory, root));

  const isHidden = (location: string): boolean =>
    hidden.some((directory) => isWithin(directory, location)) ||
    location.slice(root.length).split("/").some(isHiddenName);

  const admit = (location: string, requested: string): void => {
    // The kernel's path of something that was deleted meanwhile ends so.
    const place = location.replace(/ \(deleted\)$/, "");
    if (!isWithin(root, place)) throw outside(requested);
    if (isHidden(place)) throw invisible(requested);
  };

  return {
    root,
    isHidden,
    admit,
    toRelative(requested) {
      if (requested.includes("\0") || !requested.isWellFormed()) throw unusable(requested);
      if (Buffer.byteLength(requested) > maxPathBytes) throw tooLong(requested);
      const absolute = isAbsolute(requested) ? resolve(requested) : resolve(root, requested);
      // The workspace may be known by a name that leads through a link.
      const place = isWithin(given, absolute) ? join(root, relative(given, absolute)) : absolute;
      admit(place, requested);
      return relative(root, place);
    },
  };
};

/** Linux's own limit, checked first so that no half of a path is created. */
const maxPathBytes = 4_095;

/** Only reachable when the workspace is the whole file system; never the Expert's business. */
const kernelTrees = ["/proc", "/sys", "/dev"] as const;

const isHiddenName = (name: string): boolean => /^\.(git|expert-stack)$/i.test(name);

const isWithin = (directory: string, location: string): boolean =>
  location === directory || location.startsWith(directory.endsWith("/") ? directory : `${directory}/`);

/** The real path, also of something that does not exist yet. */
const withoutLinks = (path: string): string => {
  if (existsSync(path)) return realpathSync.native(path);
  return path === dirname(path) ? path : join(withoutLinks(dirname(path)), basename(path));
};

const pathEscape = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PATH_ESCAPE", message, remedy });

const outside = (requested: string): ExpertStackError =>
  pathEscape(`${shown(requested)} is outside the workspace.`, "Name a path inside it, relative to it.");

const invisible = (requested: string): ExpertStackError =>
  pathEscape(
    `${shown(requested)} is not visible to Experts.`,
    "The file tools see no .git, no .expert-stack and none of the runner's own folders.",
  );

const unusable = (requested: string): ExpertStackError =>
  pathEscape(`${shown(requested)} cannot be a path.`, "Leave out NUL characters and unpaired surrogates.");

const tooLong = (requested: string): ExpertStackError =>
  pathEscape(`${shown(requested)} is too long.`, `A path has at most ${maxPathBytes} bytes.`);

const shown = (requested: string): string =>
  JSON.stringify(requested.length > 200 ? `${requested.slice(0, 200)}…` : requested);
