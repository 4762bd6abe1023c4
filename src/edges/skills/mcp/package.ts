import { isExactVersion, type SkillPackage } from "../../../definition/skill-package.ts";
import { ExpertStackError } from "../../../errors.ts";
import { packageKey } from "../../../registry/package-pin.ts";
import type { SkillEvent } from "../../../run/ports.ts";
import { type Installed, type Installer, InstallFailure, type Program } from "./installer.ts";
import { type StoreRequest, storedPackage } from "./package-store.ts";

export type PackageRequest = StoreRequest & {
  /** The skill's key, for what is said about it. */
  readonly skill: string;
  readonly trust: "trusted" | "untrusted";
  readonly emit: (event: SkillEvent) => void;
};

/** Where a package is and how to start it; `command` is an absolute path. */
export type InstalledPackage = Program & Installed & { readonly directory: string };

/**
 * Installs a package once, with nothing of it run, and finds its program. An install that is there already is used
 * without the network.
 *
 * @throws ExpertStackError SKILL_REFUSED for one without an exact version on an untrusted trigger,
 *   PACKAGE_INSTALL_FAILED with the package manager's last lines
 */
export const installPackage = async (request: PackageRequest): Promise<InstalledPackage> => {
  const started = performance.now();
  refuseUnpinned(request);
  const installer = await installerOf(request.manager);
  const spec = installer.spec(request);
  const failure = (message: string, remedy = installer.remedy(spec)): ExpertStackError =>
    new ExpertStackError({
      code: "PACKAGE_INSTALL_FAILED",
      message: `${message} (skill "${request.skill}")`,
      remedy,
    });
  const { version, integrity, directory } = await storedPackage(request, installer, () => {
    request.emit({ type: "note", level: "info", text: `installing ${spec}` });
  }).catch((error: unknown) => {
    throw error instanceof InstallFailure ? failure(error.message, error.remedy) : error;
  });
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

const isPinned = (request: Pick<PackageRequest, "manager" | "name" | "version" | "packages">): boolean => {
  const { manager, version, packages } = request;
  const isLocked = packages?.locked.has(packageKey(manager, request)) ?? false;
  return isLocked || (version !== undefined && isExactVersion(manager, version));
};

/** @throws ExpertStackError SKILL_REFUSED for a package without an exact version on an untrusted trigger */
export const refuseUnpinned = (
  request: Pick<PackageRequest, "manager" | "name" | "version" | "skill" | "trust" | "packages">,
): void => {
  if (request.trust === "trusted" || isPinned(request)) return;
  throw new ExpertStackError({
    code: "SKILL_REFUSED",
    message: `The skill "${request.skill}" names the package ${request.name}@${request.version ?? "latest"} without an exact version, which an untrusted trigger may not run.`,
    remedy: `Write the exact version in the manifest, such as ${request.name}@1.2.3, or run \`expert-stack lock\` and commit the result.`,
  });
};

const unpinned = (request: PackageRequest, version: string): string =>
  `The skill "${request.skill}" names the package ${request.name} without an exact version; ${version} runs now. ` +
  `Write ${request.name}@${version} in the manifest to run the same code every time.`;
