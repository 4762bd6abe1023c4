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
  const tools = toolchains({ searchPath, home, foreign, hidden });
  const inside = hidden.filter((path) => foreign.some((folder) => isBelow(path, folder)) && existsSync(path));
  const kept = [...git.own, ...git.alike.flatMap(credentialPlaces), ...inside];
  const ways = [...new Set(kept.flatMap((path) => waysTo(path, workspace)))];
  return {
    ...{ ...options, checkout, workspace, hidden, control, ways },
    tools: tools.map((path): Mount => ({ type: "read", path })),
    git: gitView(git, control),
    places: new Map([...ways, ...kept, ...foreign].map((path) => [path, realPath(path)])),
  };
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
