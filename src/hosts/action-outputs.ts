import { outputSkill } from "../edges/skills/output-skill.ts";
import { ExpertStackError } from "../errors.ts";
import { rootRunId } from "../job/state.ts";
import type { CommentRule } from "../outputs/kinds/comment.ts";
import type { OutputScope } from "../outputs/kinds/kind.ts";
import { markedBy } from "../outputs/marker.ts";
import type { PlannedOutput } from "../outputs/output-kinds.ts";
import { outputTools, outputWithTexts } from "../outputs/output-tools.ts";
import { planOutputs } from "../outputs/plan.ts";
import type { PublishingRules } from "../outputs/publishing-rules.ts";
import { type PublishableOutput, publishableOutputs } from "../outputs/sanitize-output.ts";
import { isByAnybody } from "../request/people.ts";
import { isOnPullRequest, isOnThread, type Trigger } from "../request/trigger.ts";
import type { Comparison } from "../run/github-ports.ts";
import type { InProcessSkill, SkillsRequest } from "../run/ports.ts";
import type { Delivery } from "../run/publish.ts";
import { inspectChange, pushableHead, type ReadyChange } from "./action-change.ts";
import type { JobResult } from "./job-result.ts";
import { publishable } from "./published-text.ts";
import { textPolicy } from "./step.ts";
import type { StepJob } from "./step-job.ts";

/** The Coordinator alone asks for outputs: a delegate answers to who called it. */
export const outputSkills = (job: StepJob) => {
  const { step, trigger, admission, comparison, base } = job;
  const scope = scopeOf({ step, trigger, trust: admission.trust, comparison, base: base?.commit });
  return ({ runId }: SkillsRequest): readonly InProcessSkill[] => {
    if (runId !== rootRunId) return [];
    const skill = outputSkill(step.inputs.safeOutputs, scope, inspectChange(job));
    return skill === undefined ? [] : [skill];
  };
};

/** What is to be published, what of it cannot be, and how much is not since the job did not complete. */
export type ReadyOutputs = {
  readonly outputs: readonly PublishableOutput[];
  readonly failures: Delivery["failures"];
  readonly withheld: number;
};

/** What the job planned. Of a job that stopped in its middle nobody knows what else it would have planned. */
export const plannedOutputs = async (job: JobResult): Promise<ReadyOutputs> => {
  const { step, trigger, recorded } = job;
  const policy = step.inputs.safeOutputs;
  if (job.outcome?.type !== "completed") {
    return { outputs: [], failures: [], withheld: recorded.length };
  }
  const scope = scopeOf(job);
  const planned = planOutputs(recorded, { policy, scope });
  const required = policy.comment?.required === true && !hasPlace(policy.comment, trigger);
  // What an Expert wrote may also hold somebody's key that nobody here knows.
  const searched = await Promise.all(planned.outputs.map((output) => outputWithTexts(output, publishable)));
  const ready = await job.readyChange(searched);
  const rules = publishingRules(job, scope, ready);
  const refusals = searched.flatMap((output) => {
    const reason = ready.refusal(output);
    return reason === undefined ? [] : [{ output, reason }];
  });
  const publishing = searched.filter((output) => refusals.every((refused) => refused.output !== output));
  const offered = new Set(outputTools(policy, scope).map(({ kind }) => kind));
  return {
    withheld: 0,
    outputs: publishableOutputs(publishing, policy, rules),
    failures: [
      ...planned.refused.map((reason) => failure("outputs", reason)),
      ...refusals.map(({ output, reason }) => failure(output.kind, reason)),
      ...(required
        ? [failure("comment", "There is no thread to comment in, and the step requires it.")]
        : []),
      ...planned.missing.map((kind) => failure(kind, offered.has(kind) ? notPlanned : notOffered)),
    ],
  };
};

/** What of the recorded the policy lets in. */
export const admittedOutputs = (
  result: Pick<JobResult, "step" | "trigger" | "trust" | "comparison" | "base" | "recorded">,
): readonly PlannedOutput[] =>
  planOutputs(result.recorded, { policy: result.step.inputs.safeOutputs, scope: scopeOf(result) }).outputs;

/** Why of what is recorded not everything may be published; nothing where all may. */
export const refusedOutputs = (
  result: Pick<JobResult, "step" | "trigger" | "trust" | "comparison" | "base" | "recorded">,
): readonly string[] =>
  planOutputs(result.recorded, { policy: result.step.inputs.safeOutputs, scope: scopeOf(result) }).refused;

const publishingRules = (
  job: JobResult,
  { diff, head }: OutputScope,
  { change }: ReadyChange,
): PublishingRules => {
  const { serverUrl, owner, repo, runId, workflow, job: name } = job.step.context;
  const { jobId } = job;
  const { expert } = job.report;
  const run = `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`;
  return {
    text: textPolicy(serverUrl),
    redact: job.redact,
    origin: `<sub>Written by an Expert, \`${jobId}\`, in [this workflow run](${run}).</sub>`,
    trace: `By an Expert, ${jobId}, in ${run}`,
    marker: markedBy({ workflow, job: name, expert }, job.trust),
    ...(diff === undefined ? {} : { diff }),
    ...(head === undefined ? {} : { head }),
    ...(change === undefined ? {} : { change }),
  };
};

const notPlanned = "The Expert planned none, and the step requires one.";
const notOffered =
  "The step requires one, and on this trigger the Expert has no tool for it: there is no thread, it is untrusted, or the checkout is not the head of a pull request of this repository.";

/** Whether there is a thread for the answer: the trigger's, or one that the policy names. */
export const hasPlace = ({ target }: CommentRule, trigger: Trigger): boolean =>
  target !== undefined || isOnThread(trigger);

const scopeOf = ({
  step,
  ...of
}: Pick<JobResult, "step" | "trigger" | "trust" | "comparison" | "base">): OutputScope =>
  outputScope({ ...of, sha: step.context.sha });

/**
 * @param of.sha the commit that the runner says the event is of
 * @param of.base the commit that the job begins from, where it is recorded
 */
export const outputScope = ({
  trigger,
  trust,
  sha,
  comparison,
  base,
}: {
  readonly trigger: Trigger;
  readonly trust: OutputScope["trust"];
  readonly sha: string;
  readonly comparison: Comparison | undefined;
  readonly base: string | undefined;
}): OutputScope => {
  const commit = commitOf(trigger, sha);
  const head = pushableHead(trigger, base);
  return {
    trust,
    ...(isOnThread(trigger) ? { thread: trigger.thread } : {}),
    ...(commit === undefined ? {} : { commit }),
    ...(isOnPullRequest(trigger) && comparison !== undefined
      ? { diff: { head: trigger.head.sha, files: comparison.files } }
      : {}),
    ...(head === undefined ? {} : { head }),
  };
};

/**
 * The commit that a trigger is about: a pull request's recorded head, and the runner's own for events of no thread. An
 * issue is about none, and neither is a run of somewhere else.
 */
export const commitOf = (trigger: Trigger, sha: string): string | undefined => {
  if (isOnPullRequest(trigger)) return trigger.head.sha;
  return isByAnybody(trigger) || sha === "" ? undefined : sha;
};

const failure = (output: Delivery["failures"][number]["output"], reason: string) => ({
  output,
  error: new ExpertStackError({
    code: "OUTPUT_REFUSED",
    message: reason,
    remedy: "Look at what the Expert asked for, and at `safe-outputs`.",
  }),
});
