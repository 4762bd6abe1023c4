import type { RunOutcome } from "../job/outcome.ts";
import type { PlannedOutput } from "../outputs/output-kinds.ts";
import type { ArtifactLink, JobReport } from "../report/job-report.ts";
import type { Trigger } from "../request/trigger.ts";
import type { Artifacts, Comparison } from "../run/github-ports.ts";
import type { Redact } from "../run/ports.ts";
import type { Deliverables } from "../run/publish.ts";
import type { ReadyChange } from "./action-change.ts";
import type { Step } from "./step.ts";

/** What came of a job, whether it ran in this step or in one before it. */
export type JobResult = {
  readonly step: Step;
  readonly trigger: Trigger;
  readonly trust: "trusted" | "untrusted";
  /** What the pull request of the trigger changes. */
  readonly comparison: Comparison | undefined;
  /** The commit that the job began from, where the step lets changes be published. */
  readonly base: string | undefined;
  /** Reads what changed in the workspace, for the outputs that publish it. */
  readonly readyChange: (planned: readonly PlannedOutput[]) => Promise<ReadyChange>;
  readonly jobId: string;
  readonly outcome: RunOutcome | undefined;
  /** What the Expert asked to have published, as events have it. */
  readonly recorded: readonly unknown[];
  /** Without what looks like anybody's secret; with the artifact, where it is stored already. */
  readonly report: JobReport;
  readonly redact: Redact;
  readonly artifacts: Artifacts;
  /** Where it was told how far the job is, and the answer goes. */
  readonly comment?: { readonly id: number };
};

/** A record that is still to be stored. */
export type JobRecord = {
  readonly kind: ArtifactLink["kind"];
  readonly wanted: NonNullable<Deliverables["artifact"]>;
};
