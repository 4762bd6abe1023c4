import type { JobState } from "../job/state.ts";
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
  readonly job?: {
    readonly state: JobState;
    readonly directory: string;
    readonly responseFile: string;
  };
};
