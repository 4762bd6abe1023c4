import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import {
  type DependencyLock,
  type Installed,
  type Installer,
  InstallFailure,
  type InstallRequest,
  installFailure,
} from "./installer.ts";
import { packageProgram } from "./package-program.ts";
import { runPackageTool } from "./package-tool.ts";

const howToGet =
  "npm comes with Node.js: in a workflow add a step with `uses: actions/setup-node@v6` before.";

const specOf = ({ name, version }: Pick<InstallRequest, "name" | "version">): string =>
  `${name}@${version ?? "latest"}`;

const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"];

/** @throws InstallFailure */
const npm = async (
  request: InstallRequest,
  directory: string,
  [verb, ...rest]: readonly [string, ...string[]],
): Promise<void> => {
  const cache = join(request.cacheDirectory, "npm");
  await mkdir(cache, { recursive: true });
  const result = await runPackageTool({
    ...request,
    tool: "npm",
    args: [verb, ...flags, "--prefix", directory, ...rest],
    directory,
    needs: { writable: [cache], hosts: ["registry.npmjs.org"] },
    settings: {
      npm_config_userconfig: join(directory, "no-user-npmrc"),
      npm_config_globalconfig: join(directory, "no-global-npmrc"),
      npm_config_cache: cache,
      npm_config_update_notifier: "false",
      // Milliseconds. By itself npm waits 70 s before it gives up, also on an archive that is not the one it wants.
      npm_config_fetch_retry_mintimeout: "1000",
      npm_config_fetch_retry_maxtimeout: "5000",
    },
  });
  if (result.type === "done") return;
  throw installFailure(specOf(request), result, howToGet);
};

/**
 * npm takes the nearest `package.json` above as its project, and the folder's name for the name of one that has none:
 * the same packages would be another lock each time.
 */
const project = { name: "skill", private: true };

const resolve = async (request: InstallRequest, directory: string): Promise<DependencyLock> => {
  await writeFile(join(directory, "package.json"), JSON.stringify(project));
  await npm(request, directory, [
    ...(["install", "--package-lock-only", "--save-exact", "--"] as const),
    specOf(request),
  ]);
  const lock = await readFile(join(directory, "package-lock.json"), "utf8");
  refuseUnhashed(request, lock);
  return lock;
};

const refuseUnhashed = (request: InstallRequest, lock: DependencyLock): void => {
  const part = unhashedPart(lock);
  if (part === undefined) return;
  throw new InstallFailure(
    `Installing ${specOf(request)} failed: it needs ${part}, which does not come from npm's registry with a hash.`,
  );
};

const install = async (request: InstallRequest, lock: DependencyLock, directory: string): Promise<void> => {
  // One of a repository's own lock may have been written by anybody.
  refuseUnhashed(request, lock);
  const { dependencies = {} } = Lockfile.parse(JSON.parse(lock)).packages[""] ?? {};
  await writeFile(join(directory, "package.json"), JSON.stringify({ ...project, dependencies }));
  await writeFile(join(directory, "package-lock.json"), lock);
  await npm(request, directory, ["ci"]);
};

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.optional(z.string()),
      /** Absent where npm is told not to write it down. */
      resolved: z.optional(z.string()),
      integrity: z.optional(z.string()),
      /** Part of its parent's archive, and so of its parent's hash. */
      inBundle: z.optional(z.boolean()),
      dependencies: z.optional(z.record(z.string(), z.string())),
    }),
  ),
});

/** The first part that is not an archive of the registry with a hash: a repository, a folder, a bare address. */
const unhashedPart = (lock: DependencyLock): string | undefined => {
  const parts = Object.entries(Lockfile.parse(JSON.parse(lock)).packages).filter(([path]) => path !== "");
  const [path] =
    parts.find(
      ([, { integrity, resolved, inBundle }]) =>
        inBundle !== true &&
        (integrity === undefined || resolved?.startsWith("https://registry.npmjs.org/") === false),
    ) ?? [];
  return path?.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
};

const installed = (request: Pick<InstallRequest, "name" | "version">, lock: DependencyLock): Installed => {
  const { packages } = Lockfile.parse(JSON.parse(lock));
  const { version, integrity } = packages[`node_modules/${request.name}`] ?? {};
  if (version !== undefined && integrity !== undefined) return { version, integrity };
  throw new InstallFailure(`npm recorded no integrity for ${specOf(request)}.`);
};

/** npm packages, with their scripts off; the integrity is the archive's subresource integrity. */
export const npmPackage: Installer = {
  spec: specOf,
  resolve,
  install,
  installed,
  program: ({ name, bin }, directory) =>
    packageProgram({ directory: join(directory, "node_modules", name), name, wanted: bin }),
  remedy: (spec) =>
    `Check the package's name and version, that the registry can be reached and that npm is installed: npm view ${spec}`,
};
