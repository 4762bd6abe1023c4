import type { Expert } from "../definition/expert.ts";
import { ExpertStackError, inSentences } from "../errors.ts";
import type { Effect } from "../job/decide.ts";
import type { Failure, JobEvent } from "../job/event.ts";
import { systemPrompt } from "../job/prompt.ts";
import type { Run } from "../job/state.ts";
import { performGenerate } from "./perform-generate.ts";
import { performTool } from "./perform-tool.ts";
import type { JobStateView, Shell } from "./shell.ts";

export type ShellEffect = Exclude<Effect, { type: "record" }>;

/**
 * Does what the core decided on and says what came of it. Failures are events; only a defect rejects.
 *
 * @param run the effect's Run as it is now, or nothing when it is still to be opened
 */
export const perform = async (
  shell: Shell,
  effect: { readonly effect: ShellEffect; readonly run: Run | undefined; readonly state: JobStateView },
  signal: AbortSignal,
): Promise<readonly JobEvent[]> => {
  const { effect: todo, run, state } = effect;
  switch (todo.type) {
    case "openRun":
      return openRun(shell, todo, signal);
    case "closeRun":
      return closeRun(shell, todo);
    case "generate":
      return run === undefined ? [] : performGenerate(shell, { effect: todo, run, state }, signal);
    case "callTool":
      return run === undefined ? [] : performTool(shell, { effect: todo, run, state }, signal);
    default:
      return todo satisfies never;
  }
};

const openRun = async (
  shell: Shell,
  effect: Extract<Effect, { type: "openRun" }>,
  signal: AbortSignal,
): Promise<readonly JobEvent[]> => {
  const expert = shell.experts.get(effect.expert);
  if (expert === undefined) return [failedToOpen(effect.runId, unknownExpert(effect.expert))];
  try {
    const { runId, expert: expertKey } = effect;
    const open = await shell.skills.open({ runId, expertKey, expert, emit: shell.emit }, signal);
    shell.open.set(runId, open);
    const system = systemPrompt({ instruction: expert.instruction, rules: rulesOf(expert) });
    const input = [{ type: "text", text: effect.query } as const];
    return [{ type: "runStarted", runId, expert: expertKey, system, tools: open.tools, input }];
  } catch (error) {
    return [failedToOpen(effect.runId, error)];
  }
};

const unknownExpert = (key: string): ExpertStackError =>
  new ExpertStackError({
    code: "EXPERT_NOT_FOUND",
    message: `There is no Expert "${key}".`,
    remedy: "Name one that the manifest defines.",
  });

const rulesOf = (expert: Expert): { skill: string; rule: string }[] =>
  Object.entries(expert.skills).flatMap(([skill, definition]) =>
    definition.rule === undefined ? [] : [{ skill, rule: definition.rule }],
  );

const failedToOpen = (runId: string, reason: unknown): JobEvent => ({
  type: "runFinished",
  runId,
  outcome: { type: "failed", error: failureOf(reason) },
});

const failureOf = (reason: unknown): Failure => {
  if (!(reason instanceof Error)) return { name: "Error", message: String(reason), isRetryable: false };
  const { message } = reason;
  const remedy = "remedy" in reason && typeof reason.remedy === "string" ? reason.remedy : undefined;
  const name = "code" in reason && typeof reason.code === "string" ? reason.code : reason.name;
  return {
    name,
    message: remedy === undefined ? message : inSentences(message, remedy),
    isRetryable: false,
  };
};

const closeRun = async (
  shell: Shell,
  effect: Extract<Effect, { type: "closeRun" }>,
): Promise<readonly JobEvent[]> => {
  await shell.open.get(effect.runId)?.[Symbol.asyncDispose]();
  shell.open.delete(effect.runId);
  return [{ type: "runFinished", runId: effect.runId, outcome: effect.outcome }];
};
