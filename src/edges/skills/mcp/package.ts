import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { isExactVersion, type SkillPackage } from "../../../definition/skill-package.ts";
import { ExpertStackError } from "../../../errors.ts";
import type { SkillEvent } from "../../../run/ports.ts";
import type { Installed, Installer, InstallRequest, Program } from "./installer.ts";

export type PackageRequest = InstallRequest & {
  readonly manager: SkillPackage["manager"];
  /** The skill's key, for what is said about it. */
  readonly skill: string;
  readonly trust: "trusted" | "untrusted";
  readonly emit: (event: SkillEvent) => void;
};

/** Where a package is and how to start it; `command` is an absolute path. */
export type InstalledPackage = Program & Installed & { readonly directory: string };

/**
 * Installs a package once, with nothing of it run, and finds its program. An install that is there already is used
 * without the network. Several installs of the same package at one time do not disturb each other.
 *
 * @throws ExpertStackError SKILL_REFUSED for one without an exact version on an untrusted trigger,
 *   PACKAGE_INSTALL_FAILED with the package manager's last lines
 */
export const installPackage = async (request: PackageRequest): Promise<InstalledPackage> => {
  const started = performance.now();
  refuseUnpinned(request);
  const installer = await installerOf(request.manager);
  const spec = installer.spec(request);
  const failure = (message: string): ExpertStackError =>
    new ExpertStackError({
      code: "PACKAGE_INSTALL_FAILED",
      message: `${message} (skill "${request.skill}")`,
      remedy: installer.remedy(spec),
    });
  const directory = join(request.cacheDirectory, "packages", directoryName(request.manager, spec));
  if (!existsSync(directory)) {
    request.emit({ type: "note", level: "info", text: `installing ${spec}` });
    await install({ request, installer, directory, failure });
  }
  const { version, integrity } = await readRecord(spec, directory);
  const { skill, emit, name } = request;
  const durationMs = Math.round(performance.now() - started);
  emit({ type: "packageInstalled", skill, package: name, version, integrity, durationMs });
  if (!isPinned(request)) emit({ type: "note", level: "warning", text: unpinned(request, version) });
  const program = installer.program(request, directory);
  if (typeof program === "string") throw failure(`The package ${name}@${version} cannot be run. ${program}`);
  return { ...program, version, integrity, directory };
};

const installerOf = async (manager: SkillPackage["manager"]): Promise<Installer> =>
  manager === "npx"
    ? (await import("./npm-package.ts")).npmPackage
    : (await import("./python-package.ts")).pythonPackage;

const isPinned = ({ manager, version }: Pick<PackageRequest, "manager" | "version">): boolean =>
  version !== undefined && isExactVersion(manager, version);

/** @throws ExpertStackError SKILL_REFUSED for a package without an exact version on an untrusted trigger */
export const refuseUnpinned = (
  request: Pick<PackageRequest, "manager" | "name" | "version" | "skill" | "trust">,
): void => {
  if (request.trust === "trusted" || isPinned(request)) return;
  throw new ExpertStackError({
    code: "SKILL_REFUSED",
    message: `The skill "${request.skill}" names the package ${request.name}@${request.version ?? "latest"} without an exact version, which an untrusted trigger may not run.`,
    remedy: `Write the exact version in the manifest, such as ${request.name}@1.2.3.`,
  });
};

/** Readable, and one for each package and version also where file names ignore case. */
const directoryName = (manager: SkillPackage["manager"], spec: string): string => {
  const unique = manager === "npx" ? spec : `${manager} ${spec}`;
  const hash = createHash("sha256").update(unique).digest("hex").slice(0, 12);
  return `${spec.replaceAll(/[^A-Za-z0-9._@-]/g, "+")}-${hash}`;
};

const recordFile = "expert-stack-package.json";
const Record = z.object({ v: z.literal(1), name: z.string(), version: z.string(), integrity: z.string() });

const readRecord = async (spec: string, directory: string): Promise<z.infer<typeof Record>> => {
  try {
    return Record.parse(JSON.parse(await readFile(join(directory, recordFile), "utf8")));
  } catch (cause) {
    throw new ExpertStackError({
      code: "PACKAGE_INSTALL_FAILED",
      message: `The stored install of ${spec} is damaged.`,
      remedy: `Delete the directory ${directory} and run again.`,
      cause,
    });
  }
};

const install = async (wanted: {
  readonly request: PackageRequest;
  readonly installer: Installer;
  readonly directory: string;
  readonly failure: (message: string) => ExpertStackError;
}): Promise<void> => {
  const { request, installer, directory, failure } = wanted;
  const temporary = join(request.cacheDirectory, "packages", `tmp-${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    const installed = await installer.install(request, temporary);
    if (typeof installed === "string") throw failure(installed);
    const record = { v: 1, name: request.name, ...installed };
    await writeFile(join(temporary, recordFile), JSON.stringify(record));
    await rename(temporary, directory).catch((error: unknown) => {
      // Someone else was first, with the same package.
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const unpinned = (request: PackageRequest, version: string): string =>
  `The skill "${request.skill}" names the package ${request.name} without an exact version; ${version} runs now. ` +
  `Write ${request.name}@${version} in the manifest to run the same code every time.`;
