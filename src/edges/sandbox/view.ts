import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Confinement } from "../../run/sandbox-ports.ts";
import { type Mount, mountPlan } from "./mounts.ts";
import { isBelow, type Plan, refuseMoved } from "./plan.ts";

/** Where programs leave what they need for a while: each process gets its own, empty. */
export const scratchFolders = ["/tmp", "/var/tmp"] as const;

/**
 * What lies in the root folder and makes a system. Everything else there is somebody's data: homes, sockets of services
 * (`/run`, Docker's among them), a disk, a share, the root of a runner.
 */
const systemFolders: ReadonlySet<string> = new Set([
  ...["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "opt", "var", "nix", "gnu", "snap"],
  ...["dev", "proc", "sys", "tmp"],
]);

/** And files, none of which makes a system. */
const foreignFolders = (): readonly string[] =>
  readdirSync("/", { withFileTypes: true })
    .filter((entry) => entry.isFile() || (entry.isDirectory() && !systemFolders.has(entry.name)))
    .map(({ name }) => `/${name}`);

/** What a process that has the id of root could read. */
const rootsFiles = [
  ...["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"],
  ...["/etc/sudoers", "/etc/sudoers.d", "/etc/ssl/private"],
  ...["rsa", "ecdsa", "ed25519", "dsa"].map((kind) => `/etc/ssh/ssh_host_${kind}_key`),
];

/**
 * What one process sees.
 *
 * @throws ExpertStackError SANDBOX_FAILED when a folder that something is mounted on is another by now
 *
 * @param sockets of the machine's services, which are covered
 * @param file its program, which is shown where the runner chose it and nobody else: the Node of this process
 */
export const viewOf = (
  plan: Plan,
  file: string,
  confinement: Confinement,
  sockets: readonly string[] = [],
): readonly Mount[] => {
  const { checkout, hidden, home, control } = plan;
  refuseMoved(plan);
  const { readable, writable } = confinement;
  const workspace = { ...confinement.workspace, path: realpathSync(confinement.workspace.path) };
  const isVisible = confinement.checkout === "visible";
  const hide = (path: string): Mount => ({ type: "hide", path });
  const read = (path: string): Mount => ({ type: "read", path });
  const shown = (path: string): boolean => isVisible || isBelow(path, workspace.path);
  const inside = hidden.filter((path) => isBelow(path, workspace.path) || isBelow(path, checkout));
  return mountPlan([
    ...[...scratchFolders, ...foreignFolders(), ...rootsFiles, home, ...hidden].map(hide),
    ...sockets.map(hide),
    ...plan.tools,
    isVisible ? read(checkout) : hide(checkout),
    { type: workspace.access, path: workspace.path },
    ...plan.ways
      .filter((path) => isBelow(path, workspace.path))
      .map((path): Mount => ({ type: workspace.access, path })),
    // Said again, since the workspace may lie in one of them, or one of them in it.
    ...inside.filter(shown).map(hide),
    ...plan.git.filter(({ path }) => shown(path)),
    ...[checkout, workspace.path]
      .map((folder) => join(folder, ".expert-stack"))
      .filter(isFolder)
      .filter(shown)
      .map(hide),
    ...readable.map(read),
    ...writable.map((path): Mount => ({ type: "write", path })),
    ...(isOwnNode(file) ? [read(file)] : []),
    hide(control),
  ]);
};

/** Also by a link, as a package's `.bin` has it. */
const isOwnNode = (file: string): boolean => realpathSync(file) === realpathSync(process.execPath);

/** And no link, which would have something else hidden. */
const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
