import { join } from "node:path";
import { warning } from "@actions/core";
import type { Expert } from "../definition/expert.ts";
import { priceCatalog } from "../edges/catalog.ts";
import { credentialFiles, hasCredentials } from "../edges/model/credentials.ts";
import { systemClock } from "../edges/system.ts";
import { readTrigger } from "../request/read-trigger.ts";
import type { Actor } from "../request/trigger.ts";
import { roleBook } from "../run/role-book.ts";
import { type Admitted, admit, type Question } from "./action-admission.ts";
import { recordBase } from "./action-change.ts";
import { readDiscussed, withDiscussion } from "./action-discussion.ts";
import { earlierFindingsBlock } from "./action-earlier-findings.ts";
import { type GitHub, gitHub } from "./action-github.ts";
import { hiddenFolders, runActionJob } from "./action-job.ts";
import { planStep } from "./action-job-plan.ts";
import { proposedChanges, readDefinitions } from "./action-manifest.ts";
import { helpEnding, inMode } from "./action-modes.ts";
import { compared, makeActionQuery } from "./action-query.ts";
import { checkWorkspace, workspaceOf } from "./action-workspace.ts";
import type { Ending } from "./ending.ts";
import { type JobSandbox, jobSandbox, machineOf } from "./job-sandbox.ts";
import { mayStartProcesses } from "./may-start-processes.ts";
import { type Environment, passwordsIn, secretVariables, valuesOf } from "./secrets.ts";
import type { Step } from "./step.ts";
import { refuseUntrusted } from "./untrusted-plan.ts";

/** Gate, definitions, query, job, in this order: nothing that costs anything comes before the gate. */
export const runStep = async (step: Step, stop: AbortSignal): Promise<Ending> => {
  const { inputs, context } = step;
  const event = readTrigger(context.eventName, context.payload);
  const github = gitHub(step);
  const admission = await admit({ ...askedBy(step), trigger: event, repository: github.repository });
  if (admission.type === "refused") {
    const { conclusion, problem } = admission;
    return { expert: inputs.expert, trigger: event, conclusion, problem };
  }
  if (admission.type === "help") return await helpEnding(step, admission.trigger, github);
  return await inMode(step, { admission, github, run: runAdmitted }, stop);
};

const runAdmitted = async (
  step: Step,
  { admission: asked, github }: { readonly admission: Admitted; readonly github: GitHub },
  stop: AbortSignal,
): Promise<Ending> => {
  const { inputs } = step;
  const { trigger } = asked;
  const known = { expert: inputs.expert, trigger };
  await using sandbox = stepSandbox(step);
  if (waitsForSandbox(step, asked)) sandbox.openEarly();
  const { trusted, read, comparison, discussed, earlier, roles } = await gathered(step, {
    asked,
    github,
    sandbox,
  });
  const admission = withDiscussion(asked, discussed);
  if (read.type === "noManifest") return { ...known, conclusion: "skipped", problem: read.problem };
  const [query, proposed, base] = await Promise.all([
    makeActionQuery({ step, trigger, admission, trusted, comparison, discussed }),
    proposedChanges(step, trigger, trusted, comparison),
    recordBase(step),
  ]);
  const catalog = priceCatalog(inputs.prices, warning);
  const asking = query.text + earlier;
  const planned = await planStep(step, { read, trusted, query: asking, catalog, admission }, stop);
  const { plan, locked, packages } = planned;
  if (inputs.sandbox === "required") await sandbox.open();
  const refusal = await refuseUntrusted(plan, admission, { ...inputs, sandbox });
  if (refusal !== undefined) return { ...known, conclusion: "denied", problem: refusal };
  keepSecret(step, [...plan.experts.values()]);
  const said = [admission.reason, ...proposed, ...read.warnings, ...query.notes].map(infoNote);
  return await runActionJob(
    {
      ...{ step, trigger, plan, admission, trusted, comparison, base, github, roles },
      ...{ catalog, locked, packages, notes: [...said, ...planned.notes], sandbox },
    },
    stop,
  );
};

/** What is asked of GitHub before a job, at once. */
const gathered = async (
  step: Step,
  of: { readonly asked: Admitted; readonly github: GitHub; readonly sandbox: JobSandbox },
) => {
  const { asked, github, sandbox } = of;
  const { trigger, expert } = asked;
  const { repository, reader, reviews } = github;
  const roles = roleBook(repository, asked.roles);
  const [definitions, comparison, discussed, earlier] = await Promise.all([
    readDefinitions(step, { trigger, repository, expert, sandbox }),
    compared(trigger, repository),
    readDiscussed({ trigger, reader, roles, inputs: step.inputs }),
    earlierFindingsBlock(step, { trigger, expert }, reviews),
  ]);
  return { ...definitions, comparison, discussed, earlier, roles };
};

/** Who waits for the tiers before the model is asked has them tried while GitHub is. */
const waitsForSandbox = ({ context, inputs }: Step, { trust }: Admitted): boolean =>
  trust === "untrusted" || mayStartProcesses(join(context.checkout, inputs.config));

const askedBy = ({ inputs, context, environment }: Step): Omit<Question, "trigger" | "repository"> => {
  const rerunBy = rerunActor(environment);
  // A job that asks no model has no key, and costs nothing that a quota would guard.
  const isFree = inputs.mode === "publish" || inputs.mode === "ack";
  const isAble = isFree || hasCredentials(environment, inputs.overrides.provider);
  return {
    inputs: isFree ? { ...inputs, maxJobsPerActor: undefined } : inputs,
    secrets: isAble ? "present" : "missing",
    workflowFile: context.workflowFile,
    now: systemClock.now(),
    ...(rerunBy === undefined ? {} : { rerunBy }),
  };
};

const infoNote = (text: string) => ({ type: "note", level: "info", text }) as const;

const keepSecret = ({ secrets, environment, hide }: Step, experts: readonly Expert[]): void => {
  const names = secretVariables(experts, []);
  secrets.add([...valuesOf(environment, names), ...passwordsIn(environment, experts)]);
  hide(names);
};

const stepSandbox = (step: Step): JobSandbox => {
  checkWorkspace(step);
  return jobSandbox({
    mode: step.inputs.sandbox,
    network: step.inputs.network,
    checkout: step.context.checkout,
    workspace: workspaceOf(step),
    hidden: [...hiddenFolders(step), ...credentialFiles(step.environment)],
    temporary: step.context.temporary,
    cache: step.context.cache,
    ...machineOf(step.environment),
  });
};

/** GitHub keeps the first actor in `GITHUB_ACTOR`; the one who ran it again is the triggering actor. */
const rerunActor = (environment: Environment): Actor | undefined => {
  const login = environment.GITHUB_TRIGGERING_ACTOR ?? "";
  if (login === "" || login === environment.GITHUB_ACTOR) return undefined;
  return { login, id: 0, type: login.endsWith("[bot]") ? "Bot" : "User" };
};
