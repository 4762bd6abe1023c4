import type { Effect } from "../job/effect.ts";
import type { JobState, Run } from "../job/state.ts";
import { embeddedCheckpoint } from "./checkpoint.ts";
import type { RunEventBody } from "./event.ts";
import { instructionMessage } from "./message.ts";
import { messagesFrom, stepOf, stepStart } from "./step.ts";
import { andThen, type Change, type Telling, type Told } from "./told.ts";

/** What is to be told now that the model is to be asked: the step before it has ended, and this one begins. */
export const tellGeneration = (
  change: Change,
  effect: { readonly run: Run; readonly generate: Extract<Effect, { type: "generate" }> },
  told: Told,
): Telling => {
  const { run, generate } = effect;
  const { generation } = told;
  if (generation?.id === generate.id) return { told, events: [] };
  const messages =
    generation === undefined
      ? [instructionMessage(run.id, run.system), ...messagesFrom(run, 0)]
      : messagesFrom(run, generation.messages);
  return andThen(tellNextStep(change.after, { run, at: change.at }, told), (current) => ({
    told: { ...current, generation: { id: generate.id, messages: run.messages.length } },
    events: [{ stepNumber: run.step, body: { type: "startGeneration", messages } }],
  }));
};

/** A step that is over. In one that a Run was only started again in, nothing has happened that is worth telling. */
export const tellNextStep = (
  state: JobState,
  now: { readonly run: Run; readonly at: number },
  told: Told,
): Telling => {
  const { run, at } = now;
  const { stepNumber } = told.step;
  if (run.step === stepNumber) return { told, events: [] };
  const next: Told = { ...told, step: stepStart(run, at) };
  if (run.messages.length === told.step.messages) return { told: next, events: [] };
  const body: RunEventBody = {
    type: "continueToNextStep",
    checkpoint: embeddedCheckpoint(state, run, { status: "proceeding", stepNumber }),
    step: stepOf(run, told.step, at),
    nextCheckpoint: embeddedCheckpoint(state, run, { status: "proceeding", stepNumber: run.step }),
  };
  return { told: next, events: [{ stepNumber, body }] };
};
