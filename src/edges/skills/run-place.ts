import { delimiter } from "node:path";
import { processSkills } from "../../definition/skill-package.ts";
import type { SkillsRequest } from "../../run/ports.ts";
import type { OpenedTree, TrustedTree } from "../../run/workspace-ports.ts";
import { emptyFolder, refuseForeignCode, treeFor } from "./foreign-workspace.ts";
import { pathOutside } from "./program-outside.ts";

/** Where the tools of one Run work, and where and how the processes of its skills start. */
export type RunPlace = AsyncDisposable & {
  /** What the base skill's tools see. */
  readonly workspace: string;
  /** Where processes start. */
  readonly cwd: string;
  /** Where those start that are no package, when the workspace is not the trusted commit. */
  readonly tree?: OpenedTree;
  readonly searchPath: string | undefined;
};

export type RunPlaceOptions = {
  readonly workspace: string;
  /** The repository's folder, which the workspace is or lies in. */
  readonly checkout: string;
  readonly cacheDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly localCommands: "allowed" | TrustedTree;
};

/**
 * The checkout; or, for an Expert with a private workspace, an empty folder that is gone with the Run. When the checkout
 * is not the trusted commit, packages start in another empty folder, and other programs in a tree of that commit.
 *
 * @throws ExpertStackError SKILL_REFUSED for a skill that could run code of a workspace that is not trusted
 */
export const runPlace = async (options: RunPlaceOptions, request: SkillsRequest): Promise<RunPlace> => {
  const { workspace, checkout, cacheDirectory, environment, localCommands } = options;
  const { skills, workspace: wanted } = request.expert;
  const processes = processSkills(skills);
  const foreign = localCommands !== "allowed" && processes.length > 0;
  const tree = foreign ? await treeFor(processes, localCommands) : undefined;
  if (foreign) for (const named of processes) await refuseForeignCode({ workspace, checkout, tree }, named);
  const searchPath = foreign
    ? pathOutside(environment.PATH ?? "", checkout).join(delimiter)
    : environment.PATH;
  if (wanted !== "private" && !foreign) {
    return { workspace, cwd: workspace, searchPath, async [Symbol.asyncDispose]() {} };
  }
  const { path, [Symbol.asyncDispose]: dispose } = await emptyFolder(cacheDirectory);
  const own = wanted === "private" ? path : workspace;
  return {
    ...{ workspace: own, cwd: path, searchPath, [Symbol.asyncDispose]: dispose },
    ...(tree === undefined ? {} : { tree }),
  };
};
