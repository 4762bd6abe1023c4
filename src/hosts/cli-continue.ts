import { continueJob, forkJob } from "../edges/store/continue-job.ts";
import { fsStore } from "../edges/store/fs-store.ts";
import { newJobId } from "../edges/system.ts";
import { ExpertStackError } from "../errors.ts";
import type { JobEvent, JournalEntry } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import { type ResumeInput, type ResumeRefusal, resumeEvents } from "../job/resume.ts";
import { emptyState, type JobState, rootRunId } from "../job/state.ts";
import type { JobLog } from "../run/ports.ts";
import type { JobPlan } from "../run/resolve.ts";

/** Which job goes on, and from where. */
type Continuation = {
  /** The newest job when missing. */
  readonly jobId?: string;
  /** A checkpoint of the Coordinator; the newest state when missing. */
  readonly checkpoint?: string;
};

/** A recorded job up to where it goes on. */
export type EarlierJob = {
  readonly jobId: string;
  readonly entries: readonly JournalEntry[];
  readonly state: JobState;
  /** `fork` when what came after the checkpoint does not count: the job with it stays as it is. */
  readonly as: "same" | "fork";
};

/** @throws ExpertStackError JOB_NOT_FOUND, CHECKPOINT_NOT_FOUND, or what a damaged journal throws */
export const findEarlier = (root: string, wanted: Continuation): EarlierJob => {
  const store = fsStore(root, "hide");
  const jobId = wanted.jobId ?? newestJob(store.list());
  const { entries } = store.load(jobId);
  const whole = { jobId, entries, state: fold(entries), as: "same" } as const;
  if (whole.state.started === undefined) throw notFound(`The job "${jobId}" has no journal to go on from.`);
  return wanted.checkpoint === undefined ? whole : atCheckpoint(whole, wanted.checkpoint);
};

const newestJob = (jobs: ReturnType<ReturnType<typeof fsStore>["list"]>): string => {
  const [newest] = jobs;
  if (newest?.type === "readable") return newest.head.id;
  throw notFound("There is no job here to continue.");
};

const notFound = (message: string): ExpertStackError =>
  new ExpertStackError({
    code: "JOB_NOT_FOUND",
    message,
    remedy: "`expert-stack log` lists the jobs of this workspace.",
  });

const fold = (entries: readonly JournalEntry[]): JobState =>
  entries.reduce((state, { event }) => evolve(state, event), emptyState);

/** The first state in which the Coordinator stood at the checkpoint. */
const atCheckpoint = (job: EarlierJob, checkpoint: string): EarlierJob => {
  let state = emptyState;
  const known: string[] = [];
  for (const [index, { event }] of job.entries.entries()) {
    state = evolve(state, event);
    const id = state.runs.get(rootRunId)?.checkpoint.id;
    if (id !== undefined && known.at(-1) !== id) known.push(id);
    if (id !== checkpoint) continue;
    const isLast = job.entries.slice(index + 1).every((entry) => isEnd(entry.event));
    return isLast ? job : { ...job, entries: job.entries.slice(0, index + 1), state, as: "fork" };
  }
  throw new ExpertStackError({
    code: "CHECKPOINT_NOT_FOUND",
    message: `The Coordinator of the job "${job.jobId}" has no checkpoint "${checkpoint}".`,
    remedy: `Its newest are: ${known.slice(-5).join(", ")}.`,
  });
};

/** What follows a last step: nothing of it is lost when the job goes on. */
const isEnd = ({ type }: JobEvent): boolean =>
  [
    "budgetSpent",
    "deadlineReached",
    "interrupted",
    "skillDisconnected",
    "runFinished",
    "jobFinished",
  ].includes(type);

/** What a job goes on with. @throws ExpertStackError INPUT_INVALID when it cannot in this way */
export const resumption = (
  earlier: EarlierJob,
  given: { readonly plan: JobPlan; readonly input: ResumeInput; readonly now: number },
): { readonly jobId: string; readonly events: readonly JobEvent[] } => {
  const { coordinator, experts, ...rest } = given.plan.started;
  const before = earlier.state.started;
  if (before?.coordinator !== coordinator) {
    throw refused(
      `The job "${earlier.jobId}" is one of the Expert "${before?.coordinator}", not of "${coordinator}".`,
      `Write \`expert-stack run ${before?.coordinator} …\`.`,
    );
  }
  const jobId = earlier.as === "same" ? earlier.jobId : newJobId(given.now);
  const { runtimeVersion, model, fallbacks, limits, trigger } = rest;
  const events = resumeEvents(earlier.state, {
    resumed: {
      type: "jobResumed",
      jobId,
      runtimeVersion,
      experts,
      model,
      ...(fallbacks === undefined ? {} : { fallbacks }),
      limits,
      trigger,
    },
    input: given.input,
  });
  if (typeof events === "string") throw refusal(earlier.jobId, events);
  return { jobId, events };
};

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "INPUT_INVALID", message, remedy });

const refusal = (jobId: string, why: ResumeRefusal): ExpertStackError => {
  switch (why) {
    case "atItsEnd":
      return refused(
        `The job "${jobId}" has said its last word.`,
        'Say what to do next: `expert-stack run <expert> "<query>" --continue`, with `-i` to answer a question of it.',
      );
    case "neverBegan":
      return refused(
        `The job "${jobId}" ended before its Expert was asked anything.`,
        "Run the Expert anew, or continue without a query.",
      );
    case "asksNothing":
      return refused(
        `The job "${jobId}" waits for no answer.`,
        "Leave out --interactive-tool-call-result to say something else to it.",
      );
    default:
      return why satisfies never;
  }
};

/** The log in which the job goes on. */
export const openEarlier = (root: string, earlier: EarlierJob, jobId: string): JobLog => {
  const { entries } = earlier;
  return earlier.as === "same"
    ? continueJob({ root, jobId, entries })
    : forkJob({ root, jobId, from: earlier.jobId, entries });
};

/** Definitions that are others now than when the job began. */
export const changedExperts = (
  earlier: EarlierJob,
  plan: JobPlan,
): readonly Extract<JobEvent, { type: "note" }>[] => {
  const before = new Map(earlier.state.started?.experts.map(({ key, digest }) => [key, digest]));
  return plan.started.experts
    .filter(({ key, digest }) => before.has(key) && before.get(key) !== digest)
    .map(({ key }) => {
      const text = `The definition of "${key}" has changed since the job began; it goes on with the new one.`;
      return { type: "note", level: "warning", text };
    });
};
