import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { actionsArtifacts } from "../edges/github/artifacts.ts";
import { loadChange } from "../edges/store/stored-change.ts";
import { type JobPlanFile, type PlannedJob, readPlan } from "../edges/store/stored-plan.ts";
import { ExpertStackError } from "../errors.ts";
import { type Conclusion, concludeJob } from "../report/conclusion.ts";
import type { JobReport } from "../report/job-report.ts";
import { problemOf } from "../report/problem.ts";
import { makeRedaction } from "../report/redaction.ts";
import { subjectDifferences } from "../request/plan-subject.ts";
import type { Artifacts, Comparison } from "../run/github-ports.ts";
import type { Admitted } from "./action-admission.ts";
import { plannedChange } from "./action-change.ts";
import { writeAnswer } from "./action-files.ts";
import type { GitHub } from "./action-github.ts";
import { refusedOutputs } from "./action-outputs.ts";
import { subjectOf } from "./action-plan.ts";
import { publishResult, withRecord } from "./action-publish.ts";
import { compared } from "./action-query.ts";
import { react } from "./action-reaction.ts";
import type { Ending, EndingJob } from "./ending.ts";
import { runtimeTokenLender } from "./hide-variables.ts";
import { publishable } from "./published-text.ts";
import type { Step } from "./step.ts";

type Applying = { readonly admission: Admitted; readonly github: GitHub };

/**
 * Publishes what another job of this workflow run planned. No model, no skill and no Expert runs here, and of the plan
 * nothing is taken for what it says of itself: where it is about anything else than this job's own event and inputs, not
 * even a reaction is given. What is left goes the same way as in `mode: run`.
 *
 * @throws ExpertStackError PLAN_INVALID, INPUT_INVALID
 */
export const applyPlan = async (
  step: Step,
  { admission, github }: Applying,
  stop: AbortSignal,
): Promise<Ending> => {
  const { trigger } = admission;
  const artifacts = actionsArtifacts(runtimeTokenLender(step.environment));
  const plan = await planFor(step, { admission, github, artifacts });
  const reacting = react(step, trigger, github.reactions);
  const ending =
    plan.type === "plan"
      ? await applied(step, { ...plan, admission, artifacts }, stop)
      : { expert: admission.expert, trigger, ...withoutPlan(plan.conclusion) };
  await reacting.end(ending.conclusion, stop);
  return ending;
};

/** How a job ends that left no plan, in the output `plan`. */
const endings = ["skipped", "denied", "failure", "limit", "undelivered", "invalid"] as const;

type Planned =
  | { readonly type: "plan"; readonly plan: JobPlanFile; readonly comparison: Comparison | undefined }
  | { readonly type: "none"; readonly conclusion: Conclusion };

const planFor = async (
  step: Step,
  { admission, github, artifacts }: Applying & { readonly artifacts: Artifacts },
): Promise<Planned> => {
  const { plan: written, planDigest } = step.inputs;
  const conclusion = endings.find((one) => one === written);
  if (conclusion !== undefined) return { type: "none", conclusion };
  const id = /^\d{1,15}$/.test(written) ? Number(written) : undefined;
  if (id === undefined)
    throw noPlan(
      written === "" ? "The input `plan` is empty" : "The input `plan` is no number of an artifact",
    );
  if (!/^sha256:[0-9a-f]{64}$/.test(planDigest)) throw noPlan("The input `plan-digest` is no digest");
  const bytes = await artifacts.download(id);
  if (bytes === undefined) throw noPlan(`This workflow run has no artifact ${id}`);
  const plan = readPlan(bytes, planDigest);
  const { trigger, trust } = admission;
  // Asked by this job's own commits.
  const isReviewed = step.inputs.safeOutputs.review !== undefined;
  const comparison = isReviewed ? await compared(trigger, github.repository) : undefined;
  // The job that plans lets in by the same rules, so that what they refuse was never asked for there.
  const differences = [
    ...subjectDifferences(plan.subject, subjectOf(step, admission)),
    ...refusedOutputs({
      step,
      trigger,
      trust,
      comparison,
      base: plan.change?.base,
      recorded: plan.outputs,
    }).map((reason) => `an output: ${reason}`),
  ];
  if (differences.length === 0) return { type: "plan", plan, comparison };
  throw new ExpertStackError({
    code: "PLAN_INVALID",
    message: `The plan is not one for this job, and nothing of it is published. ${differences.slice(0, 10).join("; ")}`,
    remedy:
      "Give both jobs the same event and inputs. Where the head commit differs, there was a push in between: ask again.",
  });
};

const noPlan = (message: string): ExpertStackError =>
  new ExpertStackError({
    code: "PLAN_INVALID",
    message: `${message}: there is no plan to publish.`,
    remedy:
      "Pass on `plan` and `plan-digest` from the outputs of the job that planned, and look at how that job ended.",
  });

const withoutPlan = (conclusion: Conclusion): Pick<Ending, "conclusion" | "problem"> => ({
  conclusion,
  problem: {
    message: `The job that plans ended as \`${conclusion}\` and left no plan, so there is nothing to publish.`,
    remedy: "Its own summary says why.",
  },
});

const applied = async (
  step: Step,
  {
    admission: { trigger, trust, expert },
    plan: { job, outputs, change },
    ...given
  }: {
    readonly admission: Admitted;
    readonly plan: JobPlanFile;
    readonly comparison: Comparison | undefined;
    readonly artifacts: Artifacts;
  },
  stop: AbortSignal,
): Promise<Ending> => {
  const { redact } = makeRedaction(step.secrets.values());
  const report = await reportOf(job, { expert, redact });
  const { artifact } = job;
  const result = {
    ...{ step, trigger, trust, redact, artifacts: given.artifacts, comparison: given.comparison },
    base: change?.base,
    readyChange: async () =>
      change === undefined
        ? { refusal: () => undefined }
        : await plannedChange(loadChange(change), { step, redact }),
    jobId: job.id,
    outcome: job.outcome,
    recorded: outputs,
    report: withRecord({ step, trigger }, report, artifact, artifact),
  };
  const published = await publishResult(result, async () => undefined, stop);
  return { expert, trigger, job: endingJob(step, job, report), ...published };
};

/** What went wrong is told anew from how the job ended, so that all words of the runner's are this one's. */
const reportOf = async (
  job: PlannedJob,
  { expert, redact }: { readonly expert: string; readonly redact: (text: string) => string },
): Promise<JobReport> => {
  const { id, outcome, answer, head, checkpoint: _checkpoint, artifact: _artifact, ...bill } = job;
  const problem = problemOf(outcome);
  return {
    conclusion: concludeJob(outcome, { failures: [] }),
    ...{ expert, head },
    facts: { ...bill, jobId: id, outcome, calls: [], notes: [], skillFailures: [] },
    ...(answer === undefined ? {} : { answer: await publishable(redact(answer)) }),
    ...(problem === undefined
      ? {}
      : { problem: { ...problem, message: await publishable(redact(problem.message)) } }),
  };
};

const endingJob = (step: Step, job: PlannedJob, { answer = "" }: JobReport): EndingJob => {
  const folder = join(step.context.temporary, "expert-stack", "published", job.id);
  mkdirSync(folder, { recursive: true });
  const { id, checkpoint, outcome, steps, usage, experts } = job;
  return {
    ...{ id, checkpoint, outcome, steps, usage },
    expert: experts[0],
    responseFile: writeAnswer(folder, answer),
    executionFile: "",
  };
};
