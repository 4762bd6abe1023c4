import { decideGenerations } from "../job/decide.ts";
import type { JournalEntry } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import { emptyState, type JobState, liveRuns, type Run } from "../job/state.ts";
import type { PerstackEvent, PerstackRunEvent, RunEventBody, RunSubject, RuntimeEventBody } from "./event.ts";
import { tellCutOff, tellUnstarted } from "./run-end.ts";
import { tellGeneration } from "./run-step.ts";
import { tellEvent } from "./run-telling.ts";
import { runtimeEventBody } from "./runtime-event.ts";
import { createStreaming, type StreamedDelta } from "./streaming.ts";
import type { Change, Telling, Told } from "./told.ts";

/** Tells a job in Perstack's events while it goes on, or again from its journal. */
export type Projection = {
  /**
   * The events that an entry stands for. Takes a job's entries from the first on, in order.
   *
   * @param after the state with it, from whoever has it
   */
  push(entry: JournalEntry, after?: JobState): readonly PerstackEvent[];
  /** @param at milliseconds since the epoch: a delta is not journaled and carries no time of its own */
  delta(delta: StreamedDelta, at: number): readonly PerstackRunEvent[];
};

/**
 * An event's id is made of the job's id, the entry's `seq` and its place among the entry's events, so that a
 * journal gives the same ids whether it is watched or read later. Streaming events, which a journal cannot give,
 * count on their own.
 */
export const createProjection = (): Projection => {
  let state = emptyState;
  const told = new Map<string, Told>();
  const streaming = createStreaming();
  return {
    push(entry, after) {
      const { event, at, seq } = entry;
      const before = state;
      state = after ?? evolve(state, event);
      const change: Change = { before, after: state, event, at };
      const streamed = streaming.entry(state, entry);
      const jobId = state.started?.jobId ?? "";
      const bodies = [...tellCutOffs(change, told), ...tellRuntime(change), ...tellRuns(change, told)];
      const events = bodies.map((body, index) => ({
        id: `${jobId}:${seq}:${index}`,
        timestamp: at,
        jobId,
        ...body,
      }));
      return [...streamed, ...events];
    },
    delta: (delta, at) => streaming.delta(state, delta, at),
  };
};

type Draft = (RunSubject & RunEventBody) | ({ readonly runId: string } & RuntimeEventBody);

const tellRuntime = ({ event, after }: Change): readonly Draft[] => {
  const runtime = runtimeEventBody(event, after);
  return runtime === undefined ? [] : [{ runId: runtime.runId, ...runtime.body }];
};

/** Keeps what was told of the Run. */
const noted = (told: Map<string, Told>, run: Run, telling: Telling): readonly Draft[] => {
  told.set(run.id, telling.told);
  return draftsOf({ runId: run.id, expertKey: run.expert, events: telling.events });
};

const draftsOf = (of: {
  readonly runId: string;
  readonly expertKey: string;
  readonly events: Telling["events"];
}): readonly Draft[] => {
  const { runId, expertKey } = of;
  return of.events.map(({ stepNumber, body }) => ({ runId, expertKey, stepNumber, ...body }));
};

/** Where a job goes on, the end of everybody who was at work when it was cut off. */
const tellCutOffs = (change: Change, told: Map<string, Told>): readonly Draft[] => {
  if (change.event.type !== "jobResumed") return [];
  return liveRuns(change.before).flatMap((run) => {
    const before = told.get(run.id);
    return before === undefined ? [] : noted(told, run, tellCutOff(change, run, before));
  });
};

/** What the change says of every Run; `told` is kept up to date. */
const tellRuns = (change: Change, told: Map<string, Told>): readonly Draft[] => {
  const { after } = change;
  const runId = changedRun(change);
  const run = runId === undefined ? undefined : after.runs.get(runId);
  const own =
    run === undefined ? tellWithoutRun(change) : noted(told, run, tellEvent(change, run, told.get(run.id)));
  const generations = decideGenerations(after).flatMap((effect) => {
    const asking = after.runs.get(effect.runId);
    const before = told.get(effect.runId);
    if (asking === undefined || before === undefined) return [];
    return noted(told, asking, tellGeneration(change, { run: asking, generate: effect }, before));
  });
  return [...own, ...generations];
};

/** The Run that the event is about, unless the event did not fit and changed nothing. */
const changedRun = ({ before, after, event }: Change): string | undefined => {
  if (before === after || !("runId" in event)) return undefined;
  return event.runId;
};

const tellWithoutRun = (change: Change): readonly Draft[] => {
  const { before, after, event } = change;
  if (before === after || event.type !== "runFinished") return [];
  const unstarted = tellUnstarted(change, event);
  return unstarted === undefined ? [] : draftsOf({ runId: event.runId, ...unstarted });
};
