import type { JournalEntry } from "../../job/event.ts";
import type { Failure } from "../../job/outcome.ts";
import type { Generation, Model } from "../../run/ports.ts";

/**
 * A model that answers from an earlier job's journal: for each step of each Run what was answered then, failed
 * attempts included, in order. It has no network; when the recording has no more answers it fails.
 */
export const recordedModel = (entries: readonly JournalEntry[]): Model => {
  const answers = new Map<string, Generation[]>();
  for (const { event } of entries) {
    if (event.type === "generationFinished") {
      const { runId, step, parts, finishReason, usage, model } = event;
      record(answers, key(runId, step), { type: "finished", parts, finishReason, usage, model });
    } else if (event.type === "generationFailed") {
      const { runId, step, error, partial } = event;
      record(answers, key(runId, step), { type: "failed", error, partial });
    }
  }
  return {
    async generate(turn, options) {
      const answer = answers.get(key(turn.runId, turn.step))?.shift();
      if (answer === undefined) return { type: "failed", error: exhausted(turn.step), partial: [] };
      for (const part of answer.type === "finished" ? answer.parts : answer.partial) {
        if (part.type === "text" || part.type === "thinking")
          options.onDelta({ type: part.type, text: part.text });
      }
      return answer;
    },
  };
};

const key = (runId: string, step: number): string => `${runId}:${step}`;

const record = (answers: Map<string, Generation[]>, at: string, answer: Generation): void => {
  answers.set(at, [...(answers.get(at) ?? []), answer]);
};

const exhausted = (step: number): Failure => ({
  name: "REPLAY_EXHAUSTED",
  message: `The recording has no answer for step ${step}: this job went another way than the recorded one.`,
  isRetryable: false,
});
