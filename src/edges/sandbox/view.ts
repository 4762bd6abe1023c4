import { join } from "node:path";
import type { Confinement, Launch } from "../../run/sandbox-ports.ts";
import { gitMounts } from "./git-view.ts";
import { type Mount, mountPlan } from "./mounts.ts";
import { toolchains } from "./toolchains.ts";

export type ViewOptions = {
  /** The repository's folder. */
  readonly checkout: string;
  /** Absolute paths that no process sees: the runner's own folders, stored jobs, credential files. */
  readonly hidden: readonly string[];
  /** The home of whoever runs us. */
  readonly home: string;
  /** A folder of the sandbox's own, which is out of sight, too. */
  readonly control: string;
};

/** Where programs leave what they need for a while: each process gets its own, empty. */
export const scratchFolders = ["/tmp", "/var/tmp"] as const;

/** Where sockets of the system's services are (Docker's among them), and homes. */
const privateFolders = ["/run", "/root", "/home"];

/** What a process that has the id of root could read. */
const rootsFiles = ["/etc/shadow", "/etc/gshadow"];

/** What one process sees. */
export const viewOf = (
  { checkout, hidden, home, control }: ViewOptions,
  launch: Launch & { readonly file: string },
  confinement: Confinement,
): readonly Mount[] => {
  const { workspace, readable, writable } = confinement;
  const hide = (path: string): Mount => ({ type: "hide", path });
  const read = (path: string): Mount => ({ type: "read", path });
  const stored = [checkout, workspace.path].map((folder) => hide(join(folder, ".expert-stack")));
  return mountPlan([
    ...[...scratchFolders, ...privateFolders, ...rootsFiles, home, ...hidden].map(hide),
    ...toolchains(launch.env.PATH ?? "", home).map(read),
    confinement.checkout === "visible" ? read(checkout) : hide(checkout),
    { type: workspace.access, path: workspace.path },
    // Said again, since the workspace may lie in one of them, or one of them in it.
    ...hidden.filter((path) => isBelow(path, workspace.path) || isBelow(path, checkout)).map(hide),
    ...(confinement.checkout === "visible" ? gitMounts([checkout, workspace.path], control) : []),
    ...stored,
    ...readable.map(read),
    ...writable.map((path): Mount => ({ type: "write", path })),
    read(launch.file),
    hide(control),
  ]);
};

const isBelow = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
