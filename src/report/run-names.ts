import type { JobEvent } from "../job/event.ts";

/** What a reader calls Runs and calls by: an event has their ids alone. */
export type RunNames = {
  /** Takes a job's events from the first on. */
  see(event: JobEvent): void;
  /** The Expert of a Run that has started. */
  expertOf(runId: string): string | undefined;
  toolOf(runId: string, toolCallId: string): string | undefined;
};

export const runNames = (): RunNames => {
  const experts = new Map<string, string>();
  const tools = new Map<string, string>();
  return {
    see(event) {
      if (event.type === "runStarted") experts.set(event.runId, event.expert);
      if (event.type !== "generationFinished") return;
      for (const part of event.parts) {
        if (part.type === "toolCall") tools.set(`${event.runId} ${part.id}`, part.tool);
      }
    },
    expertOf: (runId) => experts.get(runId),
    toolOf: (runId, toolCallId) => tools.get(`${runId} ${toolCallId}`),
  };
};
