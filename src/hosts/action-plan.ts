import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../definition/canonical-json.ts";
import { type PlannedChange, storeChange } from "../edges/store/stored-change.ts";
import { type PlannedJob, writePlan } from "../edges/store/stored-plan.ts";
import type { JobFacts } from "../report/job-facts.ts";
import { type PlanSubject, planSubject } from "../request/plan-subject.ts";
import type { StoredArtifact } from "../run/github-ports.ts";
import { type Delivery, publish } from "../run/publish.ts";
import type { Admitted } from "./action-admission.ts";
import { changeToPlan } from "./action-change.ts";
import { gitHub } from "./action-github.ts";
import { admittedOutputs, commitOf } from "./action-outputs.ts";
import { concluded, type Published, withRecord } from "./action-publish.ts";
import { changedTexts } from "./changed-texts.ts";
import type { Ending, EndingJob } from "./ending.ts";
import type { JobRecord, JobResult } from "./job-result.ts";
import { publishable } from "./published-text.ts";
import type { Step } from "./step.ts";

/** A job that ran in `mode: plan`. */
type Planning = JobResult & { readonly job: EndingJob; readonly admission: Admitted };

/**
 * Instead of publishing: the record's artifact, then the plan as an artifact of its own, since it names the first. Both go
 * to the runner's artifact service; nothing is asked of GitHub.
 */
export const leavePlan = async (
  planning: Planning,
  makeRecord: () => Promise<JobRecord | undefined>,
  stop: AbortSignal,
): Promise<Published & Pick<Ending, "plan">> => {
  // It leaves the patch that the record takes along.
  const change = await changeIn(planning);
  const record = await makeRecord();
  const { thread, outputs, reviews } = gitHub(planning.step);
  const wanted = { ...(record === undefined ? {} : { artifact: record.wanted }), outputs: [] };
  const delivered = await publish(wanted, { artifacts: planning.artifacts, thread, outputs, reviews }, stop);
  const stored = await storedPlan({ ...planning, change }, record, delivered);
  const failures = [
    ...delivered.failures,
    ...("error" in stored ? [{ output: "plan", error: stored.error } as const] : []),
  ];
  const report = withRecord(planning, planning.report, record, delivered.artifact);
  const told =
    "error" in stored ? report : { ...report, plan: { ...stored, outputs: planning.recorded.length } };
  const ended = concluded(planning.outcome, told, { ...delivered, failures });
  const plan = "error" in stored ? {} : { plan: { reference: String(stored.id), digest: stored.digest } };
  if (ended.conclusion !== "success") return { ...ended, ...plan };
  return { ...ended, ...plan, conclusion: "planned", report: { ...told, conclusion: "planned" } };
};

/** What changed in the workspace, where something that the Expert asked for would publish it. */
const changeIn = async (planning: Planning): Promise<PlannedChange | undefined> => {
  const { base, outcome } = planning;
  if (base === undefined || outcome?.type !== "completed") return undefined;
  const planned = admittedOutputs(planning);
  return changeToPlan(base, { planned, ready: await planning.readyChange(planned) });
};

type WithChange = Planning & { readonly change: PlannedChange | undefined };

const storedPlan = async (
  planning: WithChange,
  record: JobRecord | undefined,
  { artifact }: Delivery,
): Promise<{ readonly id: number; readonly digest: string } | { readonly error: unknown }> => {
  const { step, artifacts, jobId } = planning;
  const { retentionDays } = step.inputs;
  try {
    const link = artifact === undefined || record === undefined ? undefined : linkTo(artifact, record);
    const { bytes, digest } = writePlan(await planOf(planning, link));
    const folder = join(step.context.temporary, "expert-stack", "plans");
    mkdirSync(folder, { recursive: true });
    // The artifact is called as its file is, and a re-run must not find the name taken.
    const file = join(folder, `expert-stack-${jobId}-${step.context.runAttempt}-plan.json`);
    writeFileSync(file, bytes, { mode: 0o600 });
    const { id } = await artifacts.uploadFile({
      file,
      ...(retentionDays === undefined ? {} : { retentionDays }),
    });
    return { id, digest };
  } catch (error) {
    return { error };
  }
};

const linkTo = ({ id, digest }: StoredArtifact, { kind }: JobRecord): PlannedJob["artifact"] => ({
  id,
  digest,
  kind,
});

/** Nothing of it holds a secret that this job knows, or what looks like anybody's: the one that publishes knows others. */
const planOf = async (planning: WithChange, artifact: PlannedJob["artifact"]): Promise<unknown> => {
  const { step, admission, recorded, redact, jobId, job, change } = planning;
  const cleanText = async (text: string): Promise<string> => await publishable(redact(text));
  const clean = async (value: unknown): Promise<unknown> => await changedTexts(value, cleanText);
  const { answer, facts, head } = planning.report;
  return {
    v: 1,
    subject: subjectOf(step, admission),
    job: {
      ...billOf(facts),
      ...{ id: jobId, checkpoint: job.checkpoint, head },
      experts: await clean(facts?.experts),
      outcome: await clean(planning.outcome),
      answer: await clean(answer),
      artifact,
    },
    outputs: await clean(recorded),
    // Its files hold none, or they would not be here: what is taken out of a program makes it another.
    ...(change === undefined ? {} : { change: storeChange(await cleanReason(change, cleanText)) }),
  };
};

/** The reason names files, which may be called anything. */
const cleanReason = async (
  change: PlannedChange,
  clean: (text: string) => Promise<string>,
): Promise<PlannedChange> =>
  change.reason === undefined ? change : { ...change, reason: await clean(change.reason) };

const billOf = (facts: JobFacts | undefined) => {
  if (facts === undefined) return {};
  const { coordinator, model, steps, failedGenerations, usage, costUsd, durationMs, modelMs } = facts;
  return { coordinator, model, steps, failedGenerations, usage, costUsd, durationMs, modelMs };
};

/** What a job of this step is about, whether it plans or publishes. */
export const subjectOf = ({ context, inputs }: Step, { trigger, expert, trust }: Admitted): PlanSubject =>
  planSubject({
    ...{ trigger, expert, trust },
    event: context.eventName,
    head: commitOf(trigger, context.sha) ?? "",
    repository: `${context.owner}/${context.repo}`,
    run: context.runId,
    policy: `sha256:${createHash("sha256").update(canonicalJson(inputs.safeOutputs)).digest("hex")}`,
  });
