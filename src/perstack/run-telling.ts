import type { JobEvent } from "../job/event.ts";
import type { Run } from "../job/state.ts";
import { addUsage } from "../job/usage.ts";
import { isDelegating } from "./delegation.ts";
import type { RunEventBody } from "./event.ts";
import { tellEnd, tellWaiting } from "./run-end.ts";
import { afterFailedGeneration, afterGeneration, afterMisfit, afterToolCall } from "./run-event.ts";
import { tellGoingOn, tellStart } from "./run-start.ts";
import { andThen, type Change, type Telling, type Told } from "./told.ts";
import { perstackUsage, usageSince } from "./usage.ts";

/** What is to be told of a Run that the change's own event is about. */
export const tellEvent = (change: Change, run: Run, told: Told | undefined): Telling => {
  const { after, event, at } = change;
  if (told === undefined) return tellStart(after, run, at);
  const start = goesOn(run, event, told);
  if (start?.segment.type === "stopped") {
    const { segment } = start;
    const telling = tellGoingOn(change, run, { ...start, segment });
    return event.type === "runFinished" ? tellEnding(change, run, telling) : telling;
  }
  if (told.segment.type === "stopped") return { told, events: [] };
  const telling = tellOpen(change, run, told);
  return andThen(telling, (current) => tellWaiting({ state: after, run, at }, current));
};

/**
 * A Run that has stopped goes on when its skills are up and it waits for no delegate any more. One that ends without
 * having gone on is started for its end: Perstack's every end has a start.
 */
const goesOn = (run: Run, event: JobEvent, told: Told): Told | undefined => {
  if (told.segment.type === "open") return undefined;
  if (event.type === "runFinished") return told;
  return run.skills === "open" && !isDelegating(run) ? told : undefined;
};

const tellEnding = ({ after, event, at }: Change, run: Run, telling: Telling): Telling =>
  event.type === "runFinished"
    ? andThen(telling, (told) => tellEnd({ state: after, run, at }, event.outcome, told))
    : telling;

const tellOpen = (change: Change, run: Run, told: Told): Telling => {
  const { before, event } = change;
  const earlier = before.runs.get(run.id) ?? run;
  const tell = (bodies: readonly RunEventBody[]): Telling => ({
    told,
    events: bodies.map((body) => ({ stepNumber: earlier.step, body })),
  });
  switch (event.type) {
    case "generationFinished":
      return afterAnswer(tell(afterGeneration(run, event)), addUsage(told.usage, event.usage));
    case "generationFailed":
      return tell(afterFailedGeneration(run));
    case "answerChecked": {
      const error = event.verdict.type === "invalid" ? event.verdict.error : "";
      const usage = perstackUsage(usageSince(run.usage, told.usage));
      return afterAnswer(tell(afterMisfit({ before: earlier, after: run }, error, usage)), run.usage);
    }
    case "toolCallFinished":
      return tell(afterToolCall(earlier, run, event));
    case "runFinished":
      return tellEnding(change, run, tell([]));
    default:
      return tell([]);
  }
};

/** Told with what it cost, and with the question that it puts. An answer of which nothing is told yet is told later. */
const afterAnswer = (telling: Telling, usage: Told["usage"]): Telling => {
  const { told, events } = telling;
  if (events.length === 0) return telling;
  const question = events.find(({ body }) => body.type === "callInteractiveTool")?.body;
  const asked = question?.type === "callInteractiveTool" ? question.toolCall.id : undefined;
  return {
    told: { ...told, usage, segment: { type: "open", ...(asked === undefined ? {} : { asked }) } },
    events,
  };
};
