import { type JobStatus, jobStatus } from "../job/job-status.ts";
import type { JobState } from "../job/state.ts";
import { type PerstackUsage, perstackUsage } from "./usage.ts";

export type PerstackJob = {
  readonly id: string;
  readonly status: JobStatus;
  readonly coordinatorExpertKey: string;
  readonly totalSteps: number;
  readonly maxSteps?: number;
  readonly usage: PerstackUsage;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt?: number;
};

/** The job as Perstack lists it; nothing before its first event. Times are those of its first and last entry. */
export const jobOf = (
  state: JobState,
  times: { readonly startedAt: number; readonly finishedAt?: number },
): PerstackJob | undefined => {
  if (state.started === undefined) return undefined;
  const { jobId, coordinator, limits } = state.started;
  return {
    id: jobId,
    status: jobStatus(state),
    coordinatorExpertKey: coordinator,
    totalSteps: state.steps,
    ...(limits.maxSteps === undefined ? {} : { maxSteps: limits.maxSteps }),
    usage: perstackUsage(state.usage),
    startedAt: times.startedAt,
    ...(times.finishedAt === undefined ? {} : { finishedAt: times.finishedAt }),
  };
};
