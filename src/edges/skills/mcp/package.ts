import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { SkillPackage } from "../../../definition/skill-package.ts";
import { isVersion } from "../../../definition/version.ts";
import { ExpertStackError } from "../../../errors.ts";
import type { SkillEvent } from "../../../run/ports.ts";
import { runNpm } from "./npm.ts";
import { packageProgram } from "./package-program.ts";

export type PackageRequest = Pick<SkillPackage, "manager" | "name" | "version" | "bin"> & {
  /** The skill's key, for what is said about it. */
  readonly skill: string;
  /** Nothing in here has a say in what is installed. */
  readonly workspace: string;
  /** Outside the workspace; packages are kept in it between jobs. */
  readonly cacheDirectory: string;
  /** The host's environment, to pick from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly trust: "trusted" | "untrusted";
  readonly emit: (event: SkillEvent) => void;
  readonly signal: AbortSignal;
};

/** Where a package is and how to start it. */
export type InstalledPackage = {
  /** An absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
  /** Subresource integrity of the package's archive, as the registry stated it and npm checked it. */
  readonly integrity: string;
};

/**
 * Installs a package once, with its scripts off, and finds its program. An install that is there already is used
 * without the network. Several installs of the same package at one time do not disturb each other.
 *
 * @throws ExpertStackError FEATURE_NOT_AVAILABLE for Python packages, SKILL_REFUSED for one without an exact version
 *   on an untrusted trigger, PACKAGE_INSTALL_FAILED with npm's last lines
 */
export const installPackage = async (request: PackageRequest): Promise<InstalledPackage> => {
  const started = performance.now();
  refuseUnsupported(request);
  const directory = join(request.cacheDirectory, "packages", directoryName(request));
  if (!existsSync(directory)) {
    request.emit({ type: "note", level: "info", text: `installing ${specOf(request)}` });
    await install(request, directory);
  }
  const { version, integrity } = await readRecord(request, directory);
  const { skill, emit, name } = request;
  const durationMs = Math.round(performance.now() - started);
  emit({ type: "packageInstalled", skill, package: name, version, integrity, durationMs });
  if (!isPinned(request)) emit({ type: "note", level: "warning", text: unpinned(request, version) });
  const program = packageProgram({
    directory: join(directory, "node_modules", name),
    name,
    wanted: request.bin,
  });
  if (typeof program === "string") {
    throw installError(request, `The package ${name}@${version} cannot be run. ${program}`);
  }
  return { ...program, version, integrity };
};

const isPinned = (request: PackageRequest): boolean =>
  request.version !== undefined && isVersion(request.version);

const specOf = (request: PackageRequest): string => `${request.name}@${request.version ?? "latest"}`;

const refuseUnsupported = (request: PackageRequest): void => {
  if (request.manager === "uvx") {
    throw new ExpertStackError({
      code: "FEATURE_NOT_AVAILABLE",
      message: `The skill "${request.skill}" runs the Python package ${request.name} with uvx, which comes in a later release.`,
      remedy: "Install the package in an earlier step and give the skill its program as `command`.",
    });
  }
  if (request.trust === "untrusted" && !isPinned(request)) {
    throw new ExpertStackError({
      code: "SKILL_REFUSED",
      message: `The skill "${request.skill}" names the package ${specOf(request)} without an exact version, which an untrusted trigger may not run.`,
      remedy: `Write the exact version in the manifest, such as ${request.name}@1.2.3.`,
    });
  }
};

/** Readable, and one for each package and version also where file names ignore case. */
const directoryName = (request: PackageRequest): string => {
  const spec = specOf(request);
  const hash = createHash("sha256").update(spec).digest("hex").slice(0, 12);
  return `${spec.replaceAll(/[^A-Za-z0-9._@-]/g, "+")}-${hash}`;
};

const recordFile = "expert-stack-package.json";
const Record = z.object({ v: z.literal(1), name: z.string(), version: z.string(), integrity: z.string() });

const readRecord = async (request: PackageRequest, directory: string): Promise<z.infer<typeof Record>> => {
  try {
    return Record.parse(JSON.parse(await readFile(join(directory, recordFile), "utf8")));
  } catch (cause) {
    throw new ExpertStackError({
      code: "PACKAGE_INSTALL_FAILED",
      message: `The stored install of ${specOf(request)} is damaged.`,
      remedy: `Delete the directory ${directory} and run again.`,
      cause,
    });
  }
};

const install = async (request: PackageRequest, directory: string): Promise<void> => {
  const temporary = join(request.cacheDirectory, "packages", `tmp-${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    await writeFile(join(temporary, "package.json"), JSON.stringify({ private: true }));
    const flags = [
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--omit=dev",
      "--save-exact",
      "--loglevel=error",
    ];
    const result = await runNpm({
      args: ["install", ...flags, "--prefix", temporary, "--", specOf(request)],
      directory: temporary,
      cache: join(request.cacheDirectory, "npm"),
      workspace: request.workspace,
      environment: request.environment,
      signal: request.signal,
    });
    if (result.type === "failed") {
      const said = result.lines === "" ? "" : ` Its last lines:\n${result.lines}`;
      throw installError(request, `Installing ${specOf(request)} failed: ${result.because}.${said}`);
    }
    const record = { v: 1, name: request.name, ...(await lockedPackage(request, temporary)) };
    await writeFile(join(temporary, recordFile), JSON.stringify(record));
    await rename(temporary, directory).catch((error: unknown) => {
      // Someone else was first, with the same package.
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.optional(z.string()), integrity: z.optional(z.string()) }),
  ),
});

const lockedPackage = async (request: PackageRequest, directory: string) => {
  const lockfile = Lockfile.parse(JSON.parse(await readFile(join(directory, "package-lock.json"), "utf8")));
  const { version, integrity } = lockfile.packages[`node_modules/${request.name}`] ?? {};
  if (version === undefined || integrity === undefined) {
    throw installError(request, `npm recorded no integrity for ${specOf(request)}.`);
  }
  return { version, integrity };
};

const installError = (request: PackageRequest, message: string): ExpertStackError =>
  new ExpertStackError({
    code: "PACKAGE_INSTALL_FAILED",
    message: `${message} (skill "${request.skill}")`,
    remedy: `Check the package's name and version, that the registry can be reached and that npm is installed: npm view ${specOf(request)}`,
  });

const unpinned = (request: PackageRequest, version: string): string =>
  `The skill "${request.skill}" names the package ${request.name} without an exact version; ${version} runs now. ` +
  `Write ${request.name}@${version} in the manifest to run the same code every time.`;
