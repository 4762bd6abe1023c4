import type { SkillPackage } from "../../../definition/skill-package.ts";
import type { PackageToolOptions } from "./package-tool.ts";

/** What to install, and by whose means. */
export type InstallRequest = Pick<SkillPackage, "name" | "version" | "bin"> &
  Pick<PackageToolOptions, "workspace" | "environment" | "startInstall" | "signal"> & {
    /** Outside the workspace; the package manager keeps its own cache in it. */
    readonly cacheDirectory: string;
  };

export type Program = { readonly command: string; readonly args: readonly string[] };

/** What was installed, as the registry stated it and the package manager checked it. */
export type Installed = { readonly version: string; readonly integrity: string };

/** How packages of one kind are installed. */
export type Installer = {
  /** As a person writes it, and as it names the folder of the install. */
  spec(request: Pick<InstallRequest, "name" | "version">): string;
  /**
   * Installs into an empty directory that is moved to its place afterwards.
   *
   * @returns a sentence without full stop, perhaps with the manager's last lines, when it failed
   */
  install(request: InstallRequest, directory: string): Promise<Installed | string>;
  /** The program of an install. @returns a sentence that says what is wrong when there is no such program */
  program(request: Pick<InstallRequest, "name" | "bin">, directory: string): Program | string;
  /** What to check when an install fails. */
  remedy(spec: string): string;
};
