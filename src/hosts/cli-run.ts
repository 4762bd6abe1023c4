import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { credentialFiles } from "../edges/model/credentials.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { RunArguments } from "./cli-run-arguments.ts";
import { type RunOptions, readRunOptions } from "./cli-run-options.ts";
import { jobSandbox, machineOf, startsProcesses } from "./job-sandbox.ts";
import { mayStartProcesses } from "./may-start-processes.ts";
import { lockPath } from "./read-lock.ts";
import { runnerFolders } from "./runner-folders.ts";
import type { Terminal } from "./terminal.ts";

/** `expert-stack run`: a job, or with `--event` the rehearsal of one. */
export const runCommand = async (args: RunArguments, terminal: Terminal): Promise<number> => {
  const { event, dryRun } = args.options;
  if (event === undefined && dryRun === undefined) return await runHere(args, terminal);
  return await (await import("./cli-rehearsal.ts")).rehearsalCommand(args, terminal);
};

/** A job. The tiers of the sandbox are tried while what else it needs is still being loaded. */
const runHere = async (args: RunArguments, terminal: Terminal): Promise<number> => {
  const options = await readRunOptions(args.options, terminal);
  await using sandbox = sandboxFor(options);
  const manifest = resolve(terminal.cwd, options.config);
  // With a lock it depends on what that names.
  if (!existsSync(lockPath(manifest)) && mayStartProcesses(manifest)) sandbox.openEarly();
  // One that is required is there before a model is asked; any other is waited for when it is needed.
  if (options.sandbox === "required") await sandbox.open();
  const { planRun } = await import("./cli-plan.ts");
  const planned = await planRun(args, options, terminal);
  const { experts, started } = planned.plan;
  const coordinator = experts.get(started.coordinator);
  if (startsProcesses(coordinator, planned.locked.get(started.coordinator))) sandbox.openEarly();
  const { runPlanned } = await import("./cli-job.ts");
  return await runPlanned(planned, { options, terminal, sandbox });
};

const sandboxFor = ({ sandbox: mode, network, workspace, environment }: RunOptions) =>
  jobSandbox({
    cache: cacheFolder(environment.XDG_CACHE_HOME),
    ...{ mode, network, workspace, checkout: workspace, temporary: tmpdir() },
    ...{ hidden: [...runnerFolders(environment), ...credentialFiles(environment)] },
    ...machineOf(environment),
  });
