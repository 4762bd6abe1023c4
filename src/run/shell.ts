import type { Expert } from "../definition/expert.ts";
import type { JobEvent } from "../job/event.ts";
import type {
  Catalog,
  Clock,
  JobLog,
  LockedTool,
  Model,
  Observer,
  OpenSkills,
  Redact,
  RedactStream,
  Skills,
} from "./ports.ts";

/** What effects are performed with. */
export type Shell = {
  readonly experts: ReadonlyMap<string, Expert>;
  /** Tools of skills as `perstack.lock` has them, by Expert and skill. */
  readonly locked: ReadonlyMap<string, ReadonlyMap<string, readonly LockedTool[]>>;
  readonly model: Model;
  readonly catalog: Catalog;
  readonly skills: Skills;
  readonly log: JobLog;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly redact: Redact;
  /** A redactor for one streamed text. */
  readonly redactStream: () => RedactStream;
  /** Runs whose skills are up, by Run id. */
  readonly open: Map<string, OpenSkills>;
  /** Records what a skill says of itself while an effect is under way. */
  readonly emit: (event: JobEvent) => void;
};

/** What an effect may know of the job as a whole. */
export type JobStateView = Extract<JobEvent, { type: "jobStarted" }>;

/** Ends the skills of a Run, once: they are out of `open` before they are disposed, whatever comes of that. */
export const closeSkills = async (open: Shell["open"], runId: string): Promise<void> => {
  const skills = open.get(runId);
  open.delete(runId);
  await skills?.[Symbol.asyncDispose]();
};
