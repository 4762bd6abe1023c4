import { createJob } from "../edges/store/create-job.ts";
import { systemClock } from "../edges/system.ts";
import type { JobState } from "../job/state.ts";
import { concludeJob, exitCode } from "../report/conclusion.ts";
import type { JobLog } from "../run/ports.ts";
import { type JobStart, runJob } from "../run/run-job.ts";
import { cacheFolder } from "./cache-folder.ts";
import { createObserver } from "./cli-observer.ts";
import type { PlannedRun } from "./cli-plan.ts";
import type { RunOptions } from "./cli-run-options.ts";
import type { JobSandbox } from "./job-sandbox.ts";
import { jobsFolder } from "./jobs-folder.ts";
import { runnerFolders } from "./runner-folders.ts";
import { passwordsIn, registryTokens, secretVariables, valuesOf, weakSecretNotes } from "./secrets.ts";
import type { Terminal } from "./terminal.ts";
import { prepareWiring } from "./wire.ts";

/** One job in this process; its journal stays in the workspace's `.expert-stack` folder. @returns the exit code */
export const runPlanned = async (
  planned: PlannedRun,
  {
    options,
    terminal,
    sandbox,
  }: { readonly options: RunOptions; readonly terminal: Terminal; readonly sandbox: JobSandbox },
): Promise<number> => {
  const { environment, workspace } = options;
  const { plan, earlier, catalog, locked } = planned;
  const model = await recorded(options);
  using observer = createObserver(terminal, options, earlier?.entries ?? []);
  const furtherSecrets = [...options.secretEnv, ...registryTokens(environment)];
  const secretNames = secretVariables(plan.experts.values(), furtherSecrets);
  terminal.hide(secretNames);
  const wire = prepareWiring({
    ...{ plan, environment },
    secrets: [...valuesOf(environment, secretNames), ...passwordsIn(environment, plan.experts.values())],
    workspace,
    checkout: workspace,
    hidden: runnerFolders(environment),
    cacheDirectory: cacheFolder(environment.XDG_CACHE_HOME),
    ...{ trust: "trusted", allowHosts: [], localCommands: "allowed" },
    sandbox,
    observer,
    ...{ catalog, locked, packages: planned.packages },
    ...(model === undefined ? {} : { model }),
  });
  const begun = await begin(options, planned);
  using log = begun.log;
  const before = [...(begun.start.notes ?? []), ...planned.notes];
  const notes = [...before, ...weakSecretNotes(environment, secretNames)];
  const state = await runJob(wire(log), { ...begun.start, notes }, terminal.stop);
  observer.end(state, log.directory);
  return exitCodeOf(state);
};

/** A new job, or the one that goes on. */
const begin = async (
  options: RunOptions,
  { plan, query, earlier }: PlannedRun,
): Promise<{ readonly log: JobLog; readonly start: JobStart }> => {
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
