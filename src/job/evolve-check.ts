import { grown } from "./context.ts";
import type { JobEvent } from "./event.ts";
import type { Failure, RunOutcome } from "./outcome.ts";
import { nextStep } from "./run-step.ts";
import { type JobState, type Run, rootRunId } from "./state.ts";

/** The Coordinator's answer is held against the job's schema before it counts. */
export const heldToSchema = (state: JobState, run: Run): Run => {
  const { phase } = run;
  if (run.id !== rootRunId || state.started?.outputSchema === undefined) return run;
  if (phase.type !== "settled" || phase.outcome.type !== "completed") return run;
  return { ...run, phase: { type: "checkingAnswer", text: phase.outcome.text } };
};

/** Answers in a row that may miss the schema before the Run has failed. */
const mostMisfits = 3;

/** An answer that fits is the Run's end; one that does not is asked for again, with what is wrong with it. */
export const afterCheck = (run: Run, { verdict }: Extract<JobEvent, { type: "answerChecked" }>): Run => {
  if (run.phase.type !== "checkingAnswer") return run;
  const settled = (outcome: RunOutcome): Run => ({ ...run, phase: { type: "settled", outcome } });
  if (verdict.type === "valid") {
    return settled({
      type: "completed",
      text: JSON.stringify(verdict.value),
      structured: verdict.value,
    });
  }
  const misfits = run.misfits + 1;
  if (misfits >= mostMisfits) return settled({ type: "failed", error: misfit(verdict.error) });
  const text = `The answer is not what was asked for: ${verdict.error}. Give the final answer again as one JSON object that satisfies the schema, and nothing else.`;
  const parts = [{ type: "text", text } as const];
  return {
    ...run,
    misfits,
    messages: [...run.messages, { role: "user", parts }],
    context: grown(run.context, parts),
    step: nextStep(run),
    phase: { type: "generating", failures: [], toolChoice: "none", form: "structured" },
  };
};

const misfit = (error: string): Failure => ({
  name: "OutputSchemaMismatch",
  message: `The final answer did not satisfy the output schema in ${mostMisfits} attempts: ${error}.`,
  isRetryable: false,
});
