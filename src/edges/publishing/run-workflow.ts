import { spawn } from "node:child_process";
import { once } from "node:events";

/** GitHub's own command line, which knows the person's login and the checkout's repository. */
export type GitHubCli = {
  readonly gh: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** A registry's workflow, by hand. */
export type WorkflowRun = {
  /** `host/owner/repo`: left to itself, gh takes the repository that it likes best of a checkout's remotes. */
  readonly repository: string;
  /** The branch whose workflow is meant, where it is not the default one. */
  readonly branch?: string;
  readonly inputs: Readonly<Record<string, string>>;
};

/** What gh is told to run it. */
export const workflowArguments = ({ repository, branch, inputs }: WorkflowRun): readonly string[] => [
  ...["workflow", "run", "registry-publish.yml", "--repo", repository],
  ...(branch === undefined ? [] : ["--ref", branch]),
  ...Object.entries(inputs).flatMap(([name, value]) => ["--raw-field", `${name}=${value}`]),
];

/** @returns its exit code; what it prints is the person's to read */
export const runWorkflow = async (
  { gh, directory, environment, signal }: GitHubCli,
  run: WorkflowRun,
): Promise<number> => {
  const child = spawn(gh, workflowArguments(run), {
    cwd: directory,
    env: environment,
    stdio: "inherit",
    signal,
  });
  const [code] = await once(child, "close");
  return typeof code === "number" ? code : 1;
};
