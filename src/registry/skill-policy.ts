import type { Remark } from "../definition/manifest-source.ts";
import { providerKeyVariables } from "../definition/provider-key-variables.ts";
import type { McpStdioSkill, Skill } from "../definition/skill.ts";
import { isBaseSkill, isExactVersion, packageOf, type SkillPackage } from "../definition/skill-package.ts";
import { isDataArgument, runsItsArguments } from "./data-argument.ts";

/** What keeps a skill from being published, and which of its keys says so. */
export type SkillRefusal = Omit<Remark, "severity"> & {
  readonly key: "command" | "packageName" | "args" | "requiredEnv";
  readonly index?: number;
};

/**
 * Whether a published definition may have the skill: the base skill, tools that a person answers, a server at an https
 * address, or one exact version of one package of npm or PyPI with nothing but data as its arguments. None is given what
 * its consumer pays, logs in or is run with.
 */
export const skillRefusal = (skill: Skill): SkillRefusal | undefined =>
  skill.type === "mcpStdioSkill" ? (processRefusal(skill) ?? environmentRefusal(skill)) : undefined;

/** The model provider's keys, the runner's own, the step's inputs, and what registries are read with. */
const isConsumersOwn = (variable: string): boolean =>
  providerKeyVariables.includes(variable.toUpperCase()) ||
  /^(?:ACTIONS|INPUT|EXPERT_STACK_TOKEN)_/i.test(variable);

const environmentRefusal = ({ requiredEnv }: McpStdioSkill): SkillRefusal | undefined => {
  const nth = requiredEnv.findIndex(isConsumersOwn);
  if (nth === -1) return undefined;
  return {
    key: "requiredEnv",
    index: nth,
    message: `${requiredEnv[nth]} is a credential of whoever runs the Expert, not of the skill`,
    expected: "variables that somebody sets for this skill",
    remedy: "Take it out, and have the server read its credential from a variable of another name.",
  };
};

const processRefusal = (skill: McpStdioSkill): SkillRefusal | undefined => {
  if (skill.command !== "npx" && skill.command !== "uvx") return otherCommand(skill.command);
  const key = skill.packageName === undefined ? "args" : "packageName";
  const found = packageOf(skill);
  if (found === undefined || !isPlainName(found)) return noPackage(key);
  if (isBaseSkill(skill)) return argumentRefusal(skill, found);
  if (found.bin !== undefined) return namedProgram();
  const { manager, name, version = "" } = found;
  if (!isExactVersion(manager, version) || version.includes("+"))
    return notExact({ key, manager, name, version });
  return argumentRefusal(skill, found);
};

/** As the registries of packages give them; an option in its place would be read as one. */
const isPlainName = ({ manager, name }: SkillPackage): boolean =>
  name.length <= 214 &&
  (manager === "uvx" || /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(name));

const argumentRefusal = (skill: McpStdioSkill, found: SkillPackage): SkillRefusal | undefined => {
  const nth = found.args.findIndex((argument) => runsItsArguments(found.name) || !isDataArgument(argument));
  if (nth === -1) return undefined;
  return {
    key: "args",
    index: skill.args.length - found.args.length + nth,
    message: `the argument ${JSON.stringify(found.args[nth])} of ${found.name} may be more than data`,
    expected:
      "words, numbers, and options such as --read-only or --toolsets=issues: nothing that loads code, and no file, path, address or other package",
    remedy: "Take it out; what the skill needs beyond it comes from the environment, by requiredEnv.",
  };
};

const otherCommand = (command: string): SkillRefusal => ({
  key: "command",
  message: `a published Expert may not start ${JSON.stringify(command)}`,
  expected: "npx or uvx with one exact version of a package, or an https endpoint",
  remedy: 'Publish the server as a package, and write command = "npx" and packageName = "package@1.2.3".',
});

const noPackage = (key: "args" | "packageName"): SkillRefusal => ({
  key,
  message: "it names no plain package",
  expected: "a package of npm or PyPI by name and exact version: no file, repository, address or option",
  remedy: 'Write packageName = "package@1.2.3".',
});

const namedProgram = (): SkillRefusal => ({
  key: "args",
  message: "it names a program apart from its package",
  expected: "the package alone, which is started by its own program",
  remedy: 'Write packageName = "package@1.2.3" in place of these arguments.',
});

const notExact = ({
  key,
  manager,
  name,
  version,
}: {
  readonly key: "args" | "packageName";
  readonly manager: SkillPackage["manager"];
  readonly name: string;
  readonly version: string;
}): SkillRefusal => ({
  key,
  message:
    version === ""
      ? `${name} has no version`
      : `${JSON.stringify(version)} is not one version of ${name} for ever`,
  expected: manager === "npx" ? "an exact version, MAJOR.MINOR.PATCH" : "an exact version, without wildcard",
  remedy: `Write packageName = "${name}@1.2.3" with the version that you have tried.`,
});
