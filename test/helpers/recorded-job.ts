import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadJob } from "../../src/edges/store/load-job.ts";
import type { JobEvent, JournalEntry } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import type { ToolResultPart } from "../../src/job/message.ts";
import type { RunOutcome } from "../../src/job/outcome.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import type { JobHead } from "../../src/run/ports.ts";

/** A job read back from its folder, whole. */
export type RecordedJob = {
  readonly directory: string;
  readonly entries: readonly JournalEntry[];
  readonly head: JobHead;
  readonly state: JobState;
  readonly outcome: RunOutcome;
  /** Events of one type, in order. */
  events<Type extends JobEvent["type"]>(type: Type): readonly Extract<JobEvent, { type: Type }>[];
  /** What the model heard from its tools, in the order of the conversation. */
  readonly heard: readonly { readonly tool: string; readonly text: string; readonly isError: boolean }[];
};

/**
 * Loads a job as a resume would.
 *
 * @throws when the chain is broken, when something is missing at the end, and when the fold is not at its end
 */
export const loadRecorded = (directory: string): RecordedJob => {
  const { entries, head } = loadJob(directory);
  const state = entries.map((entry) => entry.event).reduce(evolve, emptyState);
  const last = entries.at(-1)?.event;
  if (head === undefined) throw new Error(`${directory} has no job.json`);
  if (head.head.seq !== entries.length) throw new Error(`${directory}: job.json is not at the journal's end`);
  if (last?.type !== "jobFinished") throw new Error(`${directory} ends with ${last?.type}`);
  if (state.outcome === undefined) throw new Error(`${directory} folds to a job without an end`);
  return {
    directory,
    entries,
    head,
    state,
    outcome: state.outcome,
    events: (type) => entries.flatMap(({ event }) => (isOfType(event, type) ? [event] : [])),
    heard: [...state.runs.values()].flatMap((run) =>
      run.messages.flatMap((message) =>
        message.role === "tool" ? message.parts.map((part) => heardResult(directory, part)) : [],
      ),
    ),
  };
};

const isOfType = <Type extends JobEvent["type"]>(
  event: JobEvent,
  type: Type,
): event is Extract<JobEvent, { type: Type }> => event.type === type;

const heardResult = (directory: string, { tool, contents, isError }: ToolResultPart) => ({
  tool,
  isError,
  text: contents
    .map((content) =>
      content.type === "text"
        ? content.text
        : readFileSync(join(directory, "blobs", content.sha256)).toString("utf8"),
    )
    .join("\n"),
});
