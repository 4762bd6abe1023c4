import { pendingCalls } from "./decide-tools.ts";
import type { JobEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import type { RunOutcome } from "./outcome.ts";
import { type JobState, type Run, rootRunId } from "./state.ts";

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
 * The events with which a job goes on from `state`. The first of them says it all for what was under way: see
 * `resumed`. No call is made twice: one that was under way is made again only if it is read-only; of any other the
 * Expert is told that nobody knows whether it took effect.
 */
export const resumeEvents = (
  state: JobState,
  given: { readonly resumed: Extract<JobEvent, { type: "jobResumed" }>; readonly input: ResumeInput },
): readonly JobEvent[] | ResumeRefusal => {
  const brought = inputEvents(evolve(state, given.resumed), given.input, state.outcome);
  return typeof brought === "string" ? brought : [given.resumed, ...brought];
};

/** @param end how the job had ended, unless it was cut off */
const inputEvents = (
  state: JobState,
  input: ResumeInput,
  end: RunOutcome | undefined,
): readonly JobEvent[] | ResumeRefusal => {
  const root = state.runs.get(rootRunId);
  const questions =
    root?.phase.type === "callingTools" ? pendingCalls(root.phase).people.map(({ id }) => id) : [];
  switch (input.type) {
    case "none":
      return end?.type === "needsInput" || (end !== undefined && root?.phase.type === "settled")
        ? "atItsEnd"
        : [];
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
