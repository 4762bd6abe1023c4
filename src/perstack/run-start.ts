import type { JobState, Run } from "../job/state.ts";
import { noUsage } from "../job/usage.ts";
import { embeddedCheckpoint, toolCallsUnderWay } from "./checkpoint.ts";
import type { RunEventBody } from "./event.ts";
import { instructionMessage } from "./message.ts";
import { heardMessages } from "./run-event.ts";
import { messagesFrom, stepStart } from "./step.ts";
import type { Change, Stopped, Telling, Told } from "./told.ts";

export const tellStart = (state: JobState, run: Run, at: number): Telling => {
  const initialCheckpoint = embeddedCheckpoint(state, run, { status: "init", stepNumber: run.step });
  const input = messagesFrom(run, 0).filter((message) => message.type === "userMessage");
  const inputMessages = [instructionMessage(run.id, run.system), ...input];
  return {
    told: { step: stepStart(run, at), system: run.system, usage: noUsage, segment: { type: "open" } },
    events: [{ stepNumber: run.step, body: { type: "startRun", initialCheckpoint, inputMessages } }],
  };
};

/**
 * A Run that goes on: once its delegates have answered, or with its job. Perstack starts it again from the checkpoint
 * that it stopped at, with the results that have come since. It then tells what is still to be called, or the message
 * that holds all results. The step stays the one that it stopped in.
 */
export const tellGoingOn = (
  change: Change,
  run: Run,
  told: Told & { readonly segment: Stopped },
): Telling => {
  const { segment, system } = told;
  const { stepNumber } = told.step;
  const from = withResults(segment.run, run);
  const initialCheckpoint = embeddedCheckpoint(change.before, from, { status: segment.status, stepNumber });
  const heard = heardMessages(run, segment.run.messages.length);
  // Behind results a person's words are not the Run's input, but what it hears with them.
  const input =
    from.phase.type === "callingTools" ? [] : heard.filter((message) => message.type === "userMessage");
  const messages = segment.run.messages.length + input.length;
  const inputMessages = [
    ...(run.system === system ? [] : [instructionMessage(run.id, run.system)]),
    ...input,
  ];
  const isOver = change.event.type === "runFinished";
  const bodies: readonly RunEventBody[] = [
    { type: "startRun", initialCheckpoint, inputMessages },
    ...goingOn({ from, run, isOver }),
  ];
  return {
    told: {
      ...told,
      step: { stepNumber, startedAt: change.at, messages, usage: segment.run.usage },
      system: run.system,
      segment: { type: "open" },
    },
    events: bodies.map((body) => ({ stepNumber, body })),
  };
};

const goingOn = (at: {
  readonly from: Run;
  readonly run: Run;
  readonly isOver: boolean;
}): readonly RunEventBody[] => {
  const { from, run, isOver } = at;
  if (from.phase.type !== "callingTools") return [];
  if (run.phase.type !== "callingTools") {
    return [{ type: "finishAllToolCalls", newMessages: heardMessages(run, from.messages.length) }];
  }
  const { pendingToolCalls = [], partialToolResults = [] } = toolCallsUnderWay(run);
  return isOver ? [] : [{ type: "resumeToolCalls", pendingToolCalls, partialToolResults }];
};

/** The Run as it stopped, with the results that have come since, also where the last one has ended its step. */
const withResults = (stopped: Run, now: Run): Run => {
  if (stopped.phase.type !== "callingTools") return stopped;
  if (now.phase.type === "callingTools") return { ...stopped, phase: now.phase };
  const message = now.messages[stopped.messages.length];
  const results = message?.role === "tool" ? message.parts : stopped.phase.results;
  return { ...stopped, phase: { ...stopped.phase, results } };
};
