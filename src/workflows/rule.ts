import type { Job, Path, Step, Workflow } from "./workflow.ts";

/** What a rule finds. */
export type Remark = {
  /** An `error` is something that somebody could use, or that does not do what it seems to do. */
  readonly severity: "error" | "warning";
  readonly path: Path;
  /** A sentence without its full stop. */
  readonly message: string;
  /** To follow "expected". */
  readonly expected: string;
  /** What to type: a sentence. */
  readonly remedy: string;
};

export type Rule = {
  /** In kebab-case, as documentation has it. */
  readonly name: string;
  readonly find: (workflow: Workflow) => readonly Remark[];
};

/** A step of this action: of the released one, or of a checkout's own. */
export const isOurs = ({ uses = "", with: inputs }: Step): boolean =>
  inputs?.expert !== undefined && /(^|\/)expert-stack(\/|@)|^\.{1,2}\//.test(uses);

export type OurJob = { readonly job: Job; readonly step: Step };

/** The jobs that run an Expert, each with its first step that does. */
export const ourJobs = ({ jobs }: Workflow): readonly OurJob[] =>
  jobs.flatMap((job) => {
    const step = job.steps.find(isOurs);
    return step === undefined ? [] : [{ job, step }];
  });

export const hasEvent = ({ events }: Workflow, ...names: readonly string[]): boolean =>
  names.some((name) => events.has(name));
