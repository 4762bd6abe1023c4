/** What the shell needs of the files that a job works on, and of those that its skills run. */
import type { WorkspaceChange } from "../outputs/workspace-change.ts";

export type ChangedWorkspace = {
  /**
   * What differs from the commit that was checked out when the job began, in the workspace's folder.
   *
   * @throws ExpertStackError OUTPUT_REFUSED where that commit is not known or cannot be read
   */
  change(): Promise<WorkspaceChange>;
  /** A change as `git apply` takes it, without what cannot be committed. */
  patch(change: WorkspaceChange): Promise<string>;
};

/** The trusted commit in a folder of its own, by which skills of the repository run beside a workspace that is another. */
export type TrustedTree = {
  /**
   * Made when it is first asked for, and the same each time.
   *
   * @throws ExpertStackError SKILL_REFUSED where the checkout does not hold the commit, or it is too large
   */
  open(): Promise<OpenedTree>;
};

export type OpenedTree = {
  /** Full commit id. */
  readonly commit: string;
  /** Absolute path of the whole tree: files and links that stay in it, without submodules. */
  readonly root: string;
  /** The workspace's place in it. */
  readonly folder: string;
};
