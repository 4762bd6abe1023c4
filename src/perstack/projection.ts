import { decide } from "../job/decide.ts";
import type { JournalEntry } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import { emptyState } from "../job/state.ts";
import type { PerstackEvent, PerstackRunEvent, RunEventBody, RunSubject } from "./event.ts";
import {
  type Change,
  type Telling,
  type Told,
  tellEvent,
  tellGeneration,
  tellUnstarted,
} from "./run-telling.ts";
import { runtimeEventBody } from "./runtime-event.ts";
import { createStreaming, type StreamedDelta } from "./streaming.ts";

/** Tells a job in Perstack's events while it goes on, or again from its journal. */
export type Projection = {
  /** The events that an entry stands for. Takes a job's entries from the first on, in order. */
  push(entry: JournalEntry): readonly PerstackEvent[];
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
    push(entry) {
      const { event, at, seq } = entry;
      const before = state;
      state = evolve(state, event);
      const change: Change = { before, after: state, event, at };
      const streamed = streaming.entry(state, entry);
      const runtime = runtimeEventBody(event);
      const jobId = state.started?.jobId ?? "";
      const bodies = [
        ...(runtime === undefined ? [] : [{ runId: runtime.runId, ...runtime.body }]),
        ...tellRuns(change, told).map(({ subject, body }) => ({ ...subject, ...body })),
      ];
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

type Draft = { readonly subject: RunSubject; readonly body: RunEventBody };

/** What the change says of every Run; `told` is kept up to date. */
const tellRuns = (change: Change, told: Map<string, Told>): readonly Draft[] => {
  const { after } = change;
  const note = (runId: string, expertKey: string, telling: Telling): readonly Draft[] => {
    told.set(runId, telling.told);
    return telling.events.map(({ stepNumber, body }) => ({
      subject: { runId, expertKey, stepNumber },
      body,
    }));
  };
  const runId = changedRun(change);
  const run = runId === undefined ? undefined : after.runs.get(runId);
  const own =
    run === undefined
      ? tellWithoutRun(change)
      : note(run.id, run.expert, tellEvent(change, run, told.get(run.id)));
  const generations = decide(after).flatMap((effect) => {
    if (effect.type !== "generate") return [];
    const asking = after.runs.get(effect.runId);
    const before = told.get(effect.runId);
    if (asking === undefined || before === undefined) return [];
    return note(asking.id, asking.expert, tellGeneration(change, { run: asking, generate: effect }, before));
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
  const body = tellUnstarted(change, event);
  const expertKey = after.started?.coordinator ?? "";
  return body === undefined ? [] : [{ subject: { runId: event.runId, expertKey, stepNumber: 1 }, body }];
};
