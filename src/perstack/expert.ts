import type { JobState } from "../job/state.ts";

export type PerstackExpert = { readonly key: string; readonly name: string; readonly version: string };

/** An Expert of the job, by its key. */
export const perstackExpert = (state: JobState, key: string): PerstackExpert => {
  const expert = state.started?.experts.find((candidate) => candidate.key === key);
  return { key, name: expert?.name ?? key, version: expert?.version ?? "" };
};
