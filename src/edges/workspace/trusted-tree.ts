import { mkdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { OpenedTree, TrustedTree } from "../../run/workspace-ports.ts";
import { baseTree } from "./base-tree.ts";
import type { GitProgram } from "./git-program.ts";
import { neutralRepository } from "./neutral-repository.ts";
import { recordedBase } from "./recorded-base.ts";
import { treeFiles, treeRefused, writeTree } from "./write-tree.ts";

export type TrustedTreeOptions = {
  /** Full commit id. */
  readonly commit: string;
  readonly workspace: string;
  readonly checkout: string;
  readonly program: GitProgram;
  /** Of this job alone, and not there yet. */
  readonly directory: string;
};

/**
 * The trusted commit in a folder of its own, from the objects of the checkout. Each object is held against its id, from
 * the commit's on, so that whoever wrote the checkout has no say in what is there; no attribute and no filter is obeyed.
 */
export const trustedTree = (
  options: TrustedTreeOptions,
): TrustedTree & AsyncDisposable & { readonly directory: string } => {
  const { directory } = options;
  let opening: Promise<OpenedTree> | undefined;
  return {
    directory,
    open() {
      opening ??= makeTree(options);
      return opening;
    },
    async [Symbol.asyncDispose]() {
      await opening?.catch(() => undefined);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const makeTree = async (options: TrustedTreeOptions): Promise<OpenedTree> => {
  const { commit, checkout, program, directory } = options;
  if (program.git === undefined)
    throw treeRefused("there is no git on the PATH", "Install git on this runner.");
  const held = translated(commit);
  mkdirSync(directory, { recursive: true });
  refuseInside(options);
  const base = await recordedBase(checkout, program).catch(held);
  using repository = neutralRepository(directory, { ...base, program });
  const tree = await baseTree(repository, commit).catch(held);
  const files = await treeFiles(repository, tree).catch(held);
  const root = join(realpathSync(directory), "tree");
  mkdirSync(root);
  await writeTree(repository, files, root).catch(held);
  return { commit, root, folder: folderIn(join(root, base.prefix), options) };
};

/** Programs look for modules and settings above the folder they start in, too. */
const refuseInside = ({ workspace, checkout, directory }: TrustedTreeOptions): void => {
  const real = realpathSync(directory);
  if (![workspace, checkout].some((folder) => real.startsWith(`${realpathSync(folder)}/`))) return;
  throw treeRefused(
    "the runner's temporary folder lies in the checkout",
    "Let RUNNER_TEMP name one outside of it.",
  );
};

/** By the folders' names alone: what git says of a folder in the checkout may be the word of whoever wrote that folder. */
const folderIn = (
  root: string,
  { workspace, checkout }: Pick<TrustedTreeOptions, "workspace" | "checkout">,
): string => {
  const way = relative(realpathSync(checkout), realpathSync(workspace));
  const folder = join(root, way);
  const isIn = way.split("/")[0] !== "..";
  if (isIn && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw treeRefused(
    `it has no folder ${way}`,
    "Merge that folder first, or let `working-directory` name one that the default branch has.",
  );
};

/** @throws what was refused already; else, of what git could not tell, that the checkout does not hold the commit */
const translated =
  (commit: string) =>
  (cause: unknown): never => {
    const code = cause instanceof ExpertStackError ? cause.code : undefined;
    if (code === "SKILL_REFUSED") throw cause;
    if (code === undefined)
      throw treeRefused(`it cannot be written (${String(cause)})`, "Run the job again.", cause);
    throw treeRefused(
      `the checkout does not hold that commit, ${commit.slice(0, 12)}`,
      "Write `fetch-depth: 0` under the `with:` of `actions/checkout`. Where that is there, the default branch has moved since: run the job again.",
      cause,
    );
  };
