import { textOf } from "../job/message.ts";
import { rootRunId } from "../job/state.ts";
import { markerLine } from "../outputs/marker.ts";
import { withoutSecrets } from "../outputs/sanitize.ts";
import { targetOf } from "../outputs/target.ts";
import { renderComment } from "../report/comment.ts";
import { concludeJob } from "../report/conclusion.ts";
import { questionOf } from "../report/describe-question.ts";
import { reportOf } from "../report/job-facts.ts";
import type { ArtifactLink, JobReport } from "../report/job-report.ts";
import { problemOf } from "../report/problem.ts";
import type { StoredArtifact } from "../run/github-ports.ts";
import { type Deliverables, type Delivery, publish } from "../run/publish.ts";
import { type ArtifactContent, artifactContent, writeAnswer } from "./action-files.ts";
import { gitHub } from "./action-github.ts";
import { commitOf, hasPlace, plannedOutputs } from "./action-outputs.ts";
import { leaveState } from "./action-state.ts";
import { leaveFinished } from "./action-unfinished.ts";
import type { Ending } from "./ending.ts";
import { publishable } from "./published-text.ts";
import { textPolicy } from "./step.ts";
import type { EndedJob } from "./step-job.ts";
import { withUndelivered } from "./undelivered.ts";

/**
 * The artifact, then the comment. A cancelled step has no time for either: `post` uploads what it left.
 *
 * @param stop aborted when the step is cancelled; then nothing more is begun
 */
export const deliver = async (job: EndedJob, stop: AbortSignal): Promise<Ending> => {
  const { state, step, trigger, directory } = job;
  const report = await publishableReport(firstReport(job));
  const responseFile = writeAnswer(directory, report.answer ?? "");
  const known = { expert: report.expert, trigger, job: { state, directory, responseFile } };
  if (state.outcome?.type === "interrupted") {
    return { ...known, conclusion: "failure", report, ...(report.problem && { problem: report.problem }) };
  }
  const { thread, outputs, reviews } = gitHub(step);
  const { artifact } = step.inputs;
  // It leaves the patch that the artifact takes along.
  const planned = await plannedOutputs(job);
  const content = artifact === "none" ? undefined : await artifactContent(directory, artifact);
  const wanted = { ...deliverables(job, report, content), outputs: planned.outputs };
  const delivered = await publish(wanted, { artifacts: job.artifacts, thread, outputs, reviews }, stop);
  const delivery = { ...delivered, failures: [...delivered.failures, ...planned.failures] };
  if (delivery.artifact !== undefined) leaveState({ uploaded: "yes" });
  if (delivery.commentUrl !== undefined) leaveFinished();
  const { withheld } = planned;
  const told = { ...report, outputs: { published: delivery.published, withheld } };
  return { ...known, ...concluded(job, withArtifact(job, told, delivery.artifact, content), delivery) };
};

/** Also what a provider or a program said of itself may hold somebody's key. */
const publishableReport = async (report: JobReport): Promise<JobReport> => {
  const { answer, problem } = report;
  return {
    ...report,
    ...(answer === undefined ? {} : { answer: await publishable(answer) }),
    ...(problem === undefined
      ? {}
      : { problem: { ...problem, message: await publishable(problem.message) } }),
  };
};

const firstReport = (job: EndedJob): JobReport => {
  const { state, entries, plan } = job;
  const { outcome } = state;
  const answer = outcome?.type === "completed" ? outcome.text : (cutAnswer(job) ?? question(job));
  const problem = outcome === undefined ? undefined : problemOf(outcome);
  return {
    conclusion: outcome === undefined ? "failure" : concludeJob(outcome, { failures: [] }),
    expert: plan.started.coordinator,
    facts: reportOf(entries),
    ...(answer === undefined ? {} : { answer }),
    ...(problem === undefined ? {} : { problem }),
    head: job.head,
  };
};

/** What an answer that met the model's output limit says before the cut. */
const cutAnswer = ({ state: { outcome, runs }, redact }: EndedJob): string | undefined => {
  if (outcome?.type !== "failed" || outcome.error.name !== "OutputTokenLimit") return undefined;
  const last = runs.get(rootRunId)?.messages.at(-1);
  return last?.role === "expert" ? redact(textOf(last.parts)) : undefined;
};

/** What the Expert asks a person, as it wrote it. */
const question = ({ state }: EndedJob): string | undefined => {
  const asked = questionOf(state);
  if (asked === undefined) return undefined;
  const calls = asked.calls.map(
    ({ tool, args }) => `**${tool}**\n\n\`\`\`json\n${JSON.stringify(args, null, 2)}\n\`\`\``,
  );
  return [...(asked.said === "" ? [] : [asked.said]), ...calls].join("\n\n");
};

const deliverables = (
  job: EndedJob,
  report: JobReport,
  content: ArtifactContent | undefined,
): Omit<Deliverables, "outputs"> => {
  const { step, trigger, directory, artifactName: name } = job;
  const { inputs, context } = step;
  const marker = { workflow: context.workflow, job: context.job, expert: report.expert };
  const policy = textPolicy(context.serverUrl);
  const rule = inputs.safeOutputs.comment;
  return {
    ...(content === undefined
      ? {}
      : {
          artifact: {
            name,
            root: directory,
            files: content.files,
            ...(inputs.retentionDays === undefined ? {} : { retentionDays: inputs.retentionDays }),
          },
        }),
    ...placeOf(job),
    ...(rule !== undefined && hasPlace(rule, trigger)
      ? {
          comment: {
            ...targetOf(rule),
            marker: markerLine(marker),
            mode: inputs.comment,
            ...job.comment,
            body: (stored) =>
              withoutSecrets(
                renderComment(withArtifact(job, report, stored, content), { marker, policy }),
                job.redact,
              ),
          },
        }
      : {}),
  };
};

const placeOf = ({ trigger, step: { context } }: EndedJob): Pick<Deliverables, "thread" | "commit"> => {
  const commit = commitOf(trigger, context.sha);
  return {
    ...("thread" in trigger ? { thread: trigger.thread } : {}),
    ...(commit === undefined ? {} : { commit }),
  };
};

const withArtifact = (
  job: EndedJob,
  report: JobReport,
  stored: StoredArtifact | undefined,
  content: ArtifactContent | undefined,
): JobReport =>
  stored === undefined || content === undefined
    ? report
    : { ...report, artifact: artifactLink(job, stored, content) };

const artifactLink = (
  { step, trigger }: EndedJob,
  { id, digest }: StoredArtifact,
  { kind }: ArtifactContent,
): ArtifactLink => {
  const { serverUrl, owner, repo, runId } = step.context;
  const visibility = "repository" in trigger ? trigger.repository.visibility : undefined;
  return {
    id,
    digest,
    url: `${serverUrl}/${owner}/${repo}/actions/runs/${runId}/artifacts/${id}`,
    kind,
    ...(visibility === undefined ? {} : { access: visibility }),
  };
};

const concluded = (
  job: EndedJob,
  report: JobReport,
  delivery: Delivery,
): Pick<Ending, "conclusion" | "report" | "problem" | "delivery"> => {
  const { outcome } = job.state;
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
