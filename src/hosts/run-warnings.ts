import type { Expert } from "../definition/expert.ts";
import type { Manifest } from "../definition/manifest.ts";
import { unsupportedProvided } from "../definition/provided.ts";
import type { Skill } from "../definition/skill.ts";
import { isBaseSkill, isPackageCommand, packageOf } from "../definition/skill-package.ts";
import { isVersion } from "../definition/version.ts";
import { isRunnersOwn } from "../edges/skills/mcp/skill-environment.ts";
import { unavailableFeatures } from "../run/unavailable.ts";

/** What `run` would refuse or warn of in a manifest that is valid, each as a sentence. */
export const runWarnings = ({ experts, provider }: Manifest): readonly string[] => [
  ...(experts.size === 0 ? ["There are no Experts in it. Add an `[experts.<name>]` table."] : []),
  ...[...experts].flatMap(([key, expert]) =>
    unsupportedProvided(provider?.providerName ?? "anthropic", expert).map(
      (sentence) => `The Expert "${key}": ${sentence}`,
    ),
  ),
  ...[...experts].flatMap(([key, expert]) => expertWarnings(key, expert)),
];

const expertWarnings = (key: string, expert: Expert): readonly string[] => {
  const features = unavailableFeatures(expert);
  return [
    ...(features.length === 0
      ? []
      : [`The Expert "${key}" uses ${features.join(", ")}, which this version cannot run yet.`]),
    ...Object.entries(expert.skills)
      .flatMap(([name, skill]) => skillWarnings(name, skill))
      .map((warning) => `The Expert "${key}": ${warning}`),
  ];
};

const skillWarnings = (name: string, skill: Skill): readonly string[] => {
  if (skill.type !== "mcpStdioSkill") return [];
  const refused = skill.requiredEnv.filter(isRunnersOwn);
  const warnings = refused.map(
    (variable) => `The skill "${name}" asks for ${variable}, which only the runner itself may use.`,
  );
  if (skill.command === "uvx" || !isPackageCommand(skill.command) || isBaseSkill(skill)) return warnings;
  const found = packageOf(skill);
  if (found === undefined) {
    const command = [skill.command, skill.packageName ?? "", ...skill.args].filter((word) => word !== "");
    return [...warnings, `The skill "${name}" runs \`${command.join(" ")}\`, which names no plain package.`];
  }
  if (found.version !== undefined && isVersion(found.version)) return warnings;
  return [
    ...warnings,
    `The skill "${name}" names the package ${found.name} without an exact version. Write one, such as ${found.name}@1.2.3.`,
  ];
};
