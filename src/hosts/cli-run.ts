import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { renderFinding } from "../definition/finding.ts";
import { priceCatalog } from "../edges/catalog.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { credentialFiles } from "../edges/model/credentials.ts";
import { createJob } from "../edges/store/create-job.ts";
import { newJobId, systemClock } from "../edges/system.ts";
import { ExpertStackError } from "../errors.ts";
import type { JobState } from "../job/state.ts";
import { concludeJob, exitCode } from "../report/conclusion.ts";
import type { JobLog } from "../run/ports.ts";
import { type JobPlan, type Overrides, planJob, priced } from "../run/resolve.ts";
import { type JobStart, runJob } from "../run/run-job.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { EarlierJob } from "./cli-continue.ts";
import { createObserver } from "./cli-observer.ts";
import type { RunArguments } from "./cli-run-arguments.ts";
import { type RunOptions, readRunOptions } from "./cli-run-options.ts";
import { jobSandbox, machineOf, startsProcesses } from "./job-sandbox.ts";
import { type LockedTools, readLock } from "./read-lock.ts";
import { readManifest } from "./read-manifest.ts";
import { runnerFolders } from "./runner-folders.ts";
import { passwordsIn, secretVariables, valuesOf, weakSecretNotes } from "./secrets.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";
import { jobsFolder, prepareWiring } from "./wire.ts";

/** `expert-stack run`: one job in this process; its journal stays in the workspace's `.expert-stack` folder. */
export const runCommand = async (args: RunArguments, terminal: Terminal): Promise<number> => {
  const options = await readRunOptions(args.options, terminal);
  const { environment, workspace } = options;
  const query = readQuery(args.query, options);
  const earlier = await findEarlier(options, args.expert);
  const catalog = priceCatalog(options.prices, (text) => terminal.err(`warning: ${text}\n`));
  const plan = await priced(await planRun(args, { options, query, earlier }, terminal), catalog.ceilingOf);
  const { locked, notes: stale } = await readLock(
    folderDefinitions(terminal.cwd),
    options.config,
    plan.experts,
  );
  const model = await recorded(options);
  using observer = createObserver(terminal, options, earlier?.entries ?? []);
  const secretNames = secretVariables(plan.experts.values(), options.secretEnv);
  terminal.hide(secretNames);
  await using sandbox = await openedSandbox(options);
  if (startsEarly(plan, locked)) sandbox.openEarly();
  const wire = prepareWiring({
    plan,
    environment,
    secrets: [...valuesOf(environment, secretNames), ...passwordsIn(environment, plan.experts.values())],
    workspace,
    checkout: workspace,
    hidden: runnerFolders(environment),
    cacheDirectory: cacheFolder(environment.XDG_CACHE_HOME),
    ...{ trust: "trusted", allowHosts: [], localCommands: "allowed" },
    sandbox,
    observer,
    catalog,
    locked,
    ...(model === undefined ? {} : { model }),
  });
  const begun = await begin(options, { plan, query, earlier });
  using log = begun.log;
  const notes = [...(begun.start.notes ?? []), ...stale, ...weakSecretNotes(environment, secretNames)];
  const state = await runJob(wire(log), { ...begun.start, notes }, terminal.stop);
  observer.end(state, log.directory);
  return exitCodeOf(state);
};

const startsEarly = ({ experts, started: { coordinator } }: JobPlan, locked: LockedTools): boolean =>
  startsProcesses(experts.get(coordinator), locked.get(coordinator));

/** A sandbox that is required is there before a model is asked; any other is opened when it is needed. */
const openedSandbox = async ({ sandbox: mode, network, workspace, environment }: RunOptions) => {
  const sandbox = jobSandbox({
    cache: cacheFolder(environment.XDG_CACHE_HOME),
    ...{ mode, network, workspace, checkout: workspace, temporary: tmpdir() },
    ...{ hidden: [...runnerFolders(environment), ...credentialFiles(environment)] },
    ...machineOf(environment),
  });
  if (mode === "required") await sandbox.open();
  return sandbox;
};

/** A new job, or the one that goes on. */
const begin = async (
  options: RunOptions,
  job: { readonly plan: JobPlan; readonly query: string; readonly earlier: EarlierJob | undefined },
): Promise<{ readonly log: JobLog; readonly start: JobStart }> => {
  const { plan, query, earlier } = job;
  const root = jobsFolder(options.workspace);
  if (earlier === undefined) {
    const log = createJob({ root, jobId: plan.started.jobId, hide: "hide" });
    return { log, start: { events: [plan.started] } };
  }
  const { changedExperts, openEarlier, resumption } = await import("./cli-continue.ts");
  const input = inputOf(options, query);
  const { jobId, events } = resumption(earlier, { plan, input, now: systemClock.now() });
  const now = systemClock.now();
  // A fork begins now: only what it begins with is older.
  const startedAt = earlier.as === "same" ? (earlier.entries[0]?.at ?? now) : now;
  const before = { state: earlier.state, startedAt };
  const log = openEarlier(root, earlier, jobId);
  return { log, start: { before, events, notes: changedExperts(earlier, plan) } };
};

const inputOf = ({ continued }: RunOptions, text: string) => {
  if (text === "") return { type: "none" } as const;
  return { type: continued?.queryIs ?? "query", text } as const;
};

const findEarlier = async (
  { continued, workspace }: RunOptions,
  expert: string,
): Promise<EarlierJob | undefined> => {
  if (continued === undefined) return undefined;
  const { findEarlier } = await import("./cli-continue.ts");
  return findEarlier(jobsFolder(workspace), continued, expert);
};

const planRun = async (
  args: RunArguments,
  of: { readonly options: RunOptions; readonly query: string; readonly earlier: EarlierJob | undefined },
  terminal: Terminal,
): Promise<JobPlan> => {
  const { options, query, earlier } = of;
  const definitions = folderDefinitions(terminal.cwd);
  const { manifest, warnings, source } = await readManifest(definitions, options.config, {
    expert: args.expert,
    missing: { where: terminal.cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  for (const warning of warnings) terminal.err(`${renderFinding(warning)}\n`);
  return planJob({
    manifest,
    expertKey: args.expert,
    overrides: { ...budgetsOf(earlier), ...options.overrides },
    source,
    jobId: options.jobId ?? newJobId(systemClock.now()),
    query,
    ...(options.outputSchema === undefined ? {} : { outputSchema: options.outputSchema }),
    trigger: "cli",
    runtimeVersion: version,
  });
};

/** A budget in tokens or dollars is the whole job's: it holds on unless a larger one is given. */
const budgetsOf = (earlier: EarlierJob | undefined): Pick<Overrides, "maxTokens" | "maxCostUsd"> => {
  const { maxTokens, maxCostUsd } = earlier?.state.started?.limits ?? {};
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
  };
};

/** A job that goes on may do so without another word. */
const readQuery = (argument: string | undefined, { continued }: RunOptions): string => {
  const query = argument === "-" ? readFileSync(0, "utf8") : (argument ?? "");
  if (query.trim() !== "") return query;
  if (continued?.queryIs === "query") return "";
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: continued === undefined ? "There is no query." : "There is no answer.",
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
