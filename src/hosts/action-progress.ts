import { setTimeout as sleep } from "node:timers/promises";
import { info } from "@actions/core";
import type { JournalEntry } from "../job/event.ts";
import { markedBy, markerLine } from "../outputs/marker.ts";
import { type SanitizedText, withoutSecrets } from "../outputs/sanitize.ts";
import { logLine } from "../report/log-line.ts";
import { type Progress, progressOf, renderProgress } from "../report/progress.ts";
import { isOnThread } from "../request/trigger.ts";
import type { Thread, ThreadPlace } from "../run/github-ports.ts";
import type { Redact } from "../run/ports.ts";
import type { ActionInputs } from "./action-inputs.ts";
import { framingOf, leaveUnfinished } from "./action-unfinished.ts";
import { publishable } from "./published-text.ts";
import type { Step } from "./step.ts";
import type { StepJob } from "./step-job.ts";

/** Milliseconds between one writing of the comment and the next, and before the first. */
const everyMs = 20_000;

/** Milliseconds of a cancelled step's last seconds. */
const lastWaitMs = 1_000;

/** The comment, where there is one by now. */
type Written = { readonly comment?: { readonly id: number } };

export type ShownProgress = {
  /** Ends the showing, and waits for what is being written; of a step that is cancelled only for a moment. */
  readonly end: () => Promise<void>;
  readonly written: () => Written;
};

type Trust = StepJob["admission"]["trust"];

type Shown = {
  /** Of the journal, as far as it goes by now. */
  readonly entries: readonly JournalEntry[];
  readonly redact: Redact;
  readonly thread: () => Promise<Thread>;
};

/**
 * Shows in the sticky comment how far the job is: nobody who asked for something has to look for a log. A job that is done
 * soon writes its answer only.
 *
 * @param stop aborted when the step is cancelled
 */
export const showProgress = (
  { step, trigger, plan, admission }: Pick<StepJob, "step" | "trigger" | "plan" | "admission">,
  shown: Shown,
  stop: AbortSignal,
): ShownProgress => {
  if (!isOnThread(trigger) || !isShown(step.inputs, trigger.thread)) {
    return { end: async () => undefined, written: () => ({}) };
  }
  const { trust } = admission;
  const of = { place: trigger.thread, expert: plan.started.coordinator, trust };
  const writer = progressWriter(step, { ...shown, ...of });
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing.then(writer.write);
  }, everyMs);
  // Nobody waits for a report.
  timer.unref();
  return {
    async end() {
      clearInterval(timer);
      await Promise.race([writing, ...(stop.aborted ? [sleep(lastWaitMs, undefined, { ref: false })] : [])]);
    },
    written: writer.written,
  };
};

/**
 * Where the answer goes into another thread, nobody waits for it in this one; and a job that leaves publishing to another
 * writes nothing.
 */
const isShown = ({ comment, safeOutputs, mode }: ActionInputs, { number }: ThreadPlace): boolean => {
  const { target = number } = safeOutputs.comment ?? {};
  return mode === "run" && safeOutputs.comment !== undefined && comment === "sticky" && target === number;
};

const progressWriter = (
  step: Step,
  shown: Shown & { readonly place: ThreadPlace; readonly expert: string; readonly trust: Trust },
) => {
  const startedAt = performance.now();
  let comment: Comment | undefined;
  let last = "";
  let isGivenUp = false;
  return {
    written: (): Written => (comment === undefined ? {} : { comment: { id: comment.id } }),
    async write() {
      if (isGivenUp) return;
      try {
        const progress = await withoutStrangers(progressOf(shown.entries));
        const facts = JSON.stringify(progress);
        if (facts === last) return;
        last = facts;
        comment = await put(progress, { ...shown, step, elapsedMs: performance.now() - startedAt, comment });
      } catch (error) {
        // The answer is written in any case, and then says what is in its way.
        isGivenUp = true;
        info(logLine(`No progress is shown: ${error instanceof Error ? error.message : String(error)}`));
      }
    },
  };
};

type Comment = { readonly id: number; readonly body: SanitizedText };

const put = async (
  progress: Progress,
  at: Shown & {
    readonly step: Step;
    readonly place: ThreadPlace;
    readonly expert: string;
    readonly trust: Trust;
    readonly elapsedMs: number;
    readonly comment: Comment | undefined;
  },
): Promise<Comment> => {
  const { place, expert, comment, trust } = at;
  const own = framingOf(at.step.context, expert);
  const framing = { ...own, marker: markedBy(own.marker, trust) };
  const body = withoutSecrets(renderProgress(progress, at.elapsedMs, framing), at.redact);
  const { putComment } = await at.thread();
  const where = { thread: place, marker: markerLine(framing.marker), mode: "sticky" } as const;
  const left = { thread: place, expert };
  if (comment !== undefined) leaveUnfinished(comment.id, { ...left, bodies: [comment.body, body] });
  const { id } = await putComment({ ...where, body, ...(comment === undefined ? {} : { id: comment.id }) });
  leaveUnfinished(id, { ...left, bodies: [body] });
  return { id, body };
};

/** What an Expert wrote may also hold somebody's key that nobody here knows. */
const withoutStrangers = async (progress: Progress): Promise<Progress> => ({
  ...progress,
  todos: await Promise.all(
    progress.todos.map(async (todo) => ({ ...todo, title: await publishable(todo.title) })),
  ),
});
