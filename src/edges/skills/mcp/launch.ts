import type { McpStdioSkill } from "../../../definition/skill.ts";
import { isPackageCommand, packageOf } from "../../../definition/skill-package.ts";
import { ExpertStackError } from "../../../errors.ts";
import type { SkillEvent } from "../../../run/ports.ts";
import type { Launch } from "../../../run/sandbox-ports.ts";
import type { Starter } from "../starter.ts";
import { installPackage, refuseUnpinned } from "./package.ts";
import type { LockedPackages } from "./package-store.ts";
import type { PackageToolOptions } from "./package-tool.ts";
import { skillEnvironment } from "./skill-environment.ts";

export type LaunchRequest = {
  /** The skill's key. */
  readonly name: string;
  readonly skill: McpStdioSkill;
  /** The host's environment, to pick from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Nothing in here has a say in what is installed. */
  readonly workspace: string;
  /** Where its process starts: the workspace, or when that is not the trusted commit a folder outside. */
  readonly cwd: string;
  readonly cacheDirectory: string;
  readonly packages?: LockedPackages;
  readonly trust: "trusted" | "untrusted";
  /** Starts its process, which may read these folders besides its own. */
  readonly starterFor: (readable: readonly string[]) => Starter;
  readonly startInstall: PackageToolOptions["startInstall"];
  readonly emit: (event: SkillEvent) => void;
};

/** A launch with what starts it. */
export type ReadyLaunch = { readonly launch: Launch; readonly start: Starter };

/**
 * How to start a skill: a package is installed first and started by absolute path, since `npx` in a checkout runs the
 * checkout's own `node_modules` and obeys its `.npmrc`; any other command is looked up on the PATH.
 *
 * @returns what installs and then says how to start it. It throws what `installPackage` throws
 * @throws ExpertStackError SKILL_ENV_MISSING, SKILL_REFUSED, at once
 */
export const plannedLaunch = (request: LaunchRequest): ((signal: AbortSignal) => Promise<ReadyLaunch>) => {
  const { skill, name, cwd } = request;
  const env = skillEnvironment(request.environment, { name, requiredEnv: skill.requiredEnv });
  const found = packageOf(skill);
  if (found !== undefined) {
    const { args, ...wanted } = found;
    const wish = { ...request, ...wanted, skill: name };
    refuseUnpinned(wish);
    return async (signal) => {
      const installed = await installPackage({ ...wish, signal });
      const launch = { command: installed.command, args: [...installed.args, ...args], cwd, env };
      return { launch, start: request.starterFor([installed.directory]) };
    };
  }
  if (isPackageCommand(skill.command)) {
    throw new ExpertStackError({
      code: "SKILL_REFUSED",
      message: `The skill "${name}" runs \`${[skill.command, ...skill.args].join(" ")}\`, which names no plain package.`,
      remedy: 'Name a package of the registry with its version, such as packageName = "@scope/server@1.2.3".',
    });
  }
  const launch = { command: skill.command, args: skill.args, cwd, env };
  return async () => ({ launch, start: request.starterFor([]) });
};
