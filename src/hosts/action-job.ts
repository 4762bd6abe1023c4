import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { actionsArtifacts } from "../edges/github/artifacts.ts";
import { createJob } from "../edges/store/create-job.ts";
import { trustedTree } from "../edges/workspace/trusted-tree.ts";
import type { JournalEntry } from "../job/event.ts";
import { makeRedaction } from "../report/redaction.ts";
import { runJob } from "../run/run-job.ts";
import type { TrustedTree } from "../run/workspace-ports.ts";
import { pushNotes } from "./action-change.ts";
import { gitOutside } from "./action-definitions.ts";
import { deliver } from "./action-deliver.ts";
import { gitHub } from "./action-github.ts";
import { stepLog } from "./action-log.ts";
import { actionObserver } from "./action-observer.ts";
import { outputSkills } from "./action-outputs.ts";
import { showProgress } from "./action-progress.ts";
import { readingSkills } from "./action-reading.ts";
import { leaveState, type StepState } from "./action-state.ts";
import { workspaceOf } from "./action-workspace.ts";
import { refuseCheckedOut } from "./checked-out-credential.ts";
import type { Ending } from "./ending.ts";
import { runtimeTokenLender } from "./hide-variables.ts";
import { runnerFolders } from "./runner-folders.ts";
import { secretVariables, weakSecretNotes } from "./secrets.ts";
import type { Step } from "./step.ts";
import type { StepJob } from "./step-job.ts";
import { prepareWiring, type Wiring } from "./wire.ts";

/** Runs the job, then delivers what came of it. */
export const runActionJob = async (job: StepJob, stop: AbortSignal): Promise<Ending> => {
  const { step, plan, admission } = job;
  const { context, inputs } = step;
  const name = artifactName(step, plan.started.jobId);
  const entries: JournalEntry[] = [];
  const artifacts = actionsArtifacts(runtimeTokenLender(step.environment));
  const { redact } = makeRedaction(step.secrets.values());
  await using tree = treeOf(job);
  const stepLines = stepLog();
  const onWaiting = (): void => {
    stepLines.open();
    if (inputs.artifact !== "none") artifacts.preload();
  };
  const onEntry = (entry: JournalEntry): unknown => entries.push(entry);
  const observer = actionObserver({ log: stepLines, onEntry, onWaiting, redact });
  const wire = prepareWiring({
    plan,
    environment: step.environment,
    secrets: step.secrets.values(),
    workspace: workspaceOf(step),
    ...checkoutOf(job, tree),
    hidden: hiddenFolders(step),
    cacheDirectory: context.cache,
    ...{ trust: admission.trust, allowHosts: inputs.allowHosts, observer },
    ...{ sandbox: job.sandbox, catalog: job.catalog, locked: job.locked, packages: job.packages },
    inProcess: inProcess(job),
  });
  const root = join(context.temporary, "expert-stack", "jobs");
  using log = createJob({ root, jobId: plan.started.jobId, hide: "plain" });
  leaveToPost(step, { jobDirectory: log.directory, artifactName: name, treeDirectory: tree.directory });
  const notes = [...job.notes, ...weakSecrets(job), ...pushNotes(job)];
  const { thread } = gitHub(step);
  const progress = showProgress(job, { entries, redact, thread }, stop);
  const state = await runJob(wire(log), { events: [plan.started], notes }, stop)
    .finally(stepLines.flush)
    .finally(progress.end);
  const { directory, head } = log;
  const ended = { ...job, state, entries, directory, head, redact, artifacts, artifactName: name };
  return await deliver({ ...ended, ...progress.written() }, stop);
};

const inProcess = (job: StepJob): NonNullable<Wiring["inProcess"]> => {
  const [outputs, reading] = [outputSkills(job), readingSkills(job)];
  return (request) => [...outputs(request), ...reading(request)];
};

const weakSecrets = ({ step: { environment, inputs }, plan }: StepJob) =>
  weakSecretNotes(environment, secretVariables(plan.experts.values(), inputs.secretEnv));

/** Of the trusted commit, made when a skill is to start in it and removed with the job. */
const treeOf = ({ step, trusted, plan }: StepJob) =>
  trustedTree({
    commit: trusted.commit,
    workspace: workspaceOf(step),
    checkout: step.context.checkout,
    program: gitOutside(step.context.checkout, step.environment),
    directory: join(step.context.temporary, "expert-stack", "trees", plan.started.jobId),
  });

/** A checkout of another commit than the trusted one brings no program and no credential. */
const checkoutOf = (
  { step, trusted }: StepJob,
  tree: TrustedTree,
): Pick<Wiring, "checkout" | "localCommands" | "admitCredential"> => {
  const { checkout } = step.context;
  if (trusted.workspace === "trusted commit") return { checkout, localCommands: "allowed" };
  const admitCredential = (file: string): void =>
    refuseCheckedOut(file, { folder: checkout, ...gitOutside(checkout, step.environment) });
  return { checkout, localCommands: tree, admitCredential };
};

/** What `post` needs if this process does not get to its end. */
const leaveToPost = (
  { inputs }: Step,
  job: Pick<StepState, "jobDirectory" | "artifactName" | "treeDirectory">,
): void =>
  leaveState({
    ...job,
    retentionDays: String(inputs.retentionDays ?? ""),
    artifact: inputs.artifact,
    uploaded: inputs.artifact === "none" ? "yes" : "no",
  });

/**
 * The runner's own folders: its temporary files, this action's code and the runner's home. A repository that uses its
 * own action works in the action's folder, but the code that `post` still has to run stays hidden.
 */
export const hiddenFolders = ({ context, environment }: Step): readonly string[] => [
  context.temporary,
  ...runnerFolders(environment),
  dirname(import.meta.dirname),
  import.meta.dirname,
  environment.HOME ?? homedir(),
];

/** With the job's own id, so that several steps and re-runs of one workflow run never collide. */
const artifactName = ({ inputs, context }: Step, jobId: string): string =>
  inputs.artifactName === "" ? `expert-stack-${jobId}-${context.runAttempt}` : inputs.artifactName;
