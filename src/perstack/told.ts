import type { JobEvent } from "../job/event.ts";
import type { JobState, Run } from "../job/state.ts";
import type { Usage } from "../job/usage.ts";
import type { RunEventBody } from "./event.ts";
import type { CheckpointStatus } from "./outcome.ts";
import type { StepStart } from "./step.ts";

/** What was told of a Run so far. */
export type Told = {
  /** The step it is in. */
  readonly step: StepStart;
  /** The newest generation that was announced: its effect's id, and what its request held. */
  readonly generation?: { readonly id: string; readonly messages: number };
  /** The system prompt as it was told last. */
  readonly system: string;
  /** Of which `callTools` and its like have told. */
  readonly usage: Usage;
  readonly segment: Segment;
};

/** Perstack ends a Run also where it only stops, and starts it again where it goes on. */
export type Segment =
  /** `asked` is the question that was told last. */
  | { readonly type: "open"; readonly asked?: string }
  /** `run` as it was then. */
  | { readonly type: "stopped"; readonly status: CheckpointStatus; readonly run: Run };

export type Stopped = Extract<Segment, { readonly type: "stopped" }>;

export type ToldEvent = { readonly stepNumber: number; readonly body: RunEventBody };
export type Telling = { readonly told: Told; readonly events: readonly ToldEvent[] };

/** One event's change of the job. */
export type Change = {
  readonly before: JobState;
  readonly after: JobState;
  readonly event: JobEvent;
  readonly at: number;
};

/** Tells more of the Run, after what was told of it already. */
export const andThen = (telling: Telling, next: (told: Told) => Telling): Telling => {
  const { told, events } = next(telling.told);
  return { told, events: [...telling.events, ...events] };
};
