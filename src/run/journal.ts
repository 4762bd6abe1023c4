import type { JobEvent } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import { jobStatus } from "../job/job-status.ts";
import type { JobState } from "../job/state.ts";
import type { Clock, JobLog, Observer, Redact } from "./ports.ts";
import { eventRedaction } from "./redact-event.ts";

/** The one way by which something becomes true in a job: redacted, appended, folded, shown, in that order. */
export type Journal = {
  readonly state: JobState;
  commit(events: readonly JobEvent[]): void;
};

export const openJournal = (
  ports: {
    readonly log: JobLog;
    readonly clock: Clock;
    readonly observer: Observer;
    readonly redact: Redact;
  },
  earlier: { readonly state: JobState; readonly startedAt: number },
): Journal => {
  let { state, startedAt } = earlier;
  let savedAt = 0;
  const redactEvent = eventRedaction(ports.redact);
  return {
    get state() {
      return state;
    },
    commit(events) {
      const at = ports.clock.now();
      const before = state;
      const redacted = events.map(redactEvent);
      const entries = ports.log.append(redacted, at);
      const states = redacted.map((event) => {
        state = evolve(state, event);
        return state;
      });
      if (before.started === undefined) startedAt = at;
      if (isTurn(before, state) || (hasStepEnded(before, state) && at - savedAt >= headIntervalMs)) {
        saveHead(ports.log, { state, startedAt, at });
        savedAt = at;
      }
      entries.forEach((entry, index) => {
        ports.observer.onEntry(entry, states[index] ?? state);
      });
    },
  };
};

/**
 * The head is saved when the job starts and ends, and at a step's end unless that was a moment ago: a rename costs
 * more than all else a step writes. The log itself never lags behind.
 */
const headIntervalMs = 250;

const isTurn = (before: JobState, after: JobState): boolean =>
  before.started !== after.started || before.outcome !== after.outcome;

const hasStepEnded = (before: JobState, after: JobState): boolean =>
  [...after.runs].some(([id, run]) => before.runs.get(id)?.checkpoint.id !== run.checkpoint.id);

const saveHead = (log: JobLog, at: { state: JobState; startedAt: number; at: number }): void => {
  const { started } = at.state;
  if (started === undefined) return;
  log.saveHead({
    v: 1,
    id: started.jobId,
    status: jobStatus(at.state),
    coordinator: started.coordinator,
    experts: started.experts.map(({ key, digest, source }) => ({ key, digest, source })),
    model: started.model,
    totals: {
      steps: at.state.steps,
      usage: at.state.usage,
      ...(at.state.costUsd === 0 ? {} : { costUsd: at.state.costUsd }),
    },
    startedAt: at.startedAt,
    ...(at.state.outcome === undefined ? {} : { finishedAt: at.at }),
  });
};
