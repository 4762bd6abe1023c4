import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { gitFolders, gitMounts } from "./git-view.ts";
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
  /** By the folder that each lies in. */
  readonly git: readonly Mount[];
  /** Folders on the way to something hidden: as mounts of their own nobody inside can rename them away. */
  readonly ways: readonly string[];
  /** A folder of the sandbox's own, which is out of sight, too. */
  readonly control: string;
};

export const planOf = (options: PlanOptions, control: string): Plan => {
  const { checkout, workspace, hidden, home, searchPath } = options;
  const foreign = [checkout, workspace];
  const git = gitFolders(foreign);
  const places = toolchains({ searchPath, home, foreign, hidden });
  return {
    ...options,
    control,
    tools: places.map((path): Mount => ({ type: "read", path })),
    git: git.flatMap((folder) => gitMounts(folder, control)),
    ways: [
      ...new Set(
        [...git, ...hidden.filter((path) => existsSync(path))].flatMap((path) => waysTo(path, workspace)),
      ),
    ],
  };
};

const waysTo = (path: string, folder: string): readonly string[] => {
  const found: string[] = [];
  for (let at = dirname(path); isBelow(at, folder); at = dirname(at)) found.push(at);
  return found;
};

export const isBelow = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
