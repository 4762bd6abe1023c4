import type { McpSseSkill, McpStdioSkill, Skill } from "./skill.ts";
import { isVersion } from "./version.ts";

/** The package behind a stdio skill, so that the runner can install it itself instead of letting `npx` decide. */
export type SkillPackage = {
  readonly manager: "npx" | "uvx";
  /** As the registry of packages knows it; a Python name keeps its extras (`pkg[extra]`). */
  readonly name: string;
  /** What follows `@` (or Python's `==`): a version, a range or a tag. */
  readonly version?: string;
  /** The program of the package to run, when it is named apart (`--package`, `--from`). */
  readonly bin?: string;
  /** What is left for the program itself. */
  readonly args: readonly string[];
};

const basePackage = "@perstack/base";

/** Whether the entry stands for the base skill, which is part of the runner; the version it names has no effect. */
export const isBaseSkill = (skill: Skill): boolean =>
  skill.type === "mcpStdioSkill" && packageOf(skill)?.name === basePackage;

/**
 * The package of an `npx`, `bunx` or `uvx` skill. `bunx` fetches from the same registry as `npx` and is one.
 *
 * @returns nothing for any other command, and when what is run is no plain package: a URL, a path, a repository,
 *   or an option whose meaning is not known here.
 */
export const packageOf = (skill: McpStdioSkill): SkillPackage | undefined => {
  const manager = managers.get(skill.command);
  if (manager === undefined) return undefined;
  if (skill.packageName !== undefined) return packageAt(manager, skill.packageName, { args: skill.args });
  const invocation = invocationOf(manager, skill.args);
  return invocation && packageAt(manager, invocation.spec, invocation);
};

/** Whether the command is one that fetches a package by name. */
export const isPackageCommand = (command: string): boolean => managers.has(command);

const managers: ReadonlyMap<string, SkillPackage["manager"]> = new Map([
  ["npx", "npx"],
  ["bunx", "npx"],
  ["uvx", "uvx"],
] as const);

type Invocation = { readonly spec: string; readonly bin?: string; readonly args: readonly string[] };

const switches = { npx: ["-y", "--yes", "-q", "--quiet"], uvx: ["-q", "--quiet"] };
const packageOptions = { npx: ["-p", "--package"], uvx: ["--from"] };

const invocationOf = (manager: SkillPackage["manager"], args: readonly string[]): Invocation | undefined => {
  let spec: string | undefined;
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      index++;
      break;
    }
    if (!arg.startsWith("-")) break;
    const [option = "", inline] = arg.split("=", 2);
    if (packageOptions[manager].includes(option)) spec = inline ?? args[++index];
    else if (!switches[manager].includes(arg)) return undefined;
  }
  const [program, ...rest] = args.slice(index);
  if (program === undefined) return undefined;
  return spec === undefined ? { spec: program, args: rest } : { spec, bin: program, args: rest };
};

const specPatterns = {
  npx: /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@([^/:\s]+))?$/i,
  uvx: /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?:\[[a-z0-9._,-]+\])?)(?:(?:@|==)([^/:\s]+))?$/i,
};

const packageAt = (
  manager: SkillPackage["manager"],
  spec: string,
  rest: { readonly bin?: string; readonly args: readonly string[] },
): SkillPackage | undefined => {
  const [, name, version] = specPatterns[manager].exec(spec) ?? [];
  if (name === undefined) return undefined;
  return {
    manager,
    name,
    ...(version === undefined ? {} : { version }),
    ...(rest.bin === undefined ? {} : { bin: rest.bin }),
    args: rest.args,
  };
};

/** Whether it names one version, for ever: semantic for npm; for Python a version of PEP 440 without wildcard. */
export const isExactVersion = (manager: SkillPackage["manager"], version: string): boolean =>
  manager === "npx" ? isVersion(version) : pythonVersion.test(version);

const pythonVersion =
  /^(?:\d+!)?\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?(?:\+[a-z0-9.]+)?$/i;

/** The skills that run as a process of their own, by key in code-unit order; the base skill is part of the runner. */
export const processSkills = (
  skills: Readonly<Record<string, Skill>>,
): readonly { readonly name: string; readonly skill: McpStdioSkill }[] =>
  Object.entries(skills)
    .flatMap(([name, skill]) =>
      skill.type === "mcpStdioSkill" && !isBaseSkill(skill) ? [{ name, skill }] : [],
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** The skills that are reached over HTTP, by key in code-unit order. */
export const remoteSkills = (
  skills: Readonly<Record<string, Skill>>,
): readonly { readonly name: string; readonly skill: McpSseSkill }[] =>
  Object.entries(skills)
    .flatMap(([name, skill]) => (skill.type === "mcpSseSkill" ? [{ name, skill }] : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
