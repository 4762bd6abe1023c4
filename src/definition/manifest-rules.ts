import { delegateFindings } from "./delegate-rules.ts";
import type { Expert } from "./expert.ts";
import type { Finding } from "./finding.ts";
import type { ManifestFile } from "./manifest-file.ts";
import { findingAt, type ManifestSource, type Place, type Remark } from "./manifest-source.ts";
import { isBaseSkill, isPackageCommand, packageOf } from "./skill-package.ts";
import { quoted } from "./toml-words.ts";
import { toolClaims, toolCollisions } from "./tool-names.ts";
import { ignoredEnvPath } from "./unknown-key.ts";

/** What no single field can tell: how the parts of a manifest fit together, and what of it has no effect here. */
export const ruleFindings = (
  source: ManifestSource,
  { file, experts }: { readonly file: ManifestFile; readonly experts: ReadonlyMap<string, Expert> },
): readonly Finding[] => [
  ...withoutEffect(source, file),
  ...delegateFindings(source, experts),
  ...[...experts].flatMap(([key, expert]) => [
    ...collisionFindings(source, { key, expert }),
    ...skillFindings(source, { key, expert }),
  ]),
];

const withoutEffect = (source: ManifestSource, file: ManifestFile): readonly Finding[] => {
  const note = (key: keyof ManifestFile, remark: Omit<Remark, "severity">): Finding =>
    findingAt(source, { path: [key], at: "key" }, { severity: "warning", ...remark });
  const findings: Finding[] = [];
  if (file.envPath !== undefined) findings.push(note("envPath", ignoredEnvPath));
  if (file.perstackBaseSkillCommand !== undefined) {
    findings.push(
      note("perstackBaseSkillCommand", {
        message: "it is ignored: the base skill is part of the runner",
        expected: "no such key",
        remedy: "Delete it.",
      }),
    );
  }
  if (file.runtime !== undefined && file.runtime !== "local") {
    findings.push(
      note("runtime", {
        message: `${quoted(file.runtime)} has no effect: Experts run in this runner`,
        expected: '"local"',
        remedy: 'Write runtime = "local", or delete it.',
      }),
    );
  }
  return findings;
};

type Named = { readonly key: string; readonly expert: Expert };

const collisionFindings = (source: ManifestSource, { key, expert }: Named): readonly Finding[] =>
  toolCollisions(toolClaims(expert)).map(({ tool, first, second }) =>
    findingAt(
      source,
      { path: ["experts", key, ...second.path], at: second.path[0] === "delegates" ? "value" : "key" },
      {
        severity: "error",
        message: `${second.owner} and ${first.owner} both offer a tool named ${quoted(tool)}`,
        expected: "tool names that differ",
        remedy:
          second.path[0] === "delegates"
            ? "Rename the Expert, or leave one of the two out: a delegate's tool is its name without the scope."
            : "Rename the tool.",
      },
    ),
  );

const skillFindings = (source: ManifestSource, { key, expert }: Named): readonly Finding[] =>
  Object.entries(expert.skills).flatMap(([name, skill]) => {
    if (skill.type !== "mcpStdioSkill") return [];
    const path = ["experts", key, "skills", name];
    const say = (place: Place, remark: Remark) => [findingAt(source, place, remark)];
    if (isPackageCommand(skill.command) && skill.packageName === undefined && skill.args.length === 0) {
      return say(
        { path: [...path, "packageName"], at: "missing" },
        {
          severity: "error",
          message: `${skill.command} is told no package to run`,
          expected: "packageName, or args that begin with the package",
          remedy: 'Add packageName = "package@1.2.3".',
        },
      );
    }
    const version = isBaseSkill(skill) ? packageOf(skill)?.version : undefined;
    if (version === undefined) return [];
    const at = skill.packageName === undefined ? "args" : "packageName";
    return say(
      { path: [...path, at], at: "value" },
      {
        severity: "warning",
        message: `the version ${quoted(version)} of the base skill has no effect: it is part of the runner, whose own version pins it`,
        expected: '"@perstack/base" without a version',
        remedy: "Take the version out, or leave it for other runtimes.",
      },
    );
  });
