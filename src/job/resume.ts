import { callsUnderWay, pendingCalls } from "./decide-tools.ts";
import type { JobEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import { type JobState, liveRuns, type Run, rootRunId } from "./state.ts";

/** What a person brings to a job that goes on. */
export type ResumeInput =
  /** Nothing: it was cut off, or has a larger budget now. */
  | { readonly type: "none" }
  /** The answer to what it asked with an interactive tool. */
  | { readonly type: "answer"; readonly text: string }
  | { readonly type: "query"; readonly text: string };

/** Why a job cannot go on in this way, in words for the person who wants it to. */
export type ResumeRefusal = "atItsEnd" | "neverBegan" | "asksNothing";

/**
 * The events with which a job goes on from `state`. No call is made twice: one that was under way is made again only
 * if it is read-only; of any other the Expert is told that nobody knows whether it took effect.
 */
export const resumeEvents = (
  state: JobState,
  given: { readonly resumed: Extract<JobEvent, { type: "jobResumed" }>; readonly input: ResumeInput },
): readonly JobEvent[] | ResumeRefusal => {
  const reopened = evolve(state, given.resumed);
  const unknown = liveRuns(reopened)
    // Without its skills a Run that was cut off once before had not come to any call yet.
    .filter(({ id }) => state.runs.get(id)?.skills === "open")
    .flatMap(unknownOutcomes);
  const settled = unknown.reduce(evolve, reopened);
  const isOver = state.outcome !== undefined;
  const brought = inputEvents(settled, { ...given, isOver });
  return typeof brought === "string" ? brought : [given.resumed, ...unknown, ...brought];
};

const unknownOutcomes = (run: Run): readonly JobEvent[] => {
  if (run.phase.type !== "callingTools") return [];
  const readOnly = new Set(run.phase.tools.filter((tool) => tool.readOnly).map((tool) => tool.name));
  return callsUnderWay(pendingCalls(run.phase))
    .filter((call) => !readOnly.has(call.tool))
    .map((call) => result(run, call.id, { text: unknownOutcome(call.tool), isError: true }));
};

const unknownOutcome = (tool: string): string =>
  JSON.stringify({
    error: "OutcomeUnknown",
    message: `The job was cut off while ${tool} was under way. It may have done all of its work, a part of it or nothing: look before you call it again.`,
  });

const inputEvents = (
  state: JobState,
  { input, isOver }: { readonly input: ResumeInput; readonly isOver: boolean },
): readonly JobEvent[] | ResumeRefusal => {
  const root = state.runs.get(rootRunId);
  const questions =
    root?.phase.type === "callingTools" ? pendingCalls(root.phase).people.map(({ id }) => id) : [];
  switch (input.type) {
    case "none":
      return isOver && (root?.phase.type === "settled" || questions.length > 0) ? "atItsEnd" : [];
    case "answer": {
      // Of several questions the first; the job then stops again for the next.
      const [question] = questions;
      if (root === undefined || question === undefined) return "asksNothing";
      return [result(root, question, { text: input.text, isError: false })];
    }
    case "query": {
      if (root === undefined) return "neverBegan";
      const unanswered = questions.map((id) => result(root, id, { text: notAnswered, isError: true }));
      return [...unanswered, { type: "queryAdded", input: [{ type: "text", text: input.text }] }];
    }
    default:
      return input satisfies never;
  }
};

const notAnswered = JSON.stringify({
  error: "NotAnswered",
  message: "The question was not answered; what the person wrote instead follows.",
});

const result = (
  run: Run,
  toolCallId: string,
  { text, isError }: { readonly text: string; readonly isError: boolean },
): JobEvent => ({
  type: "toolCallFinished",
  runId: run.id,
  toolCallId,
  contents: [{ type: "text", text }],
  isError,
  durationMs: 0,
});
