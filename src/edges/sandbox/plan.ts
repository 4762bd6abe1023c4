import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import { gitFoldersAbove } from "./git-above.ts";
import { credentialPlaces, gitFolders, gitView } from "./git-view.ts";
import type { Mount } from "./mounts.ts";
import { toolchains } from "./toolchains.ts";

export type PlanOptions = {
  /** The repository's folder. */
  readonly checkout: string;
  readonly workspace: string;
  /** Absolute paths that no process sees: the runner's own folders, stored jobs, credential files. */
  readonly hidden: readonly string[];
  /** The home of whoever runs us. */
  readonly home: string;
  /** The runner's own PATH. */
  readonly searchPath: string;
};

/**
 * What is the same for every process of a job, and is looked up once, before any of them runs: later the workspace is
 * what a process made of it, and a link in it would lead a mount of root's elsewhere.
 */
export type Plan = PlanOptions & {
  readonly tools: readonly Mount[];
  /** Git's folders as a process sees them. */
  readonly git: readonly Mount[];
  /** Folders on the way to something hidden: as mounts of their own nobody inside can rename them away. */
  readonly ways: readonly string[];
  /** A folder of the sandbox's own, which is out of sight, too. */
  readonly control: string;
  /** Every place in the workspace that something is mounted on, with where it really is. */
  readonly places: ReadonlyMap<string, string>;
};

export const planOf = (options: PlanOptions, control: string): Plan => {
  const { home, searchPath } = options;
  const [checkout, workspace] = [realPath(options.checkout), realPath(options.workspace)];
  const foreign = [checkout, workspace];
  const git = gitFolders(foreign);
  const above = foreign
    .flatMap((folder) => gitFoldersAbove(folder, foreign))
    .filter((path) => !git.own.includes(path));
  // As they are called, too: what a name leads to may be another file at the next start, as of a secret that rotates.
  const hidden = [...new Set([...options.hidden, ...above].flatMap((path) => [path, realPath(path)]))];
  // A file `.git` has no say in which programs are shown: what it names in their folder is hidden there.
  const tools = toolchains({ searchPath, home, foreign, hidden: options.hidden });
  const inside = hidden.filter((path) => foreign.some((folder) => isBelow(path, folder)) && existsSync(path));
  const kept = [...git.own, ...git.alike.flatMap(credentialPlaces), ...inside];
  const ways = [...new Set(kept.flatMap((path) => waysTo(path, workspace)))];
  const shown = gitView(git, control);
  refuseTooMany([...ways, ...shown.map(({ path }) => path)]);
  return {
    ...{ ...options, checkout, workspace, hidden, control, ways },
    tools: tools.map((path): Mount => ({ type: "read", path })),
    git: shown,
    places: new Map([...ways, ...kept, ...foreign].map((path) => [path, realPath(path)])),
  };
};

/** Of mounts in a workspace, and characters of all their paths: whoever makes one reads through all of them. */
const [mostMounts, mostCharacters] = [1_000, 60_000];

/** @throws ExpertStackError SANDBOX_FAILED where no process could be started in a time that somebody waits for */
const refuseTooMany = (paths: readonly string[]): void => {
  const characters = paths.reduce((sum, path) => sum + path.length, 0);
  if (paths.length <= mostMounts && characters <= mostCharacters) return;
  const deepest = paths.reduce((longest, path) => (path.length > longest.length ? path : longest), "");
  throw new ExpertStackError({
    code: "SANDBOX_FAILED",
    message: `No process is started: the repositories and files to hide in the workspace are too many, or lie too deep, such as ${deepest.slice(0, 200)}.`,
    remedy: "Remove some of them, or check out less.",
  });
};

/**
 * Whether everything is where it was when it was planned, or gone. A link in the place of a folder would have the mount
 * made wherever it leads.
 *
 * @throws ExpertStackError SANDBOX_FAILED
 */
export const refuseMoved = ({ places }: Plan): void => {
  for (const [path, real] of places) {
    if (!existsSync(path) || realpathSync(path) === real) continue;
    throw new ExpertStackError({
      code: "SANDBOX_FAILED",
      message: `No process is started: ${path} is a link by now, or lies behind one, and was not when the job began.`,
      remedy: "Put it back as it was.",
    });
  }
};

/** Of what is not there, the name it has. */
const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

const waysTo = (path: string, folder: string): readonly string[] => {
  const found: string[] = [];
  for (let at = dirname(path); isBelow(at, folder); at = dirname(at)) found.push(at);
  return found;
};

export const isBelow = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
