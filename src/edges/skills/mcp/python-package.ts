import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import * as z from "zod/mini";
import type { Installed, Installer, InstallRequest } from "./installer.ts";
import { runPackageTool } from "./package-tool.ts";
import { installedTags, normalName, pythonProgram, wheelTags } from "./python-environment.ts";

const specOf = ({ name, version }: Pick<InstallRequest, "name" | "version">): string =>
  `${name}${version === undefined || version === "latest" ? "" : `==${version}`}`;

/** The steps of an install, each one command of uv. No source is ever built: that would run its `setup.py`. */
const steps = (python: string): readonly (readonly string[])[] => [
  // Relocatable, since the folder is moved to its place once it is complete.
  ["venv", "--relocatable", "--no-project", "venv"],
  [
    ...["pip", "compile", "--no-build", "--python", python],
    ...["--format", "pylock.toml", "--output-file", "pylock.toml", "requirements.in"],
  ],
  ["pip", "install", "--no-build", "--python", python, "--requirements", "pylock.toml"],
];

const install = async (request: InstallRequest, directory: string): Promise<Installed | string> => {
  await writeFile(join(directory, "requirements.in"), `${specOf(request)}\n`);
  const cache = join(request.cacheDirectory, "uv");
  await mkdir(cache, { recursive: true });
  for (const args of steps(join(directory, "venv/bin/python"))) {
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
    if (result.type === "done") continue;
    return `Installing ${specOf(request)} failed: ${result.because}.${result.lines === "" ? "" : ` Its last lines:\n${result.lines}`}`;
  }
  return await lockedPackage(request, directory);
};

/** The part of `pylock.toml` (PEP 751) that says what was installed. */
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

const lockedPackage = async (request: InstallRequest, directory: string): Promise<Installed | string> => {
  const { packages } = Pylock.parse(parse(await readFile(join(directory, "pylock.toml"), "utf8")));
  const own = packages.find(({ name }) => normalName(name) === normalName(request.name));
  const wheels = own?.wheels ?? [];
  const tags = wheels.length > 1 ? await installedTags(directory, request.name) : undefined;
  const wheel = wheels.find(({ url }) => tags === undefined || wheelTags(url).some((tag) => tags.has(tag)));
  const sha256 = wheel?.hashes.sha256;
  return own?.version === undefined || sha256 === undefined
    ? `uv recorded no hash for ${specOf(request)}.`
    : { version: own.version, integrity: `sha256:${sha256}` };
};

/** Python packages by uv, from wheels only; the integrity is the SHA-256 (hex) of the package's own wheel. */
export const pythonPackage: Installer = {
  spec: specOf,
  install,
  program: pythonProgram,
  remedy: () =>
    "Check the package's name and version, that PyPI can be reached and has wheels of it, and that uv 0.7 or newer is on the PATH: in a workflow add a step with `uses: astral-sh/setup-uv@v6`, elsewhere `pip install uv`.",
};
