import { setImmediate as nextTurn } from "node:timers/promises";
import { decide } from "../job/decide.ts";
import type { Effect, PendingEffect } from "../job/effect.ts";
import type { JobEvent } from "../job/event.ts";
import { emptyState, type JobState, liveRuns, rootRunId } from "../job/state.ts";
import { timer } from "./deadline.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { type Journal, openJournal } from "./journal.ts";
import { perform } from "./perform.ts";
import { closeSkills, type JobStateView, type Shell } from "./shell.ts";

export type JobPorts = Omit<Shell, "open" | "emit">;

/** How a job begins: with its own start, or where an earlier journal of it ends. */
export type JobStart = {
  /** The fold of the journal so far and the time of its first entry; missing for a new job. */
  readonly before?: { readonly state: JobState; readonly startedAt: number };
  /** What the job begins or goes on with; the first names it. */
  readonly events: readonly JobEvent[];
  /** What was decided before and belongs into its record. */
  readonly notes?: readonly Extract<JobEvent, { type: "note" }>[];
};

/**
 * Runs a job from its first event to its last: what `decide` wants is started, what it no longer wants is
 * aborted, and every outcome goes through the journal before anything follows from it.
 *
 * @param stop aborted by a signal of the process; its reason is the signal's name
 * @returns the state at the end; `outcome` is always set. A defect of ours ends the job as failed, with its stack
 * @throws when not even that can be recorded
 */
export const runJob = async (
  ports: JobPorts,
  { before = { state: emptyState, startedAt: 0 }, events, notes = [] }: JobStart,
  stop: AbortSignal,
): Promise<JobState> => {
  const journal = openJournal(ports, before);
  const inbox = createInbox();
  const shell: Shell = { ...ports, open: new Map(), emit: inbox.push };
  journal.commit([...events, ...notes]);
  const { started } = journal.state;
  if (started === undefined) throw new TypeError("a job without a start");
  using _timer = startDeadline(started, inbox.push);
  using _signal = listen(stop, () => inbox.push({ type: "interrupted", signal: String(stop.reason) }));
  const inFlight = new Map<string, InFlight>();
  try {
    await drive({ journal, inbox, shell, inFlight, started });
  } catch (error) {
    await abandon(inFlight, []);
    await closeAll(shell);
    recordDefect(journal, { arrived: inbox.rest(), error });
  }
  return journal.state;
};

/** What had arrived is kept; the job has an end that says what happened. */
const recordDefect = (
  journal: Journal,
  { arrived, error }: { readonly arrived: readonly JobEvent[]; readonly error: unknown },
): void => {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const outcome = { type: "failed", error: { name: "Defect", message, isRetryable: false } } as const;
  try {
    journal.commit(arrived);
    const ids = new Set([...liveRuns(journal.state).map((run) => run.id), rootRunId]);
    journal.commit([
      ...[...ids].map((runId) => ({ type: "runFinished", runId, outcome }) as const),
      { type: "jobFinished", outcome },
    ]);
  } catch {
    // The journal itself is what failed: the first error says why.
    throw error;
  }
};

/** Best effort, after a defect: a skill that fails to close does not keep the others open. */
const closeAll = async (shell: Shell): Promise<void> => {
  await Promise.allSettled([...shell.open.keys()].map((runId) => closeSkills(shell.open, runId)));
};

type InFlight = { readonly controller: AbortController; readonly settled: Promise<void> };

type Loop = {
  readonly journal: Journal;
  readonly inbox: Inbox;
  readonly shell: Shell;
  readonly inFlight: Map<string, InFlight>;
  readonly started: JobStateView;
};

const drive = async (loop: Loop): Promise<void> => {
  const { journal, inbox, inFlight } = loop;
  while (journal.state.outcome === undefined) {
    const effects = decide(journal.state);
    const records = effects.filter((effect) => effect.type === "record");
    if (records.length > 0) {
      journal.commit(records.map((effect) => effect.event));
      continue;
    }
    const wanted = effects.filter((effect) => effect.type !== "record");
    await abandon(inFlight, wanted);
    const arrived = inbox.drain();
    if (arrived.length > 0) {
      journal.commit(arrived);
      continue;
    }
    const [first, ...others] = inOrder(wanted.filter((effect) => !inFlight.has(effect.id)));
    if (first !== undefined) start(loop, first);
    if (others.length > 0) await nextTurn();
    else journal.commit(await inbox.take());
  }
};

/**
 * One at a time, and what follows from each before the next: the first of many delegates is heard while the last is
 * still being asked. Requests to models come first, since they take longest.
 */
const inOrder = (effects: readonly PendingEffect[]): readonly PendingEffect[] => [
  ...effects.filter(({ type }) => type === "generate"),
  ...effects.filter(({ type }) => type !== "generate"),
];

/** Aborts what is no longer wanted and waits until it has let go. */
const abandon = async (inFlight: Map<string, InFlight>, wanted: readonly Effect[]): Promise<void> => {
  const ids = new Set(wanted.map((effect) => effect.id));
  const unwanted = [...inFlight].filter(([id]) => !ids.has(id));
  for (const [, work] of unwanted) work.controller.abort();
  await Promise.all(unwanted.map(([, work]) => work.settled));
};

const start = (loop: Loop, effect: PendingEffect): void => {
  const { journal, inbox, shell, inFlight, started } = loop;
  const controller = new AbortController();
  const run = journal.state.runs.get(effect.runId);
  const settled = perform(shell, { effect, run, state: started }, controller.signal)
    .then(async (events) => {
      // Aborted after its skills were up and before anybody heard of it: nobody else would close them.
      const isUnheard = controller.signal.aborted;
      if (isUnheard && isOpening(effect)) await closeSkills(shell.open, effect.runId);
      inFlight.delete(effect.id);
      if (!isUnheard) for (const event of events) inbox.push(event);
    })
    .catch((error: unknown) => {
      inFlight.delete(effect.id);
      inbox.fail(error);
    });
  inFlight.set(effect.id, { controller, settled });
};

const isOpening = ({ type }: PendingEffect): boolean => type === "openRun" || type === "reopenRun";

const startDeadline = (started: JobStateView, push: (event: JobEvent) => void): Disposable => {
  const limitMs = started.limits.jobTimeoutMs;
  if (limitMs === undefined) return { [Symbol.dispose]: () => {} };
  return timer(limitMs, () => push({ type: "deadlineReached", limitMs }));
};

const listen = (signal: AbortSignal, onAbort: () => void): Disposable => {
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) };
};
