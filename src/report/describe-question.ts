import { pendingCalls } from "../job/decide-tools.ts";
import { type JsonObject, textOf } from "../job/message.ts";
import { type JobState, rootRunId } from "../job/state.ts";

/** What a job that waits for a person asks: what was said beside it, and each question as it was written. */
export type Question = {
  readonly said: string;
  readonly calls: readonly { readonly tool: string; readonly args: JsonObject }[];
};

/** @returns nothing for a job that waits for nobody */
export const questionOf = ({ outcome, runs }: JobState): Question | undefined => {
  const root = runs.get(rootRunId);
  if (outcome?.type !== "needsInput" || root?.phase.type !== "callingTools") return undefined;
  return {
    said: textOf(root.messages.at(-1)?.parts ?? []).trim(),
    calls: pendingCalls(root.phase).people.map(({ tool, args }) => ({ tool, args })),
  };
};
