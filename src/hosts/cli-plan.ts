import { readFileSync } from "node:fs";
import { renderFinding } from "../definition/finding.ts";
import { type PriceCatalog, priceCatalog } from "../edges/catalog.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { newJobId, systemClock } from "../edges/system.ts";
import { ExpertStackError } from "../errors.ts";
import type { JobEvent } from "../job/event.ts";
import type { Lockfile } from "../registry/lockfile.ts";
import { type JobPlan, type Overrides, planJob, priced } from "../run/resolve.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { EarlierJob } from "./cli-continue.ts";
import type { RunArguments } from "./cli-run-arguments.ts";
import type { RunOptions } from "./cli-run-options.ts";
import { jobsFolder } from "./jobs-folder.ts";
import { type LockedTools, lockedTools, readLock } from "./read-lock.ts";
import { readManifest } from "./read-manifest.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";
import { wholeManifest } from "./whole-manifest.ts";

/** What a command line asks for, with the definitions it was held against. */
export type PlannedRun = {
  readonly plan: JobPlan;
  /** Empty where a job just goes on. */
  readonly query: string;
  readonly earlier: EarlierJob | undefined;
  readonly catalog: PriceCatalog;
  readonly locked: LockedTools;
  readonly packages: Lockfile["packages"];
  /** Warnings on what the lock has and the manifest has no longer, and on Experts of elsewhere. */
  readonly notes: readonly Extract<JobEvent, { type: "note" }>[];
};

/** @throws ExpertStackError INPUT_INVALID, and what a manifest or a lock is refused with */
export const planRun = async (
  args: RunArguments,
  options: RunOptions,
  terminal: Terminal,
): Promise<PlannedRun> => {
  const query = readQuery(args.query, options);
  const earlier = await findEarlier(options, args.expert);
  const catalog = priceCatalog(options.prices, (text) => terminal.err(`warning: ${text}\n`));
  const { plan: unpriced, lockfile, notes } = await planned(args, { options, query, earlier }, terminal);
  const plan = await priced(unpriced, catalog.ceilingOf);
  const { locked, notes: stale } = await lockedTools(lockfile, plan.experts);
  const packages = lockfile?.packages ?? new Map();
  return { plan, query, earlier, catalog, locked, packages, notes: [...notes, ...stale] };
};

const findEarlier = async (
  { continued, workspace }: RunOptions,
  expert: string,
): Promise<EarlierJob | undefined> => {
  if (continued === undefined) return undefined;
  const { findEarlier } = await import("./cli-continue.ts");
  return findEarlier(jobsFolder(workspace), continued, expert);
};

const planned = async (
  args: RunArguments,
  of: { readonly options: RunOptions; readonly query: string; readonly earlier: EarlierJob | undefined },
  terminal: Terminal,
): Promise<Pick<PlannedRun, "plan" | "notes"> & { readonly lockfile: Lockfile | undefined }> => {
  const { options, query, earlier } = of;
  const definitions = folderDefinitions(terminal.cwd);
  const { manifest, warnings, source } = await readManifest(definitions, options.config, {
    expert: args.expert,
    missing: { where: terminal.cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  for (const warning of warnings) terminal.err(`${renderFinding(warning)}\n`);
  const lockfile = await readLock(definitions, options.config);
  const { environment, workspace: checkout, registry, frozen } = options;
  const cache = cacheFolder(environment.XDG_CACHE_HOME);
  const { notes, ...whole } = await wholeManifest(
    { manifest, expertKey: args.expert },
    {
      ...{ lockfile, registry, unlocked: frozen ? "refuse: frozen" : "resolve" },
      machine: { environment, checkout, cache, userConfig: "kept" },
    },
    terminal.stop,
  );
  const plan = planJob({
    ...whole,
    overrides: { ...budgetsOf(earlier), ...options.overrides },
    source,
    jobId: options.jobId ?? newJobId(systemClock.now()),
    query,
    ...(options.outputSchema === undefined ? {} : { outputSchema: options.outputSchema }),
    trigger: "cli",
    runtimeVersion: version,
  });
  return { plan, notes, lockfile };
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
