import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { renderFinding } from "../definition/finding.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { createJob } from "../edges/store/create-job.ts";
import { newJobId, systemClock } from "../edges/system.ts";
import { ExpertStackError } from "../errors.ts";
import type { JobState } from "../job/state.ts";
import { concludeJob, exitCode } from "../report/conclusion.ts";
import { type JobPlan, planJob } from "../run/resolve.ts";
import { runJob } from "../run/run-job.ts";
import { createObserver } from "./cli-observer.ts";
import type { RunArguments } from "./cli-run-arguments.ts";
import { type RunOptions, readRunOptions } from "./cli-run-options.ts";
import { readManifest } from "./read-manifest.ts";
import { secretVariables, valuesOf, weakSecretNotes } from "./secrets.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";
import { jobsFolder, prepareWiring } from "./wire.ts";

/** `expert-stack run`: one job in this process; its journal stays in the workspace's `.expert-stack` folder. */
export const runCommand = async (args: RunArguments, terminal: Terminal): Promise<number> => {
  const options = readRunOptions(args.options, terminal);
  const plan = await planRun(args, options, terminal);
  const { environment, workspace } = options;
  const model = await recorded(options);
  using observer = createObserver(terminal, options);
  const secretNames = secretVariables(plan.experts.values(), options.secretEnv);
  const wire = prepareWiring({
    plan,
    environment,
    secrets: valuesOf(environment, secretNames),
    workspace,
    hidden: [],
    cacheDirectory: cacheFolder(environment.XDG_CACHE_HOME),
    trust: "trusted",
    localCommands: "allowed",
    observer,
    ...(model === undefined ? {} : { model }),
  });
  using log = createJob({ root: jobsFolder(workspace), jobId: plan.started.jobId, hide: "hide" });
  const notes = weakSecretNotes(environment, secretNames);
  const state = await runJob(wire(log), { ...plan, notes }, terminal.stop);
  observer.end(state, log.directory);
  return exitCodeOf(state);
};

const planRun = async (args: RunArguments, options: RunOptions, terminal: Terminal): Promise<JobPlan> => {
  const definitions = folderDefinitions(terminal.cwd);
  const { manifest, warnings, source } = await readManifest(definitions, options.config, {
    expert: args.expert,
    missing: { where: terminal.cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  for (const warning of warnings) terminal.err(`${renderFinding(warning)}\n`);
  return planJob({
    manifest,
    expertKey: args.expert,
    overrides: options.overrides,
    source,
    jobId: options.jobId ?? newJobId(systemClock.now()),
    query: readQuery(args.query),
    trigger: "cli",
    runtimeVersion: version,
  });
};

const cacheFolder = (xdg: string | undefined): string =>
  join(xdg === undefined || xdg === "" ? join(homedir(), ".cache") : resolve(xdg), "expert-stack");

const readQuery = (argument: string | undefined): string => {
  const query = argument === "-" ? readFileSync(0, "utf8") : (argument ?? "");
  if (query.trim() !== "") return query;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: "There is no query.",
    remedy: 'Say what to do: `expert-stack run <expert> "<query>"`, or `-` to read it from standard input.',
  });
};

const recorded = async (options: RunOptions) => {
  if (options.recorded === undefined) return undefined;
  const { loadJournal } = await import("../edges/store/load-job.ts");
  const { recordedModel } = await import("../edges/model/recorded-model.ts");
  return recordedModel(loadJournal(options.recorded));
};

const exitCodeOf = ({ outcome }: JobState): number => {
  if (outcome === undefined) return 1;
  if (outcome.type === "interrupted") return 130;
  return exitCode(concludeJob(outcome, { failures: [] }), { skip: "pass", event: "other" });
};
