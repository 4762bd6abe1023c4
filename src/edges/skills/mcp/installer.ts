import type { SkillPackage } from "../../../definition/skill-package.ts";
import type { PackageToolOptions, PackageToolResult } from "./package-tool.ts";

/** What to install, and by whose means. */
export type InstallRequest = Pick<SkillPackage, "name" | "version" | "bin"> &
  Pick<PackageToolOptions, "workspace" | "environment" | "startInstall" | "signal"> & {
    /** Outside the workspace; the package manager keeps its own cache in it. */
    readonly cacheDirectory: string;
  };

export type Program = { readonly command: string; readonly args: readonly string[] };

/** What was installed, as the registry stated it and the package manager checked it. */
export type Installed = { readonly version: string; readonly integrity: string };

/**
 * Every package that an install consists of, each with its version and its hash, as the package manager writes it: npm's
 * `package-lock.json`, or `pylock.toml` (PEP 751).
 */
export type DependencyLock = string;

/** Says what failed: a sentence, perhaps with the manager's last lines. */
export class InstallFailure extends Error {
  override name = "InstallFailure";
  /** What to do, where it is known better than what to check. */
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** @param howToGet the package manager, where it is that which is missing */
export const installFailure = (
  spec: string,
  result: Exclude<PackageToolResult, { type: "done" }>,
  howToGet: string,
): InstallFailure => {
  const lines = result.lines === "" ? "" : ` Its last lines:\n${result.lines}`;
  const remedy = result.type === "missing" ? howToGet : undefined;
  return new InstallFailure(`Installing ${spec} failed: ${result.because}.${lines}`, remedy);
};

/** How packages of one kind are installed. */
export type Installer = {
  /** As a person writes it. */
  spec(request: Pick<InstallRequest, "name" | "version">): string;
  /**
   * Asks the registry what the package consists of, and installs nothing.
   *
   * @param directory an empty one, of our own
   * @throws InstallFailure also for a lock that has a part without a hash
   */
  resolve(request: InstallRequest, directory: string): Promise<DependencyLock>;
  /**
   * Installs exactly what the lock says, with every hash checked and nothing of it run.
   *
   * @param directory one of our own, which is moved to its place afterwards
   * @throws InstallFailure
   */
  install(request: InstallRequest, lock: DependencyLock, directory: string): Promise<void>;
  /**
   * What the lock says of the package itself.
   *
   * @param directory of the install
   * @throws InstallFailure when it does not say it
   */
  installed(
    request: Pick<InstallRequest, "name" | "version">,
    lock: DependencyLock,
    directory: string,
  ): Installed;
  /** The program of an install. @returns a sentence that says what is wrong when there is no such program */
  program(request: Pick<InstallRequest, "name" | "bin">, directory: string): Program | string;
  /** What to check when an install fails. */
  remedy(spec: string): string;
};
