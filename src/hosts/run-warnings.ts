import type { Expert } from "../definition/expert.ts";
import { parseExpertKey } from "../definition/expert-name.ts";
import type { Manifest } from "../definition/manifest.ts";
import { unsupportedProvided } from "../definition/provided.ts";
import type { Skill } from "../definition/skill.ts";
import { isBaseSkill, isPackageCommand, packageOf } from "../definition/skill-package.ts";
import { isVersion } from "../definition/version.ts";
import { isRunnersOwn } from "../edges/skills/mcp/skill-environment.ts";
import { ExpertStackError, inSentences } from "../errors.ts";
import { registryBook } from "../registry/registry-book.ts";
import { refuseDepth } from "../run/unavailable.ts";

/** What `run` would refuse or warn of in a manifest that is valid, each as a sentence. */
export const runWarnings = (manifest: Manifest): readonly string[] => {
  const { experts } = manifest;
  return [
    ...(experts.size === 0 ? ["There are no Experts in it. Add an `[experts.<name>]` table."] : []),
    ...[...experts].flatMap(([key, expert]) => [
      ...expert.delegates.flatMap((delegate) => refusal(() => placeOf(delegate, manifest))),
      ...refusal(() => refuseDepth(experts, key)),
      ...[
        ...unsupportedProvided(manifest.provider?.providerName ?? "anthropic", expert),
        ...expertWarnings(expert),
      ].map((warning) => `The Expert "${key}": ${warning}`),
    ]),
  ];
};

/** Where a delegate of elsewhere would be looked for. @throws ExpertStackError when nothing says it */
const placeOf = (delegate: string, { experts, registries }: Manifest): void => {
  const key = experts.has(delegate) ? undefined : parseExpertKey(delegate);
  if (key?.scope === undefined) return;
  registryBook({ experts: new Map(), ...(registries === undefined ? {} : { registries }) }).placeOf({
    ...key,
    scope: key.scope,
  });
};

/** What a check refuses, as a sentence. */
const refusal = (check: () => unknown): readonly string[] => {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ExpertStackError) return [inSentences(error.message, error.remedy)];
    throw error;
  }
};

const expertWarnings = (expert: Expert): readonly string[] =>
  Object.entries(expert.skills).flatMap(([name, skill]) => skillWarnings(name, skill));

const skillWarnings = (name: string, skill: Skill): readonly string[] => {
  if (skill.type !== "mcpStdioSkill") return [];
  const refused = skill.requiredEnv.filter(isRunnersOwn);
  const warnings = refused.map(
    (variable) => `The skill "${name}" asks for ${variable}, which only the runner itself may use.`,
  );
  if (!isPackageCommand(skill.command) || isBaseSkill(skill)) return warnings;
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
