import { checkpointId } from "./checkpoint.ts";
import type { RunOutcome } from "./outcome.ts";
import type { Run } from "./state.ts";

/** The checkpoint that a Run's first step starts from. @param origin what the Run is made of, beside its messages */
export const firstCheckpoint = (run: Run, origin: string): Run["checkpoint"] =>
  nextCheckpoint(run, { previous: origin, step: run.step - 1 });

/** A delegate's steps come between those of whoever called it. */
export const nextStep = ({ step, delegatedSteps }: Run): number => Math.max(step, delegatedSteps) + 1;

/** Closes the step with a checkpoint: on to the next step, to the closing text, or to the Run's end. */
export const endStep = (run: Run, then: RunOutcome | "next" | "closing"): Run => {
  const checkpoint = nextCheckpoint(run, { previous: run.checkpoint.id, step: run.step });
  if (typeof then !== "string") return { ...run, checkpoint, phase: { type: "settled", outcome: then } };
  const toolChoice = then === "closing" ? "none" : "auto";
  return {
    ...run,
    checkpoint,
    step: nextStep(run),
    phase: { type: "generating", failures: [], toolChoice, form: "free" },
  };
};

const nextCheckpoint = (
  run: Run,
  at: { readonly previous: string; readonly step: number },
): Run["checkpoint"] => {
  const newMessages = run.messages.slice(run.checkpoint.messages);
  const { id: runId, expert, todos } = run;
  const reduced = [...run.context.reduced];
  return {
    id: checkpointId({
      ...at,
      runId,
      expert,
      newMessages,
      todos,
      ...(reduced.length === 0 ? {} : { reduced }),
    }),
    step: at.step,
    messages: run.messages.length,
  };
};
