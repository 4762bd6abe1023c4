import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import {
  type DependencyLock,
  type Installed,
  type Installer,
  InstallFailure,
  type InstallRequest,
  installFailure,
} from "./installer.ts";
import { runPackageTool } from "./package-tool.ts";
import { installedTags, normalName, pythonProgram, wheelTags } from "./python-environment.ts";

const howToGet =
  "In a workflow add a step with `uses: astral-sh/setup-uv@v6` before, elsewhere `pip install uv`.";

const specOf = ({ name, version }: Pick<InstallRequest, "name" | "version">): string =>
  `${name}${version === undefined || version === "latest" ? "" : `==${version}`}`;

/** No source is ever built: that would run its `setup.py`. @throws InstallFailure */
const uv = async (request: InstallRequest, directory: string, args: readonly string[]): Promise<void> => {
  const cache = join(request.cacheDirectory, "uv");
  await mkdir(cache, { recursive: true });
  const result = await runPackageTool({
    ...request,
    tool: "uv",
    args,
    directory,
    needs: { writable: [cache], hosts: ["pypi.org", "files.pythonhosted.org"] },
    settings: {
      UV_NO_CONFIG: "1",
      UV_NO_ENV_FILE: "1",
      UV_NO_PROGRESS: "1",
      UV_CACHE_DIR: cache,
      // Not linked to the cache: what a skill does to its own files must not reach the next install.
      UV_LINK_MODE: "copy",
    },
  });
  if (result.type === "done") return;
  throw installFailure(specOf(request), result, howToGet);
};

const environment = async (request: InstallRequest, directory: string): Promise<string> => {
  // Relocatable, since the folder is moved to its place once it is complete.
  await uv(request, directory, ["venv", "--relocatable", "--no-project", "--allow-existing", "venv"]);
  return join(directory, "venv/bin/python");
};

const resolve = async (request: InstallRequest, directory: string): Promise<DependencyLock> => {
  await writeFile(join(directory, "requirements.in"), `${specOf(request)}\n`);
  const python = await environment(request, directory);
  await uv(request, directory, [
    ...["pip", "compile", "--no-build", "--python", python, "--no-header"],
    ...["--format", "pylock.toml", "--output-file", "pylock.toml", "requirements.in"],
  ]);
  const lock = await readFile(join(directory, "pylock.toml"), "utf8");
  refuseUnhashed(request, lock);
  return lock;
};

const refuseUnhashed = (request: InstallRequest, lock: DependencyLock): void => {
  const part = packagesOf(lock).find(({ wheels = [] }) => !wheels.some(isHashed) || !wheels.every(isHashed));
  if (part === undefined) return;
  throw new InstallFailure(
    `Installing ${specOf(request)} failed: it needs ${part.name}, which has no wheel with a hash on PyPI.`,
  );
};

const install = async (request: InstallRequest, lock: DependencyLock, directory: string): Promise<void> => {
  // One of a repository's own lock may have been written by anybody.
  refuseUnhashed(request, lock);
  await writeFile(join(directory, "pylock.toml"), lock);
  const python = await environment(request, directory);
  const from = ["--require-hashes", "--requirements", "pylock.toml"];
  await uv(request, directory, ["pip", "install", "--no-build", "--python", python, ...from]);
};

/** The part of `pylock.toml` (PEP 751) that says what is installed. */
const Pylock = z.object({
  packages: z.array(
    z.object({
      name: z.string(),
      version: z.optional(z.string()),
      wheels: z.optional(
        z.array(z.object({ url: z.string(), hashes: z.object({ sha256: z.optional(z.string()) }) })),
      ),
    }),
  ),
});

type Wheel = { readonly url: string; readonly hashes: { readonly sha256?: string | undefined } };

const isHashed = ({ hashes }: Wheel): boolean => hashes.sha256 !== undefined;

const packagesOf = (lock: DependencyLock) => Pylock.parse(parse(lock)).packages;

const installed = (
  request: Pick<InstallRequest, "name" | "version">,
  lock: DependencyLock,
  directory: string,
): Installed => {
  const own = packagesOf(lock).find(({ name }) => normalName(name) === normalName(request.name));
  const wheels = own?.wheels ?? [];
  const tags = wheels.length > 1 ? installedTags(directory, request.name) : undefined;
  const wheel = wheels.find(({ url }) => tags === undefined || wheelTags(url).some((tag) => tags.has(tag)));
  const sha256 = wheel?.hashes.sha256;
  if (own?.version !== undefined && sha256 !== undefined) {
    return { version: own.version, integrity: `sha256:${sha256}` };
  }
  throw new InstallFailure(`uv recorded no hash for ${specOf(request)}.`);
};

/** Python packages by uv, from wheels only; the integrity is the SHA-256 (hex) of the package's own wheel. */
export const pythonPackage: Installer = {
  spec: specOf,
  resolve,
  install,
  installed,
  program: pythonProgram,
  remedy: () =>
    "Check the package's name and version, that PyPI can be reached and has wheels of it, and that uv 0.7 or newer is on the PATH: in a workflow add a step with `uses: astral-sh/setup-uv@v6`, elsewhere `pip install uv`.",
};
