import { spawn } from "node:child_process";
import { once } from "node:events";

/** GitHub's own command line, which knows the person's login and the checkout's repository. */
export type GitHubCli = {
  readonly gh: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** What it is told to run a workflow by hand. */
export const workflowArguments = (inputs: Readonly<Record<string, string>>): readonly string[] => [
  ...["workflow", "run", "registry-publish.yml"],
  ...Object.entries(inputs).flatMap(([name, value]) => ["--raw-field", `${name}=${value}`]),
];

/** @returns its exit code; what it prints is the person's to read */
export const runWorkflow = async (
  { gh, directory, environment, signal }: GitHubCli,
  inputs: Readonly<Record<string, string>>,
): Promise<number> => {
  const child = spawn(gh, workflowArguments(inputs), {
    cwd: directory,
    env: environment,
    stdio: "inherit",
    signal,
  });
  const [code] = await once(child, "close");
  return typeof code === "number" ? code : 1;
};
