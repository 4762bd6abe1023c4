import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import type { McpStdioSkill } from "../../definition/skill.ts";
import { packageOf } from "../../definition/skill-package.ts";
import { ExpertStackError } from "../../errors.ts";
import { isOutside } from "./program-outside.ts";

type Place = { readonly workspace: string; readonly checkout: string };

type NamedSkill = { readonly name: string; readonly skill: McpStdioSkill };

/**
 * Refuses a skill that could run code of a workspace that is not the trusted commit. Any program may, by a file it is
 * told, by one it looks for (`npm start`, `make`) or by its search path, so only a package is let through, and not
 * with an argument that names a file of the checkout around it. Folders it may be given.
 *
 * @throws ExpertStackError SKILL_REFUSED
 */
export const refuseForeignCode = async (place: Place, { name, skill }: NamedSkill): Promise<void> => {
  const found = packageOf(skill);
  if (found === undefined) {
    const command = [skill.command, ...skill.args].join(" ");
    throw refused(`The skill "${name}" runs \`${command}\`, and the workspace is not the trusted commit.`);
  }
  for (const word of found.args.flatMap(wordsOf)) {
    if (!(await namesFile(place, word))) continue;
    throw refused(
      `The skill "${name}" is given "${word}" of the workspace, and the workspace is not the trusted commit.`,
    );
  }
};

/** An empty folder outside the workspace for skills to start in, removed when it is disposed. */
export const emptyFolder = async (
  cacheDirectory: string,
): Promise<AsyncDisposable & { readonly path: string }> => {
  await mkdir(cacheDirectory, { recursive: true });
  const path = await mkdtemp(join(cacheDirectory, "empty-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

const refused = (message: string): ExpertStackError =>
  new ExpertStackError({
    code: "SKILL_REFUSED",
    message,
    remedy:
      "Use a published package with an exact version (`npx`) for the skill, or run the Expert on `push` or `workflow_dispatch`.",
  });

/** An argument, what follows its `=`, and the words of it, should it be a command line. */
const wordsOf = (argument: string): readonly string[] =>
  [argument, argument.slice(argument.indexOf("=") + 1), ...argument.split(/[\s=;|&<>()"'`]+/)].filter(
    (word) => word !== "",
  );

/**
 * A relative path counts when it would name a file if the skill started in the workspace. An absolute one counts
 * unless it is a folder: programs complete what is not there, as `node` does `server` to `server.js`.
 */
const namesFile = async ({ workspace, checkout }: Place, word: string): Promise<boolean> => {
  const path = resolve(workspace, word.replace(/^file:\/\//, ""));
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return false;
  if (found !== undefined) return !isOutside(path, checkout) || isBelow(checkout, path);
  return isAbsolute(word) && isBelow(checkout, path);
};

const isBelow = (folder: string, path: string): boolean => path.startsWith(`${resolve(folder)}/`);
