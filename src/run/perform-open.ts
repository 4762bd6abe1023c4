import type { Expert } from "../definition/expert.ts";
import { ExpertStackError, inSentences } from "../errors.ts";
import type { PendingEffect } from "../job/effect.ts";
import type { JobEvent } from "../job/event.ts";
import type { Failure } from "../job/outcome.ts";
import { systemPrompt } from "../job/prompt.ts";
import { runTools } from "../job/run-tools.ts";
import { rootRunId } from "../job/state.ts";
import type { ToolDefinition } from "../job/tool.ts";
import { toolsAfter } from "../job/tool-changes.ts";
import type { SkillEvent } from "./ports.ts";
import { closeSkills, type JobStateView, type Shell } from "./shell.ts";

type EffectOf<Type extends PendingEffect["type"]> = Extract<PendingEffect, { readonly type: Type }>;

/** Starts the skills of a Run that begins. One whose skills do not start has failed before it began. */
export const performOpen = async (
  shell: Shell,
  { effect, state }: { readonly effect: EffectOf<"openRun">; readonly state: JobStateView },
  signal: AbortSignal,
): Promise<readonly JobEvent[]> => {
  const { runId, expert, query, parent } = effect;
  return await opened(shell, { effect, state, signal }, (ready) => ({
    type: "runStarted",
    runId,
    expert,
    ...ready,
    input: [{ type: "text", text: query }],
    ...(parent === undefined ? {} : { parent }),
  }));
};

/** Starts the skills of a Run that goes on. */
export const performReopen = async (
  shell: Shell,
  { effect, state }: { readonly effect: EffectOf<"reopenRun">; readonly state: JobStateView },
  signal: AbortSignal,
): Promise<readonly JobEvent[]> => {
  const { runId, expert } = effect;
  const events = await opened(shell, { effect, state, signal }, (ready) => ({
    type: "runResumed",
    runId,
    ...ready,
  }));
  return shell.experts.get(expert)?.workspace === "private" ? [...events, emptied(expert)] : events;
};

const emptied = (expert: string): JobEvent => ({
  type: "note",
  level: "warning",
  text: `The private workspace of "${expert}" went with the process that was cut off; it is empty now.`,
});

type Ready = { readonly system: string; readonly tools: readonly ToolDefinition[] };

type Opening = {
  readonly effect: EffectOf<"openRun" | "reopenRun">;
  readonly state: JobStateView;
  readonly signal: AbortSignal;
};

const opened = async (
  shell: Shell,
  opening: Opening,
  began: (ready: Ready) => JobEvent,
): Promise<readonly JobEvent[]> => {
  const { runId } = opening.effect;
  const changes = changesAfterStart(shell.emit);
  try {
    const ready = await openSkills(shell, opening, changes.emit);
    // Whoever aborted it will not hear of the Run, and so would not close it.
    if (opening.signal.aborted) await closeSkills(shell.open, runId);
    const held = changes.release();
    return [began({ ...ready, tools: held.reduce(toolsAfter, ready.tools) }), ...held];
  } catch (error) {
    await closeSkills(shell.open, runId);
    return [{ type: "runFinished", runId, outcome: { type: "failed", error: failureOf(error) } }];
  }
};

type ToolsChanged = Extract<SkillEvent, { type: "toolsChanged" }>;

/** A skill that starts in the background may be ready before its Run's beginning is recorded; its tools come after. */
const changesAfterStart = (emit: Shell["emit"]) => {
  const held: ToolsChanged[] = [];
  let isReleased = false;
  return {
    emit(event: SkillEvent): void {
      if (event.type !== "toolsChanged") emit(event);
      else if (isReleased) setImmediate(() => emit(event));
      else held.push(event);
    },
    release(): readonly ToolsChanged[] {
      isReleased = true;
      return held;
    },
  };
};

const openSkills = async (
  shell: Shell,
  { effect, state, signal }: Opening,
  emit: (event: SkillEvent) => void,
): Promise<Ready> => {
  const { runId, expert: expertKey } = effect;
  const expert = shell.experts.get(expertKey);
  if (expert === undefined) throw unknownExpert(expertKey);
  const place = runId === rootRunId ? "coordinator" : "delegate";
  const own = { expert, experts: shell.experts, place } as const;
  const locked = shell.locked.get(expertKey);
  const open = await shell.skills.open(
    { runId, expertKey, expert, emit, ...(locked === undefined ? {} : { locked }) },
    signal,
  );
  shell.open.set(runId, open);
  const { outputSchema } = state;
  const system = systemPrompt({
    instruction: expert.instruction,
    rules: rulesOf(expert, place),
    ...(place === "coordinator" && outputSchema !== undefined ? { outputSchema } : {}),
  });
  return { system, tools: runTools({ ...own, skillTools: open.tools }) };
};

const unknownExpert = (key: string): ExpertStackError =>
  new ExpertStackError({
    code: "EXPERT_NOT_FOUND",
    message: `There is no Expert "${key}".`,
    remedy: "Name one that the manifest defines.",
  });

/** Of the skills that the Run has: a delegate asks nobody. */
export const rulesOf = (
  expert: Expert,
  place: "coordinator" | "delegate",
): { skill: string; rule: string }[] =>
  Object.entries(expert.skills).flatMap(([skill, { type, rule }]) =>
    rule === undefined || (place === "delegate" && type === "interactiveSkill") ? [] : [{ skill, rule }],
  );

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
