import type { RunOutcome } from "../job/outcome.ts";
import type { JobState, Run } from "../job/state.ts";
import { embeddedCheckpoint, unstartedCheckpoint } from "./checkpoint.ts";
import { originOf, waitingFor } from "./delegation.ts";
import type { RunEventBody } from "./event.ts";
import { type PerstackMessage, perstackMessage } from "./message.ts";
import { type CheckpointStatus, cutOff, errorOf, type PerstackError, statusOf } from "./outcome.ts";
import { askingPerson } from "./run-event.ts";
import { tellNextStep } from "./run-step.ts";
import { stepOf, unstartedStep } from "./step.ts";
import { andThen, type Change, type Telling, type Told, type ToldEvent } from "./told.ts";
import { perstackUsage, usageSince } from "./usage.ts";

type End = { readonly state: JobState; readonly run: Run; readonly at: number };

/** Only the step limit ends a Run in the step that is over: Perstack tells it instead of going on. */
export const tellEnd = (end: End, outcome: RunOutcome, told: Told): Telling => {
  const { run } = end;
  const status = statusOf(outcome);
  const isInLastStep = outcome.type === "maxSteps";
  const next = isInLastStep ? { told, events: [] } : tellNextStep(end.state, end, told);
  const asking = outcome.type === "needsInput" ? tellAsking(run, next) : next;
  return andThen(asking, (current) => {
    const { body, parts } = stopBody(end, { status, error: errorOf(outcome) }, current);
    if (outcome.type !== "completed") return stopped(run, { status, body }, current);
    const usage = perstackUsage(usageSince(run.usage, current.usage));
    const completed: RunEventBody = { type: "completeRun", ...parts, text: outcome.text, usage };
    return stopped(run, { status, body: completed }, { ...current, usage: run.usage });
  });
};

const tellAsking = (run: Run, telling: Telling): Telling =>
  andThen(telling, (told) => {
    const body = askingPerson(run, told.segment.type === "open" ? told.segment.asked : undefined);
    const events = body === undefined ? [] : [{ stepNumber: told.step.stepNumber, body }];
    return { told, events };
  });

/** A Run that has nothing left to do but to wait for its delegates. */
export const tellWaiting = (end: End, told: Told): Telling => {
  if (told.segment.type === "stopped" || waitingFor(end.state, end.run).length === 0) {
    return { told, events: [] };
  }
  const { body } = stopBody(end, { status: "stoppedByDelegate" }, told);
  return stopped(end.run, { status: "stoppedByDelegate", body }, told);
};

/** A Run that was at work when its job, which goes on now, was cut off. @param run as it was then */
export const tellCutOff = ({ before, at }: Change, run: Run, told: Told): Telling => {
  if (told.segment.type === "stopped") return { told, events: [] };
  const { body } = stopBody({ state: before, run, at }, { status: "stoppedByError", error: cutOff }, told);
  return stopped(run, { status: "stoppedByError", body }, told);
};

const stopped = (
  run: Run,
  stop: { readonly status: CheckpointStatus; readonly body: RunEventBody },
  told: Told,
): Telling => ({
  told: { ...told, segment: { type: "stopped", status: stop.status, run } },
  events: [{ stepNumber: told.step.stepNumber, body: stop.body }],
});

const stopBody = (
  { state, run, at }: End,
  as: { readonly status: CheckpointStatus; readonly error?: PerstackError | undefined },
  told: Told,
) => {
  const checkpoint = embeddedCheckpoint(state, run, { ...as, stepNumber: told.step.stepNumber });
  const parts = { checkpoint, step: stepOf(run, told.step, at) };
  const body: RunEventBody =
    as.error === undefined
      ? { type: stopTypeOf(as.status), ...parts }
      : { type: "stopRunByError", ...parts, error: as.error };
  return { parts, body };
};

const stopTypeOf = (status: CheckpointStatus) => {
  if (status === "stoppedByDelegate") return "stopRunByDelegate";
  return status === "stoppedByInteractiveTool" ? "stopRunByInteractiveTool" : "stopRunByExceededMaxSteps";
};

/**
 * A Run that ended before it began: a skill did not start, or the job was stopped. A delegate is started for the
 * stream all the same: Perstack's consumers take a Run that nobody delegated for the Coordinator, and its end for the
 * job's.
 */
export const tellUnstarted = (
  { after, at }: Change,
  ended: { readonly runId: string; readonly outcome: RunOutcome },
): { readonly expertKey: string; readonly events: readonly ToldEvent[] } | undefined => {
  const { runId, outcome } = ended;
  const error = errorOf(outcome);
  if (error === undefined) return undefined;
  const origin = originOf(after, runId);
  const stepNumber = origin?.stepNumber ?? 1;
  const checkpoint = unstartedCheckpoint(after, runId, { status: statusOf(outcome), error });
  const inputMessages = origin === undefined ? [] : queryMessages(runId, origin.query);
  const initialCheckpoint = unstartedCheckpoint(after, runId, { status: "init" });
  const step = unstartedStep(stepNumber, at);
  return {
    expertKey: checkpoint.expert.key,
    events: [
      ...(origin === undefined
        ? []
        : [{ stepNumber, body: { type: "startRun", initialCheckpoint, inputMessages } as const }]),
      { stepNumber, body: { type: "stopRunByError", checkpoint, step, error } },
    ],
  };
};

const queryMessages = (runId: string, query: string) => {
  const message: PerstackMessage = perstackMessage(
    { role: "user", parts: [{ type: "text", text: query }] },
    { runId, index: 0 },
  );
  return message.type === "userMessage" ? [message] : [];
};
