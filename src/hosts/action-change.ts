import type { PlannedChange } from "../edges/store/stored-change.ts";
import { changedWorkspace } from "../edges/workspace/changed-workspace.ts";
import { type RecordedBase, recordedBase } from "../edges/workspace/recorded-base.ts";
import type { JobEvent } from "../job/event.ts";
import { branchRefusal } from "../outputs/branch-name.ts";
import type { PullRequestHead } from "../outputs/kinds/kind.ts";
import type { OutputPolicy, PlannedOutput } from "../outputs/output-kinds.ts";
import { changeRefusal, type WorkspaceChange } from "../outputs/workspace-change.ts";
import { isOnPullRequest, type Trigger } from "../request/trigger.ts";
import type { Redact } from "../run/ports.ts";
import type { ChangedWorkspace } from "../run/workspace-ports.ts";
import { gitOutside } from "./action-definitions.ts";
import { writePatch } from "./action-files.ts";
import { workspaceOf } from "./action-workspace.ts";
import { filesWithSecrets } from "./change-secrets.ts";
import { publishable } from "./published-text.ts";
import type { Step } from "./step.ts";
import type { EndedJob, StepJob } from "./step-job.ts";

/** Outputs that publish what changed in the workspace. */
type ChangeOutput = Extract<PlannedOutput, { kind: "pull-request" | "push" }>;

const isOfChange = (output: PlannedOutput): output is ChangeOutput =>
  output.kind === "pull-request" || output.kind === "push";

/**
 * The commit that the job begins from, where the step lets changes be published.
 *
 * @throws ExpertStackError OUTPUT_REFUSED where the workspace is no checkout: that is found out before anything is paid for
 */
export const recordBase = async (step: Step): Promise<RecordedBase | undefined> => {
  const { safeOutputs } = step.inputs;
  if (safeOutputs["pull-request"] === undefined && safeOutputs.push === undefined) return undefined;
  return await recordedBase(workspaceOf(step), gitOutside(step.context.checkout, step.environment));
};

/** The pull request's branch, where a commit may come on top of it. @param base the commit that the job begins from */
export const pushableHead = (trigger: Trigger, base: string | undefined): PullRequestHead | undefined => {
  if (!isOnPullRequest(trigger) || trigger.origin !== "repository") return undefined;
  const { head, repository } = trigger;
  if (head.ref === repository.defaultBranch || base !== head.sha) return undefined;
  return { branch: head.ref, sha: head.sha };
};

/** Why a push is not offered although the step lists it, where that is easily mended. */
export const pushNotes = ({
  step,
  trigger,
  base,
}: StepJob): readonly Extract<JobEvent, { type: "note" }>[] => {
  if (step.inputs.safeOutputs.push === undefined || base === undefined) return [];
  if (!isOnPullRequest(trigger) || trigger.origin !== "repository") return [];
  const { head, thread } = trigger;
  if (base.commit === head.sha) return [];
  const text = `Nothing can be pushed: the checkout is at ${base.commit.slice(0, 12)}, and the pull request's head is ${head.sha.slice(0, 12)}. Check that out: \`ref: refs/pull/${thread.number}/head\`.`;
  return [{ type: "note", level: "warning", text }];
};

export type ReadyChange = {
  readonly change?: WorkspaceChange;
  /** Why an output of the change is not published; none of it is where anything stands against it. */
  readonly refusal: (output: PlannedOutput) => string | undefined;
};

/** Reads what changed, once for all outputs, and keeps it as a patch beside the job's record. */
export const readyChange = async (job: EndedJob, planned: readonly PlannedOutput[]): Promise<ReadyChange> => {
  if (!planned.some(isOfChange)) return { refusal: () => undefined };
  try {
    const { change, secrets } = await keptChange(job);
    return judged(change, { step: job.step, secrets });
  } catch (error) {
    return refusedChange(messageOf(error));
  }
};

/** What another job read of its workspace, held against this one's policy and secrets. */
export const plannedChange = async (
  { change, reason = "The plan holds no change of the workspace." }: PlannedChange,
  job: { readonly step: Step; readonly redact: Redact },
): Promise<ReadyChange> =>
  change === undefined
    ? refusedChange(reason)
    : judged(change, { step: job.step, secrets: await filesWithSecrets(change.files, job.redact) });

/** What of it may be handed to another job: nothing where no output may publish it, as where it holds a secret. */
export const changeToPlan = (
  base: string,
  { planned, ready }: { readonly planned: readonly PlannedOutput[]; readonly ready: ReadyChange },
): PlannedChange => {
  const { change, refusal } = ready;
  const reasons = planned.filter(isOfChange).map(refusal);
  const [reason] = reasons;
  return change !== undefined && reasons.includes(undefined)
    ? { base, change }
    : { base, ...(reason === undefined ? {} : { reason }) };
};

const judged = (
  change: WorkspaceChange,
  { step, secrets }: { readonly step: Step; readonly secrets: string | undefined },
): ReadyChange => {
  const { config: manifest, safeOutputs: policy } = step.inputs;
  return {
    change,
    refusal: (output) =>
      isOfChange(output) ? (secrets ?? refusalOf(output, { change, manifest, policy })) : undefined,
  };
};

const refusedChange = (reason: string): ReadyChange => ({
  refusal: (output) => (isOfChange(output) ? reason : undefined),
});

/** Tells an Expert in time why what it asked for would be refused, when there is still something to do about it. */
export const inspectChange =
  (job: StepJob) =>
  async (output: PlannedOutput): Promise<string | undefined> => {
    if (!isOfChange(output)) return undefined;
    const { config: manifest, safeOutputs: policy } = job.step.inputs;
    const reason = await workspaceIn(job)
      .change()
      .then((change) => refusalOf(output, { change, manifest, policy }), messageOf);
    return reason === undefined
      ? undefined
      : `As the workspace is now it would be refused: ${reason} Mend that before you finish.`;
  };

const workspaceIn = ({ step, base }: StepJob): ChangedWorkspace => {
  if (base === undefined) throw new TypeError("a change is to be published, and no commit was recorded");
  const program = gitOutside(step.context.checkout, step.environment);
  return changedWorkspace(base, { program, temporary: step.context.temporary });
};

const keptChange = async (
  job: EndedJob,
): Promise<{ readonly change: WorkspaceChange; readonly secrets: string | undefined }> => {
  const workspace = workspaceIn(job);
  const change = await workspace.change();
  const secrets = await filesWithSecrets(change.files, job.redact);
  const patch = await workspace.patch(change);
  const kept = secrets === undefined ? patch : withoutBinaries(patch);
  writePatch(job.directory, await publishable(job.redact(kept)));
  return { change, secrets };
};

/** What is no text is packed in a patch, where no secret is found. */
const withoutBinaries = (patch: string): string =>
  patch.replace(/^GIT binary patch\n(?:(?:literal|delta) \d+\n(?:\S+\n)*\n?)+/gm, "Left out: no text\n");

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const refusalOf = (
  output: ChangeOutput,
  of: { readonly change: WorkspaceChange; readonly manifest: string; readonly policy: OutputPolicy },
): string | undefined => {
  const rule = of.policy[output.kind];
  if (rule === undefined) return `This step does not publish ${output.kind}.`;
  const reason = changeRefusal(of.change, { ...rule, manifest: of.manifest });
  if (reason !== undefined || output.kind === "push") return reason;
  // Its name was searched for keys since it was planned.
  return branchRefusal(output.branch, of.policy["pull-request"]?.branch ?? []);
};
