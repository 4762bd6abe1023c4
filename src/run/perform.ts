import type { PendingEffect } from "../job/effect.ts";
import type { JobEvent } from "../job/event.ts";
import type { ToolResultPart } from "../job/message.ts";
import type { Run } from "../job/state.ts";
import { performGenerate } from "./perform-generate.ts";
import { performOpen, performReopen } from "./perform-open.ts";
import { performTool } from "./perform-tool.ts";
import { closeSkills, type JobStateView, type Shell } from "./shell.ts";

type EffectOf<Type extends PendingEffect["type"]> = Extract<PendingEffect, { readonly type: Type }>;

/**
 * Does what the core decided on and says what came of it. Failures are events; only a defect rejects.
 *
 * @param run the effect's Run as it is now, or nothing when it is still to be opened
 */
export const perform = async (
  shell: Shell,
  effect: { readonly effect: PendingEffect; readonly run: Run | undefined; readonly state: JobStateView },
  signal: AbortSignal,
): Promise<readonly JobEvent[]> => {
  const { effect: todo, run, state } = effect;
  switch (todo.type) {
    case "openRun":
      return performOpen(shell, { effect: todo, state }, signal);
    case "reopenRun":
      return performReopen(shell, { effect: todo, state }, signal);
    case "closeRun":
      return closeRun(shell, todo);
    case "generate":
      return run === undefined ? [] : performGenerate(shell, { effect: todo, run, state }, signal);
    case "callTool":
      return run === undefined ? [] : performTool(shell, { effect: todo, run, state }, signal);
    case "reduceContext":
      return run === undefined ? [] : reduceContext(shell, todo, run);
    case "checkAnswer":
      return checkAnswer(todo, state);
    default:
      return todo satisfies never;
  }
};

const closeRun = async (shell: Shell, effect: EffectOf<"closeRun">): Promise<readonly JobEvent[]> => {
  await closeSkills(shell.open, effect.runId);
  return [{ type: "runFinished", runId: effect.runId, outcome: effect.outcome }];
};

/** Each result whole, as one text, in a blob of its own; what is bytes already keeps its blob. */
const reduceContext = (shell: Shell, effect: EffectOf<"reduceContext">, run: Run): readonly JobEvent[] => {
  const results = effect.results.map((part) => ({ toolCallId: part.id, blob: blobOf(shell, part) }));
  return [{ type: "contextReduced", runId: run.id, step: run.step, results }];
};

const blobOf = (shell: Shell, { contents }: ToolResultPart) => {
  const [only] = contents;
  if (contents.length === 1 && only?.type === "blob") return only;
  const texts = contents.map((content) =>
    content.type === "text" ? content.text : `[${content.mediaType}, blob sha256:${content.sha256}]`,
  );
  return shell.log.putBlob(new TextEncoder().encode(texts.join("\n")), "text/plain");
};

const checkAnswer = async (
  effect: EffectOf<"checkAnswer">,
  state: JobStateView,
): Promise<readonly JobEvent[]> => {
  const { checkedAnswer } = await import("../job/checked-answer.ts");
  const verdict = checkedAnswer(effect.text, state.outputSchema ?? {});
  return [{ type: "answerChecked", runId: effect.runId, verdict }];
};
