import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { Installed, Installer, InstallRequest } from "./installer.ts";
import { packageProgram } from "./package-program.ts";
import { runPackageTool } from "./package-tool.ts";

const specOf = ({ name, version }: Pick<InstallRequest, "name" | "version">): string =>
  `${name}@${version ?? "latest"}`;

const flags = [
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--omit=dev",
  "--save-exact",
  "--loglevel=error",
];

const install = async (request: InstallRequest, directory: string): Promise<Installed | string> => {
  // npm takes the nearest `package.json` above as its project.
  await writeFile(join(directory, "package.json"), JSON.stringify({ private: true }));
  const cache = join(request.cacheDirectory, "npm");
  await mkdir(cache, { recursive: true });
  const result = await runPackageTool({
    ...request,
    tool: "npm",
    args: ["install", ...flags, "--prefix", directory, "--", specOf(request)],
    directory,
    needs: { writable: [cache], hosts: ["registry.npmjs.org"] },
    settings: {
      npm_config_userconfig: join(directory, "no-user-npmrc"),
      npm_config_globalconfig: join(directory, "no-global-npmrc"),
      npm_config_cache: cache,
      npm_config_update_notifier: "false",
    },
  });
  if (result.type === "done") return await lockedPackage(request, directory);
  return `Installing ${specOf(request)} failed: ${result.because}.${result.lines === "" ? "" : ` Its last lines:\n${result.lines}`}`;
};

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.optional(z.string()), integrity: z.optional(z.string()) }),
  ),
});

const lockedPackage = async (request: InstallRequest, directory: string): Promise<Installed | string> => {
  const lockfile = Lockfile.parse(JSON.parse(await readFile(join(directory, "package-lock.json"), "utf8")));
  const { version, integrity } = lockfile.packages[`node_modules/${request.name}`] ?? {};
  return version === undefined || integrity === undefined
    ? `npm recorded no integrity for ${specOf(request)}.`
    : { version, integrity };
};

/** npm packages, with their scripts off; the integrity is the archive's subresource integrity. */
export const npmPackage: Installer = {
  spec: specOf,
  install,
  program: ({ name, bin }, directory) =>
    packageProgram({ directory: join(directory, "node_modules", name), name, wanted: bin }),
  remedy: (spec) =>
    `Check the package's name and version, that the registry can be reached and that npm is installed: npm view ${spec}`,
};
