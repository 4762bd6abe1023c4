import type { RunOutcome } from "../job/outcome.ts";
import { markedBy, markerLine } from "../outputs/marker.ts";
import { withoutSecrets } from "../outputs/sanitize.ts";
import { targetOf } from "../outputs/target.ts";
import { renderComment } from "../report/comment.ts";
import { concludeJob } from "../report/conclusion.ts";
import type { JobReport } from "../report/job-report.ts";
import { isOnThread } from "../request/trigger.ts";
import type { StoredArtifact } from "../run/github-ports.ts";
import { type Deliverables, type Delivery, publish } from "../run/publish.ts";
import { gitHub } from "./action-github.ts";
import { commitOf, hasPlace, plannedOutputs } from "./action-outputs.ts";
import type { Ending } from "./ending.ts";
import type { JobRecord, JobResult } from "./job-result.ts";
import { publishable } from "./published-text.ts";
import { textPolicy } from "./step.ts";
import { withUndelivered } from "./undelivered.ts";

export type Published = Pick<Ending, "conclusion" | "report" | "problem" | "delivery">;

/**
 * The artifact, then the outputs and the comment: all that leaves a step goes this way, in every mode that publishes.
 *
 * @param stop aborted when the step is cancelled; then nothing more is begun
 */
export const publishResult = async (
  result: JobResult,
  makeRecord: () => Promise<JobRecord | undefined>,
  stop: AbortSignal,
): Promise<Published> => {
  const { thread, outputs, reviews } = gitHub(result.step);
  // It leaves the patch that the record takes along.
  const planned = await plannedOutputs(result);
  const record = await makeRecord();
  const wanted = { ...deliverables(result, record, planned.failures), outputs: planned.outputs };
  const delivered = await publish(wanted, { artifacts: result.artifacts, thread, outputs, reviews }, stop);
  const delivery = { ...delivered, failures: [...delivered.failures, ...planned.failures] };
  const { withheld } = planned;
  const told = { ...result.report, outputs: { published: delivery.published, withheld } };
  return concluded(result.outcome, withRecord(result, told, record, delivery.artifact), delivery);
};

const deliverables = (
  result: JobResult,
  record: JobRecord | undefined,
  refused: Delivery["failures"],
): Omit<Deliverables, "outputs"> => {
  const { step, trigger, report, redact } = result;
  const { inputs, context } = step;
  const own = { workflow: context.workflow, job: context.job, expert: report.expert };
  const marker = markedBy(own, result.trust);
  const policy = textPolicy(context.serverUrl);
  const rule = inputs.safeOutputs.comment;
  const body = async (stored: StoredArtifact | undefined, failures: Delivery["failures"]) => {
    const { outcome } = result;
    const told = await withFailures(report, { outcome, failures: [...failures, ...refused] });
    return withoutSecrets(
      renderComment(withRecord(result, told, record, stored), { marker, policy }),
      redact,
    );
  };
  return {
    ...(record === undefined ? {} : { artifact: record.wanted }),
    ...placeOf(result),
    ...(rule !== undefined && hasPlace(rule, trigger)
      ? {
          comment: {
            ...targetOf(rule),
            ...{ marker: markerLine(marker), mode: inputs.comment },
            ...result.comment,
            body,
          },
        }
      : {}),
  };
};

/** Who reads the answer is to know that not all of it is true: an Expert said it before anything was published. */
const withFailures = async (
  report: JobReport,
  {
    outcome,
    failures,
  }: { readonly outcome: RunOutcome | undefined; readonly failures: Delivery["failures"] },
): Promise<JobReport> => {
  const problem = withUndelivered(report.problem, { failures });
  if (failures.length === 0 || problem === undefined || outcome === undefined) return report;
  const conclusion = concludeJob(outcome, { failures });
  return { ...report, conclusion, problem: { ...problem, message: await publishable(problem.message) } };
};

const placeOf = ({ trigger, step: { context } }: JobResult): Pick<Deliverables, "thread" | "commit"> => {
  const commit = commitOf(trigger, context.sha);
  return {
    ...(isOnThread(trigger) ? { thread: trigger.thread } : {}),
    ...(commit === undefined ? {} : { commit }),
  };
};

/** The report with where the job's record is, once it is stored. */
export const withRecord = (
  { step, trigger }: Pick<JobResult, "step" | "trigger">,
  report: JobReport,
  record: Pick<JobRecord, "kind"> | undefined,
  stored: Pick<StoredArtifact, "id" | "digest"> | undefined,
): JobReport => {
  if (stored === undefined || record === undefined) return report;
  const { serverUrl, owner, repo, runId } = step.context;
  const visibility = "repository" in trigger ? trigger.repository.visibility : undefined;
  const artifact = {
    id: stored.id,
    digest: stored.digest,
    url: `${serverUrl}/${owner}/${repo}/actions/runs/${runId}/artifacts/${stored.id}`,
    kind: record.kind,
    ...(visibility === undefined ? {} : { access: visibility }),
  };
  return { ...report, artifact };
};

export const concluded = (
  outcome: RunOutcome | undefined,
  report: JobReport,
  delivery: Delivery,
): Published => {
  const conclusion = outcome === undefined ? "failure" : concludeJob(outcome, delivery);
  const problem = withUndelivered(report.problem, delivery);
  return {
    conclusion,
    delivery,
    report: {
      ...report,
      conclusion,
      ...(problem === undefined ? {} : { problem }),
    },
    ...(problem === undefined ? {} : { problem }),
  };
};
