import { mkdir, mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import type { McpStdioSkill } from "../../definition/skill.ts";
import { isPackageCommand, packageOf } from "../../definition/skill-package.ts";
import { ExpertStackError } from "../../errors.ts";
import type { OpenedTree, TrustedTree } from "../../run/workspace-ports.ts";
import { workspaceVariable } from "./mcp/skill-environment.ts";
import { isOutside } from "./program-outside.ts";

type Place = {
  readonly workspace: string;
  readonly checkout: string;
  readonly tree: OpenedTree | undefined;
};

type NamedSkill = { readonly name: string; readonly skill: McpStdioSkill };

/**
 * The tree in which those of the skills start that are no package. Any program may run what lies around it, by a file it
 * is told, by one it looks for (`npm start`, `make`) or by its search path; there all of that is the trusted commit's.
 * Whoever wrote such a skill must know that the folder it starts in is not the workspace, or it would look at the wrong
 * files and find nothing amiss: so it asks for the variable that names the workspace.
 *
 * @returns nothing where all are packages
 * @throws ExpertStackError SKILL_REFUSED
 */
export const treeFor = async (
  skills: readonly NamedSkill[],
  tree: TrustedTree,
): Promise<OpenedTree | undefined> => {
  const own = skills.filter(({ skill }) => packageOf(skill) === undefined);
  for (const { name, skill } of own) {
    const mayUseTree = !isPackageCommand(skill.command);
    if (mayUseTree && skill.requiredEnv.includes(workspaceVariable)) continue;
    const command = [skill.command, ...skill.args].join(" ");
    throw refused(
      `The skill "${name}" runs \`${command}\`, and the workspace is not the trusted commit.`,
      mayUseTree ? `${askForWorkspace} Or use ${packageOrPush}` : `Use ${packageOrPush}`,
    );
  }
  return own.length === 0 ? undefined : await tree.open();
};

/**
 * Refuses a skill that is told to take a file of a workspace that is not the trusted commit: it could be code. A package
 * may be given folders.
 *
 * @throws ExpertStackError SKILL_REFUSED
 */
export const refuseForeignCode = async (place: Place, { name, skill }: NamedSkill): Promise<void> => {
  const words = packageOf(skill)?.args ?? [skill.command, ...skill.args];
  const leads = packageOf(skill) === undefined ? leadsIntoCheckout : namesFile;
  for (const word of words.flatMap(wordsOf)) {
    if (!(await leads(place, word))) continue;
    throw refused(
      `The skill "${name}" is given "${word}" of the workspace, and the workspace is not the trusted commit.`,
      `Use ${packageOrPush}`,
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

const askForWorkspace = `Have it find the files to work on in the folder that ${workspaceVariable} names, and write requiredEnv = ["${workspaceVariable}"] in its table: it then starts in a tree of the trusted commit.`;

const packageOrPush =
  "a published package with an exact version (`npx`) for the skill, or run the Expert on `push` or `workflow_dispatch`.";

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "SKILL_REFUSED", message, remedy });

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
  const path = resolve(workspace, withoutScheme(word));
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return false;
  if (found !== undefined) return !isOutside(path, checkout) || isBelow(checkout, path);
  return isAbsolute(word) && isBelow(checkout, path);
};

/**
 * Of a program that starts in the tree, whether a path leads from there to the workspace or the checkout around it, and
 * be it to a folder, which may be a program, too.
 */
const leadsIntoCheckout = async ({ workspace, checkout, tree }: Place, word: string): Promise<boolean> => {
  const path = resolve(tree?.folder ?? "/", withoutScheme(word));
  const isThere = (await stat(path).catch(() => undefined)) !== undefined;
  for (const folder of [workspace, checkout]) {
    const names = [resolve(folder), await realpath(folder)];
    if (names.some((name) => path === name || isBelow(name, path))) return true;
    if (isThere && !isOutside(path, folder)) return true;
  }
  return false;
};

const withoutScheme = (word: string): string => word.replace(/^file:\/\//, "");

const isBelow = (folder: string, path: string): boolean => path.startsWith(`${resolve(folder)}/`);
