/** What the shell needs of the files that a job has worked on. */
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
