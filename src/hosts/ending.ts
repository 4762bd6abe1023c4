import type { ResolvedExpert } from "../job/event.ts";
import type { RunOutcome } from "../job/outcome.ts";
import type { Usage } from "../job/usage.ts";
import type { Conclusion } from "../report/conclusion.ts";
import type { JobReport, Problem } from "../report/job-report.ts";
import type { Trigger } from "../request/trigger.ts";
import type { Delivery } from "../run/publish.ts";

/** How the step ended, with all that is known of it by then. */
export type Ending = {
  readonly conclusion: Conclusion;
  readonly expert: string;
  readonly trigger?: Trigger;
  readonly problem?: Problem;
  readonly report?: JobReport;
  readonly delivery?: Delivery;
  readonly job?: EndingJob;
  /** What `mode: plan` left: the artifact's id and the digest of the plan in it, or `help`, which needs no plan. */
  readonly plan?: { readonly reference: string; readonly digest: string };
  /** `none` for a step that ran no job and reports on none. */
  readonly summary?: "none";
};

/** The job as the step's outputs tell it. */
export type EndingJob = {
  readonly id: string;
  readonly checkpoint: string;
  readonly expert: ResolvedExpert | undefined;
  readonly outcome: RunOutcome | undefined;
  readonly steps: number;
  readonly usage: Usage;
  readonly responseFile: string;
  /** The journal; empty where another machine has it. */
  readonly executionFile: string;
};
