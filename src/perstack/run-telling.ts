import type { Effect } from "../job/effect.ts";
import type { JobEvent } from "../job/event.ts";
import type { RunOutcome } from "../job/outcome.ts";
import type { JobState, Run } from "../job/state.ts";
import { addUsage, noUsage, type Usage } from "../job/usage.ts";
import { embeddedCheckpoint, errorOf, statusOf, unstartedCheckpoint } from "./checkpoint.ts";
import type { RunEventBody } from "./event.ts";
import { instructionMessage } from "./message.ts";
import { afterFailedGeneration, afterGeneration, afterToolCall } from "./run-event.ts";
import { messagesFrom, type StepStart, stepOf, stepStart, unstartedStep } from "./step.ts";
import { perstackUsage, usageSince } from "./usage.ts";

/** What was told of a Run so far. */
export type Told = {
  /** The step it is in. */
  readonly step: StepStart;
  /** Effect id of the newest generation that was announced. */
  readonly generation: string | undefined;
  readonly usage: Usage;
};

export type Telling = {
  readonly told: Told;
  readonly events: readonly { readonly stepNumber: number; readonly body: RunEventBody }[];
};

/** One event's change of the job. */
export type Change = {
  readonly before: JobState;
  readonly after: JobState;
  readonly event: JobEvent;
  readonly at: number;
};

/** What is to be told of a Run that the change's own event is about. */
export const tellEvent = (change: Change, run: Run, told: Told | undefined): Telling => {
  const { before, after, event, at } = change;
  if (told === undefined) return tellStart(after, run, at);
  const earlier = before.runs.get(run.id) ?? run;
  const stepNumber = earlier.step;
  const inStep = (bodies: readonly RunEventBody[]) => bodies.map((body) => ({ stepNumber, body }));
  switch (event.type) {
    case "generationFinished": {
      const events = inStep(afterGeneration(run, event));
      return events.length === 0
        ? { told, events }
        : { told: { ...told, usage: addUsage(told.usage, event.usage) }, events };
    }
    case "generationFailed":
      return { told, events: inStep(afterFailedGeneration(run)) };
    case "toolCallFinished":
      return { told, events: inStep(afterToolCall(earlier, run, event)) };
    case "runFinished":
      return tellEnd({ after, run, at, outcome: event.outcome }, told);
    default:
      return { told, events: [] };
  }
};

const tellStart = (state: JobState, run: Run, at: number): Telling => {
  const initialCheckpoint = embeddedCheckpoint(state, run, { status: "init", stepNumber: run.step });
  const input = messagesFrom(run, 0).filter((message) => message.type === "userMessage");
  const inputMessages = [instructionMessage(run.id, run.system), ...input];
  return {
    told: { step: stepStart(run, at), generation: undefined, usage: noUsage },
    events: [{ stepNumber: run.step, body: { type: "startRun", initialCheckpoint, inputMessages } }],
  };
};

/** What is to be told now that the model is to be asked: the step before it has ended, and this one begins. */
export const tellGeneration = (
  change: Change,
  effect: { readonly run: Run; readonly generate: Extract<Effect, { type: "generate" }> },
  told: Told,
): Telling => {
  const { run, generate } = effect;
  if (told.generation === generate.id) return { told, events: [] };
  const next = tellNextStep(change.after, { run, at: change.at }, told);
  const messages =
    told.generation === undefined
      ? [instructionMessage(run.id, run.system), ...messagesFrom(run, 0)]
      : messagesFrom(run, told.step.messages);
  return {
    told: { ...next.told, generation: generate.id },
    events: [...next.events, { stepNumber: run.step, body: { type: "startGeneration", messages } }],
  };
};

const tellNextStep = (
  state: JobState,
  now: { readonly run: Run; readonly at: number },
  told: Told,
): Telling => {
  const { run, at } = now;
  const { stepNumber } = told.step;
  if (run.step === stepNumber) return { told, events: [] };
  const body: RunEventBody = {
    type: "continueToNextStep",
    checkpoint: embeddedCheckpoint(state, run, { status: "proceeding", stepNumber }),
    step: stepOf(run, told.step, at),
    nextCheckpoint: embeddedCheckpoint(state, run, { status: "proceeding", stepNumber: run.step }),
  };
  return { told: { ...told, step: stepStart(run, at) }, events: [{ stepNumber, body }] };
};

type End = {
  readonly after: JobState;
  readonly run: Run;
  readonly at: number;
  readonly outcome: RunOutcome;
};

/** Only the step limit ends a Run in the step that is over: Perstack tells it instead of going on. */
const tellEnd = (end: End, told: Told): Telling => {
  const isInLastStep = end.outcome.type === "maxSteps";
  const next = isInLastStep ? { told, events: [] } : tellNextStep(end.after, end, told);
  const { stepNumber } = next.told.step;
  return { told: next.told, events: [...next.events, { stepNumber, body: endBody(end, next.told) }] };
};

const endBody = ({ after, run, at, outcome }: End, told: Told): RunEventBody => {
  const { stepNumber } = told.step;
  const checkpoint = embeddedCheckpoint(after, run, { status: statusOf(outcome), stepNumber });
  const step = stepOf(run, told.step, at);
  if (outcome.type === "completed") {
    const usage = perstackUsage(usageSince(run.usage, told.usage));
    return { type: "completeRun", checkpoint, step, text: outcome.text, usage };
  }
  const error = errorOf(outcome);
  return error === undefined
    ? { type: "stopRunByExceededMaxSteps", checkpoint, step }
    : { type: "stopRunByError", checkpoint, step, error };
};

/** A Run that ended before it began: a skill did not start, or the job was stopped. */
export const tellUnstarted = (
  change: Change,
  ended: { readonly runId: string; readonly outcome: RunOutcome },
): RunEventBody | undefined => {
  const error = errorOf(ended.outcome);
  if (error === undefined) return undefined;
  const checkpoint = unstartedCheckpoint(change.after, ended.runId, ended.outcome);
  return { type: "stopRunByError", checkpoint, step: unstartedStep(change.at), error };
};
