import { delimiter } from "node:path";
import { processSkills } from "../../definition/skill-package.ts";
import type { SkillsRequest } from "../../run/ports.ts";
import { emptyFolder, refuseForeignCode } from "./foreign-workspace.ts";
import { pathOutside } from "./program-outside.ts";

/** Where the tools of one Run work, and where and how the processes of its skills start. */
export type RunPlace = AsyncDisposable & {
  /** What the base skill's tools see. */
  readonly workspace: string;
  /** Where processes start. */
  readonly cwd: string;
  readonly searchPath: string | undefined;
};

export type RunPlaceOptions = {
  readonly workspace: string;
  /** The repository's folder, which the workspace is or lies in. */
  readonly checkout: string;
  readonly cacheDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly localCommands: "allowed" | "refused";
};

/**
 * The checkout; or, for an Expert with a private workspace, an empty folder that is gone with the Run. Processes start
 * in another empty folder when the checkout is not the trusted commit.
 *
 * @throws ExpertStackError SKILL_REFUSED for a skill that could run code of a workspace that is not trusted
 */
export const runPlace = async (options: RunPlaceOptions, request: SkillsRequest): Promise<RunPlace> => {
  const { workspace, checkout, cacheDirectory, environment, localCommands } = options;
  const { skills, workspace: wanted } = request.expert;
  const processes = processSkills(skills);
  const foreign = localCommands === "refused" && processes.length > 0;
  if (foreign) for (const named of processes) await refuseForeignCode({ workspace, checkout }, named);
  const searchPath = foreign
    ? pathOutside(environment.PATH ?? "", checkout).join(delimiter)
    : environment.PATH;
  if (wanted !== "private" && !foreign) {
    return { workspace, cwd: workspace, searchPath, async [Symbol.asyncDispose]() {} };
  }
  const { path, [Symbol.asyncDispose]: dispose } = await emptyFolder(cacheDirectory);
  const own = wanted === "private" ? path : workspace;
  return { workspace: own, cwd: path, searchPath, [Symbol.asyncDispose]: dispose };
};
