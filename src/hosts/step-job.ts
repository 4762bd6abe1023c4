import type { RecordedBase } from "../edges/workspace/recorded-base.ts";
import type { JobEvent, JournalEntry } from "../job/event.ts";
import type { JobState } from "../job/state.ts";
import type { Lockfile } from "../registry/lockfile.ts";
import type { Trigger } from "../request/trigger.ts";
import type { Artifacts, Comparison } from "../run/github-ports.ts";
import type { Catalog, JobHead, Redact } from "../run/ports.ts";
import type { JobPlan } from "../run/resolve.ts";
import type { RoleBook } from "../run/role-book.ts";
import type { Admission } from "./action-admission.ts";
import type { TrustedDefinitions } from "./action-definitions.ts";
import type { GitHub } from "./action-github.ts";
import type { JobSandbox } from "./job-sandbox.ts";
import type { LockedTools } from "./read-lock.ts";
import type { Step } from "./step.ts";

/** A job that was let in and planned. */
export type StepJob = {
  readonly step: Step;
  readonly trigger: Trigger;
  readonly plan: JobPlan;
  readonly admission: Extract<Admission, { type: "admitted" }>;
  readonly trusted: TrustedDefinitions;
  /** What a pull request changes, by the commits that its event named. */
  readonly comparison: Comparison | undefined;
  /** The commit that the job begins from, where the step lets changes of it be published. */
  readonly base: RecordedBase | undefined;
  readonly github: GitHub;
  readonly roles: RoleBook;
  readonly sandbox: JobSandbox;
  readonly catalog: Catalog;
  readonly locked: LockedTools;
  readonly packages: Lockfile["packages"];
  /** What a reader of the summary should know beyond the job itself. */
  readonly notes: readonly Extract<JobEvent, { type: "note" }>[];
};

/** The same, with what came of it. */
export type EndedJob = StepJob & {
  readonly state: JobState;
  readonly entries: readonly JournalEntry[];
  readonly directory: string;
  /** The journal's head, by which the record can be checked. */
  readonly head: JobHead["head"];
  readonly artifacts: Artifacts;
  readonly redact: Redact;
  readonly artifactName: string;
  /** Where it was told how far the job is, and the answer goes. */
  readonly comment?: { readonly id: number };
};
