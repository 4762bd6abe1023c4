import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { McpStdioSkill } from "../../definition/skill.ts";
import { ExpertStackError } from "../../errors.ts";

/**
 * Refuses a skill that would run code of the workspace: a command or an argument (also after `=`, also a word of
 * a shell's command line, also a Python module after `-m`) that names something there. Used when the workspace is not the commit that was trusted.
 *
 * @throws ExpertStackError SKILL_REFUSED
 */
export const refuseLocalFile = async (
  workspace: string,
  { name, skill }: { readonly name: string; readonly skill: McpStdioSkill },
): Promise<void> => {
  for (const candidate of candidates(skill)) {
    if (!(await exists(resolve(workspace, candidate)))) continue;
    throw new ExpertStackError({
      code: "SKILL_REFUSED",
      message: `The skill "${name}" would run "${candidate}" of the workspace, which is not the trusted commit.`,
      remedy:
        "Use a published package (`npx`) for the skill, or run the Expert on `push` or `workflow_dispatch`.",
    });
  }
};

const candidates = (skill: McpStdioSkill): readonly string[] => {
  const afterModule = skill.args.flatMap((arg, index) => (skill.args[index - 1] === "-m" ? [arg] : []));
  const modules = afterModule.map((module) => module.replaceAll(".", "/"));
  const command = skill.command.includes("/") ? [skill.command] : [];
  const values = skill.args.flatMap((arg) => [
    arg,
    arg.slice(arg.indexOf("=") + 1),
    ...arg.split(/[\s=;|&<>()"'`]+/),
  ]);
  return [...command, ...values, ...modules, ...modules.map((module) => `${module}.py`)].filter(
    (candidate) => candidate !== "",
  );
};

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
