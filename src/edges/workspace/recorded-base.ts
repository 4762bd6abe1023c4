import { type GitProgram, runGit } from "./git-program.ts";

/** The commit that a job begins from, and where its objects lie. Read before anything of the job runs. */
export type RecordedBase = {
  /** Full commit id. */
  readonly commit: string;
  /** The checkout's root. */
  readonly root: string;
  /** The workspace's place in it, empty for the root itself, otherwise with a slash at its end. */
  readonly prefix: string;
  /** Git's folder of objects, and its index. */
  readonly objects: string;
  readonly index: string;
};

/** @throws ExpertStackError OUTPUT_REFUSED where the workspace is no checkout of a commit */
export const recordedBase = async (workspace: string, program: GitProgram): Promise<RecordedBase> => {
  // In a container the checkout is another user's, which git refuses unless it is told not to.
  const start = ["-c", "safe.directory=*", "-C", workspace, "rev-parse", "--path-format=absolute"];
  const asked = ["--git-path", "objects", "--git-path", "index", "--show-toplevel", "--show-prefix"];
  const told = await runGit(program, [...start, ...asked, "HEAD^{commit}"]);
  const [objects = "", index = "", root = "", prefix = "", commit = ""] = told.toString("utf8").split("\n");
  return { commit, root, prefix, objects, index };
};
