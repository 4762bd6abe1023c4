import { continueJob, forkJob, refuseLinks } from "../edges/store/continue-job.ts";
import { fsStore } from "../edges/store/fs-store.ts";
import { newJobId } from "../edges/system.ts";
import { ExpertStackError } from "../errors.ts";
import type { JobEvent, JournalEntry } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import { type ResumeInput, type ResumeRefusal, resumeEvents } from "../job/resume.ts";
import { emptyState, type JobState, rootRunId } from "../job/state.ts";
import { type Question, questionOf } from "../report/describe-question.ts";
import { visible } from "../report/visible.ts";
import type { JobLog } from "../run/ports.ts";
import type { JobPlan } from "../run/resolve.ts";
import { newestJob } from "./cli-newest-job.ts";

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

/**
 * @param expert whose newest job is meant where none is named
 * @throws ExpertStackError JOB_NOT_FOUND, CHECKPOINT_NOT_FOUND, or what a damaged journal throws
 */
export const findEarlier = (root: string, wanted: Continuation, expert: string): EarlierJob => {
  refuseLinks(root, wanted.jobId);
  const store = fsStore(root);
  const jobId = wanted.jobId ?? newestJob(root, store.list(), expert);
  refuseLinks(root, jobId);
  const { entries } = store.load(jobId);
  const whole = { jobId, entries, state: fold(entries), as: "same" } as const;
  if (whole.state.started === undefined) throw notFound(`The job "${jobId}" has no journal to go on from.`);
  return wanted.checkpoint === undefined ? whole : atCheckpoint(whole, wanted.checkpoint);
};

const notFound = (message: string): ExpertStackError =>
  new ExpertStackError({
    code: "JOB_NOT_FOUND",
    message,
    remedy: "`expert-stack log` lists the jobs of this workspace.",
  });

const fold = (entries: readonly JournalEntry[]): JobState =>
  entries.reduce((state, { event }) => evolve(state, event), emptyState);

/**
 * The first state in which the Coordinator stood at the checkpoint. At its newest one that is the job as it is: what
 * has been done since belongs to the step under way and must not be done again.
 */
const atCheckpoint = (job: EarlierJob, checkpoint: string): EarlierJob => {
  if (job.state.runs.get(rootRunId)?.checkpoint.id === checkpoint) return job;
  let state = emptyState;
  const known: string[] = [];
  for (const [index, { event }] of job.entries.entries()) {
    state = evolve(state, event);
    const id = state.runs.get(rootRunId)?.checkpoint.id;
    if (id !== undefined && known.at(-1) !== id) known.push(id);
    if (id !== checkpoint) continue;
    return { ...job, entries: job.entries.slice(0, index + 1), state, as: "fork" };
  }
  throw new ExpertStackError({
    code: "CHECKPOINT_NOT_FOUND",
    message: `The job "${job.jobId}" has no checkpoint "${checkpoint}" of its first Expert.`,
    remedy: `Its newest are: ${known.slice(-5).join(", ")}.`,
  });
};

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
  refuseSpentSteps(earlier, rest.limits.maxSteps);
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
  if (typeof events === "string") throw refusal(earlier, events);
  return { jobId, events };
};

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "INPUT_INVALID", message, remedy });

/** A limit that is reached already would end the job at once, as it did before. */
const refuseSpentSteps = ({ jobId, state }: EarlierJob, maxSteps: number | undefined): void => {
  if (maxSteps === undefined || state.steps < maxSteps) return;
  throw refused(
    `The job "${jobId}" has taken ${state.steps} steps already, and the limit is ${maxSteps} for all of it.`,
    `Give it more: \`--max-steps ${state.steps * 2}\`.`,
  );
};

const refusal = ({ jobId, state }: EarlierJob, why: ResumeRefusal): ExpertStackError => {
  const command = `expert-stack run ${state.started?.coordinator ?? "<expert>"}`;
  const question = questionOf(state);
  switch (why) {
    case "atItsEnd":
      return question === undefined
        ? refused(
            `The job "${jobId}" has said its last word.`,
            `Say what to do next: \`${command} "<query>" --continue-job ${jobId}\`.`,
          )
        : refused(
            `The job "${jobId}" waits for an answer: ${question.calls.map(describeCall).join("; ")}.`,
            `Answer with \`${command} "<answer>" --continue-job ${jobId} -i\`.`,
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

const describeCall = ({ tool, args }: Question["calls"][number]): string =>
  visible(`${tool} ${JSON.stringify(args)}`);

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
