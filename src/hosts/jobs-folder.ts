import { join } from "node:path";

/** Where a workspace's own jobs are kept; the folder ignores itself in git and is hidden from Experts. */
export const jobsFolder = (workspace: string): string => join(workspace, ".expert-stack", "jobs");
