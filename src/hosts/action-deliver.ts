import { textOf } from "../job/message.ts";
import { rootRunId } from "../job/state.ts";
import { concludeJob } from "../report/conclusion.ts";
import { questionOf } from "../report/describe-question.ts";
import { reportOf } from "../report/job-facts.ts";
import type { JobReport } from "../report/job-report.ts";
import { problemOf } from "../report/problem.ts";
import { readyChange } from "./action-change.ts";
import { artifactContent, writeAnswer } from "./action-files.ts";
import { leavePlan } from "./action-plan.ts";
import { publishResult } from "./action-publish.ts";
import { leaveState } from "./action-state.ts";
import { leaveFinished } from "./action-unfinished.ts";
import type { Ending, EndingJob } from "./ending.ts";
import type { JobRecord, JobResult } from "./job-result.ts";
import { publishable } from "./published-text.ts";
import type { EndedJob } from "./step-job.ts";

/**
 * The artifact, then the comment; in `mode: plan` the artifact, then the plan. A cancelled step has no time for any of
 * it: `post` uploads what it left.
 *
 * @param stop aborted when the step is cancelled; then nothing more is begun
 */
export const deliver = async (job: EndedJob, stop: AbortSignal): Promise<Ending> => {
  const { state, step, trigger, directory } = job;
  const report = await publishableReport(firstReport(job));
  const responseFile = writeAnswer(directory, report.answer ?? "");
  const known = { expert: report.expert, trigger, job: endingJob(job, responseFile) };
  if (state.outcome?.type === "interrupted") {
    return { ...known, conclusion: "failure", report, ...(report.problem && { problem: report.problem }) };
  }
  const record = () => recordOf(job);
  const ended =
    step.inputs.mode === "plan"
      ? await leavePlan({ ...resultOf(job, report), job: known.job, admission: job.admission }, record, stop)
      : await publishResult(resultOf(job, report), record, stop);
  if (ended.delivery?.artifact !== undefined) leaveState({ uploaded: "yes" });
  if (ended.delivery?.commentUrl !== undefined) leaveFinished();
  return { ...known, ...ended };
};

const endingJob = ({ state, directory }: EndedJob, responseFile: string): EndingJob => ({
  id: state.started?.jobId ?? "",
  checkpoint: state.runs.get(rootRunId)?.checkpoint.id ?? "",
  expert: state.started?.experts[0],
  outcome: state.outcome,
  steps: state.steps,
  usage: state.usage,
  responseFile,
  executionFile: `${directory}/events.jsonl`,
});

const resultOf = (job: EndedJob, report: JobReport): JobResult => {
  const { step, trigger, admission, plan, state, entries, redact, artifacts, comment, comparison } = job;
  return {
    ...(comment === undefined ? {} : { comment }),
    ...{ step, trigger, report, redact, artifacts, comparison },
    trust: admission.trust,
    base: job.base?.commit,
    readyChange: (planned) => readyChange(job, planned),
    jobId: plan.started.jobId,
    outcome: state.outcome,
    recorded: entries.flatMap(({ event }) => (event.type === "outputPlanned" ? [event.output] : [])),
  };
};

/** The files of the job's folder that the step stores. */
const recordOf = async ({ step, directory, artifactName }: EndedJob): Promise<JobRecord | undefined> => {
  const { artifact, retentionDays } = step.inputs;
  if (artifact === "none") return undefined;
  const { kind, files } = await artifactContent(directory, artifact);
  const kept = retentionDays === undefined ? {} : { retentionDays };
  return { kind, wanted: { name: artifactName, root: directory, files, ...kept } };
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
