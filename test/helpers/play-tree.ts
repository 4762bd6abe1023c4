import { decide } from "../../src/job/decide.ts";
import type { Effect, PendingEffect } from "../../src/job/effect.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import type { Limits } from "../../src/job/limits.ts";
import { emptyState, type JobState, type Run } from "../../src/job/state.ts";
import { jobStarted } from "./scripted-job.ts";
import { type GenerateEffect, settled, type World } from "./scripted-tree.ts";

export type TreePlay = World & {
  readonly limits?: Partial<Limits>;
  readonly started?: Partial<Extract<JobEvent, { type: "jobStarted" }>>;
  /** The journal so far; without it the job is new. */
  readonly from?: readonly JobEvent[];
  readonly pick?: (count: number) => number;
  /** Recorded instead of what would settle as the n-th. */
  readonly stopAt?: { readonly n: number; readonly event: JobEvent } | undefined;
};

type UnderWay = { readonly effect: PendingEffect; readonly run: Run | undefined };

export type PlayedTree = {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  /** What the model was asked. */
  readonly requests: readonly { readonly run: Run; readonly effect: GenerateEffect }[];
  /** Calls of skills that were made here, as `<run>:<call>`. */
  readonly made: readonly string[];
  /** Runs that were opened here. */
  readonly opened: readonly string[];
  /** Effects that were begun and then no longer wanted, though nothing had stopped the job. */
  readonly dropped: readonly string[];
  /** The most generations that were under way at one time. */
  readonly mostGenerations: number;
};

/** Drives a tree of Runs to the job's end as a shell would: what is under way stays as it began. */
export const playTree = (play: TreePlay): PlayedTree => {
  const shell = createShell();
  const events: JobEvent[] = [];
  let state = emptyState;
  const record = (...happened: readonly JobEvent[]): void => {
    events.push(...happened);
    state = happened.reduce(evolve, state);
  };
  record(...(play.from ?? [{ ...jobStarted(play.limits), ...play.started }]));
  for (let n = 0; state.outcome === undefined; n++) {
    if (n > 5_000) throw new Error("The job does not end.");
    const effects = decide(state);
    if (effects.length === 0) throw new Error("Nothing is decided, and the job is not over.");
    shell.follow(state, effects);
    const records = effects.filter((effect) => effect.type === "record");
    if (play.stopAt?.n === n) record(play.stopAt.event);
    else if (records.length > 0) record(...records.map(({ event }) => event));
    else record(settled(play, shell.take(play.pick)));
  }
  return { ...shell.seen(), state, events };
};

const createShell = () => {
  const underWay = new Map<string, UnderWay>();
  const begun: UnderWay[] = [];
  const dropped: string[] = [];
  let mostGenerations = 0;
  return {
    follow(state: JobState, effects: readonly Effect[]): void {
      const wanted = effects.filter((effect) => effect.type !== "record");
      const ids = new Set(wanted.map(({ id }) => id));
      for (const id of [...underWay.keys()].filter((id) => !ids.has(id))) {
        underWay.delete(id);
        if (state.stop === undefined) dropped.push(id);
      }
      for (const effect of wanted.filter(({ id }) => !underWay.has(id))) {
        const work = { effect, run: state.runs.get(effect.runId) };
        underWay.set(effect.id, work);
        begun.push(work);
      }
      const asked = [...underWay.values()].filter(({ effect }) => effect.type === "generate");
      mostGenerations = Math.max(mostGenerations, asked.length);
    },
    take(pick: TreePlay["pick"]): UnderWay {
      const all = [...underWay.values()];
      const work = all[(pick?.(all.length) ?? 0) % Math.max(all.length, 1)];
      if (work === undefined) throw new Error("Nothing is under way.");
      underWay.delete(work.effect.id);
      return work;
    },
    seen: () => ({ ...seenOf(begun), dropped, mostGenerations }),
  };
};

const seenOf = (begun: readonly UnderWay[]) => ({
  requests: begun.flatMap(({ effect, run }) =>
    effect.type === "generate" && run !== undefined ? [{ effect, run }] : [],
  ),
  made: begun.flatMap(({ effect }) =>
    effect.type === "callTool" ? [`${effect.runId}:${effect.call.id}`] : [],
  ),
  opened: begun.flatMap(({ effect }) => (effect.type === "openRun" ? [effect.runId] : [])),
});
