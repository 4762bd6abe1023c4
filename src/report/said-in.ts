import type { JobEvent } from "../job/event.ts";
import { textOf } from "../job/message.ts";

/** What others say in an event, by who says it: the texts of one source may be one text, such as a key line by line. */
export const saidIn = (event: JobEvent): { readonly source: string; readonly text: string } | undefined => {
  switch (event.type) {
    case "skillStderr":
      return { source: `${event.type} ${event.runId} ${event.skill}`, text: event.text };
    case "toolProgress":
      return { source: `${event.type} ${event.runId}`, text: event.message ?? "" };
    case "toolCallFinished":
      return { source: `${event.type} ${event.runId}`, text: textOf(event.contents) };
    case "generationFinished":
      return { source: `generation ${event.runId}`, text: textOf(event.parts) };
    case "generationFailed":
      return { source: `generation ${event.runId}`, text: textOf(event.partial) };
    case "note":
      return { source: event.type, text: event.text };
    default:
      return undefined;
  }
};
