import { folderDefinitions } from "../edges/definitions/folder.ts";
import { systemClock } from "../edges/system.ts";
import { ExpertStackError } from "../errors.ts";
import { systemPrompt } from "../job/prompt.ts";
import { exitCode } from "../report/conclusion.ts";
import { type Rehearsal, renderRehearsal } from "../report/rehearsal.ts";
import { rulesOf } from "../run/perform-open.ts";
import { type JobPlan, planJob } from "../run/resolve.ts";
import { roleBook } from "../run/role-book.ts";
import { type Admission, admit } from "./action-admission.ts";
import { type Discussed, noDiscussion, readDiscussed } from "./action-discussion.ts";
import { unlockedIn } from "./action-job-plan.ts";
import { refuseUnknownCommands } from "./action-manifest.ts";
import { compared, makeActionQuery } from "./action-query.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { RunArguments } from "./cli-run-arguments.ts";
import { outputSchema } from "./option-values.ts";
import { readLock } from "./read-lock.ts";
import { readManifest } from "./read-manifest.ts";
import { type RehearsalOptions, readRehearsal } from "./rehearsal-options.ts";
import { rehearsedOutputs } from "./rehearsal-outputs.ts";
import {
  type Asked,
  assumedRepository,
  type RehearsalRepository,
  toldRepository,
} from "./rehearsal-repository.ts";
import { notYet, type Terminal } from "./terminal.ts";
import { refuseUntrusted } from "./untrusted-plan.ts";
import { version } from "./version.ts";
import { wholeManifest } from "./whole-manifest.ts";

/**
 * `expert-stack run <expert> --event payload.json --dry-run`: what a step of the action would decide, ask and publish on
 * this event. Definitions are the folder's own. No model is asked and no tool is run.
 *
 * @returns the exit code that the step would have by its decision
 */
export const rehearsalCommand = async (args: RunArguments, terminal: Terminal): Promise<number> => {
  if (args.options.dryRun !== true) throw notYet("`--event` without `--dry-run`");
  if (args.query !== undefined) throw queryGiven(args.query);
  const options = readRehearsal({
    ...{ expert: args.expert, options: args.options, cwd: terminal.cwd },
    token: terminal.environment.GITHUB_TOKEN ? "present" : "missing",
  });
  const rehearsal = await rehearse(options, terminal);
  const isJson = args.options.json === true || args.options.progress === "json";
  terminal.out(isJson ? `${JSON.stringify(rehearsal)}\n` : `${renderRehearsal(rehearsal)}\n`);
  const { conclusion } = rehearsal.decision;
  const event = options.trigger.type === "pullRequest" ? "pullRequest" : "other";
  return exitCode(conclusion === "admitted" ? "success" : conclusion, { skip: options.inputs.onSkip, event });
};

const queryGiven = (query: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `"${query}" is a query, and the query is made from the event.`,
    remedy: "Leave it out, or put a text before the event's own by `--prompt`.",
  });

const rehearse = async (options: RehearsalOptions, terminal: Terminal): Promise<Rehearsal> => {
  const { inputs, eventName: event } = options;
  const asked: Asked[] = [];
  const repository = async () =>
    toldRepository(
      await repositoryOf(options, terminal),
      options.assumed === undefined ? "GitHub" : "assumed",
      (one) => asked.push(one),
    );
  const admission = await admit({
    ...{ trigger: options.trigger, inputs, repository, now: systemClock.now() },
    // As on GitHub: a fork's pull request gets none, and every other event has them.
    secrets: "missing",
    workflowFile: () => "rehearsal.yml",
  });
  if (admission.type !== "admitted") {
    return { event, trigger: options.trigger, asked, decision: refusedBy(admission) };
  }
  return { event, asked, ...(await admitted(options, admission, { terminal, repository })) };
};

const refusedBy = (admission: Exclude<Admission, { type: "admitted" }>): Rehearsal["decision"] => {
  if (admission.type === "help") {
    return { conclusion: "skipped", reason: "The comment asks for help, and gets it in a comment." };
  }
  const { conclusion, problem } = admission;
  return { conclusion, reason: problem.message, remedy: problem.remedy };
};

type Admitted = Extract<Admission, { type: "admitted" }>;

const admitted = async (
  options: RehearsalOptions,
  admission: Admitted,
  from: { readonly terminal: Terminal; readonly repository: () => Promise<RehearsalRepository> },
): Promise<Omit<Rehearsal, "event" | "asked">> => {
  const { inputs } = options;
  const { trigger, trust, reason, expert } = admission;
  const { repository: reader, terminal } = from;
  const roles = roleBook(reader, admission.roles);
  const [comparison, found] = await Promise.all([
    compared(trigger, reader),
    readDiscussed({ trigger, reader, roles, inputs }),
  ]);
  const discussed = options.assumed === undefined ? found : noDiscussion;
  const { plan, notes } = await planned(options, admission, { terminal, comparison, discussed });
  const refusal = await refuseUntrusted(plan, admission, { ...inputs, sandbox: anIsolatingOne });
  if (refusal !== undefined) {
    return { trigger, decision: { conclusion: "denied", reason: refusal.message, remedy: refusal.remedy } };
  }
  const { coordinator, started } = plan;
  const { outputSchema: form } = started;
  return {
    trigger,
    decision: { conclusion: "admitted", reason, trust, expert },
    prompt: {
      model: `${started.model.provider} ${started.model.model}`,
      system: systemPrompt({
        instruction: coordinator.instruction,
        rules: rulesOf(coordinator, "coordinator"),
        ...(form === undefined ? {} : { outputSchema: form }),
      }),
      ...{ query: started.query, notes },
    },
    outputs: await rehearsedOutputs(options, admission, comparison),
  };
};

/** What GitHub's own runners have. */
const anIsolatingOne = {
  open: async () => ({ sandbox: { tier: "namespaces" as const }, tried: [] }),
};

const planned = async (
  { inputs, eventName }: RehearsalOptions,
  admission: Admitted,
  of: {
    readonly terminal: Terminal;
    readonly comparison: Awaited<ReturnType<typeof compared>>;
    readonly discussed: Discussed;
  },
): Promise<{ readonly plan: JobPlan; readonly notes: readonly string[] }> => {
  const { cwd } = of.terminal;
  const definitions = folderDefinitions(cwd);
  const { manifest, source } = await readManifest(definitions, inputs.config, {
    expert: inputs.expert,
    missing: { where: cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  refuseUnknownCommands({ inputs }, manifest);
  const query = await makeActionQuery({
    ...{ trigger: admission.trigger, admission, comparison: of.comparison, discussed: of.discussed },
    ...{ step: { inputs, context: { checkout: cwd } }, trusted: { definitions } },
  });
  const schema = inputs.outputSchema;
  const lockfile = await readLock(definitions, inputs.config);
  const unlocked = unlockedIn(inputs, { lockfile, admission });
  const { notes: ofRegistries, ...whole } = await wholeManifest(
    { manifest, expertKey: admission.expert },
    { ...{ lockfile, registry: inputs.registry, unlocked }, machine: machineHere(of.terminal) },
    of.terminal.stop,
  );
  const plan = planJob({
    ...{ ...whole, source, overrides: inputs.overrides },
    ...{ jobId: "rehearsal", query: query.text, trigger: eventName, runtimeVersion: version },
    ...(schema === "" ? {} : { outputSchema: await outputSchema({ name: "--output-schema", text: schema }) }),
  });
  return { plan, notes: [...query.notes, ...ofRegistries.map(({ text }) => text)] };
};

const machineHere = ({ environment, cwd: checkout }: Terminal) => {
  const cache = cacheFolder(environment.XDG_CACHE_HOME);
  return { environment, checkout, cache, userConfig: "kept" } as const;
};

const repositoryOf = async (
  { assumed, place }: RehearsalOptions,
  { environment, err }: Terminal,
): Promise<RehearsalRepository> => {
  if (assumed !== undefined) return assumedRepository(assumed);
  const { gitHubClient } = await import("../edges/github/client.ts");
  const { gitHubRepository } = await import("../edges/github/repository.ts");
  const { gitHubReader } = await import("../edges/github/reader.ts");
  const apiUrl = environment.GITHUB_API_URL || "https://api.github.com";
  const access = { ...place, apiUrl, token: environment.GITHUB_TOKEN ?? "" };
  const repository = gitHubRepository(
    gitHubClient(access, (text) => err(`warning: ${text}\n`)),
    access,
  );
  // Which workflow it will be is not known here.
  return { ...repository, discussion: gitHubReader(access).discussion, runsBy: async () => 1 };
};
