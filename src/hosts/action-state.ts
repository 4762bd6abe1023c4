import { getState, saveState } from "@actions/core";

/**
 * What `main` leaves for `post`, through the runner's state file, so that it is there also after a crash. Values
 * are paths and names, never secrets.
 */
export type StepState = {
  readonly jobDirectory: string;
  readonly artifactName: string;
  readonly retentionDays: string;
  readonly artifact: string;
  /** `yes` once the artifact is with GitHub, or once nothing is to be uploaded. */
  readonly uploaded: string;
  /** The comment that says how far the job is, as `action-unfinished.ts` writes it; empty once the answer is in it. */
  readonly unfinished: string;
  /** Where the trusted commit's tree lies for skills, if any started in one. */
  readonly treeDirectory: string;
};

const keys = [
  "jobDirectory",
  "artifactName",
  "retentionDays",
  "artifact",
  "uploaded",
  "unfinished",
  "treeDirectory",
] as const;

export const leaveState = (state: Partial<StepState>): void => {
  for (const [key, value] of Object.entries(state)) saveState(key, value);
};

export const foundState = (): StepState => {
  const [jobDirectory, artifactName, retentionDays, artifact, uploaded, unfinished, treeDirectory] = keys.map(
    (key) => getState(key),
  );
  return {
    jobDirectory: jobDirectory ?? "",
    artifactName: artifactName ?? "",
    retentionDays: retentionDays ?? "",
    artifact: artifact ?? "",
    uploaded: uploaded ?? "",
    unfinished: unfinished ?? "",
    treeDirectory: treeDirectory ?? "",
  };
};
