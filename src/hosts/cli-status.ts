import type { JobEvent } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import { emptyState, type JobState, type Phase, rootRunId } from "../job/state.ts";

/** What a job is doing now, in one line. */
type Status = {
  see(event: JobEvent): void;
  now(activity: string): void;
  text(): string;
};

export const createStatus = (): Status => {
  const startedAt = Date.now();
  let activity = "starting";
  let state = emptyState;
  return {
    see(event) {
      state = evolve(state, event);
      if (event.type === "skillStarting") activity = `starting ${event.skill}`;
      else if (event.type === "note" && event.level === "info") activity = event.text;
      else if (event.type === "runStarted" || event.type === "toolCallFinished") {
        activity = "waiting for the model";
      }
    },
    now(what) {
      activity = what;
    },
    text() {
      const { usage } = state;
      const seconds = Math.floor((Date.now() - startedAt) / 1000);
      const tokens = `${short(usage.inputTokens)} in, ${short(usage.outputTokens)} out`;
      const limit = state.started?.limits.maxSteps;
      const steps = `steps ${state.steps}${limit === undefined ? "" : `/${limit}`}`;
      return `${steps} · ${tokens} · ${seconds} s · ${doing(state, activity)}`;
    },
  };
};

const phaseOf = (state: JobState): Phase | undefined => state.runs.get(rootRunId)?.phase;

const pendingCalls = (phase: Phase | undefined) => {
  if (phase?.type !== "callingTools") return [];
  const settled = new Set(phase.results.map((result) => result.id));
  return phase.calls.filter((call) => !settled.has(call.id));
};

/** No step begins after the job's last one. */
const isAtItsEnd = (state: JobState): boolean => {
  const phase = phaseOf(state);
  const limit = state.started?.limits.maxSteps;
  return (
    phase?.type === "settled" ||
    state.stop !== undefined ||
    state.outcomes.has(rootRunId) ||
    (phase?.type === "generating" && limit !== undefined && state.steps >= limit)
  );
};

const doing = (state: JobState, activity: string): string => {
  if (state.stop?.type === "interrupted" || state.stop?.type === "jobTimeout") return "stopping";
  if (isAtItsEnd(state)) return "finishing";
  const calls = pendingCalls(phaseOf(state));
  return calls.length > 0 ? calls.map((call) => call.tool).join(", ") : activity;
};

const short = (count: number): string => (count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`);
