import type { Verdict } from "./answer.ts";
import { checkpointId } from "./checkpoint.ts";
import { isControlCall } from "./control-tools.ts";
import type { Failure, JobEvent, RunOutcome } from "./event.ts";
import { type AnswerPart, type Message, type ToolResultPart, textOf } from "./message.ts";
import { longestRetryAfterMs } from "./retry.ts";
import type { JobState, Phase, Run } from "./state.ts";
import { openTodos, todosAfter } from "./todo.ts";
import type { ToolDefinition } from "./tool.ts";
import { noUsage } from "./usage.ts";

type InPhase<Type extends Phase["type"]> = Run & { readonly phase: Extract<Phase, { type: Type }> };

export type GeneratingRun = InPhase<"generating">;
export type CallingRun = InPhase<"callingTools">;

/** A Run before its first step, with the checkpoint that its first step starts from. */
export const startedRun = (state: JobState, event: Extract<JobEvent, { type: "runStarted" }>): Run => {
  const messages: readonly Message[] = [{ role: "user", parts: event.input }];
  const parent = event.parent === undefined ? undefined : state.runs.get(event.parent.runId);
  const run: Run = {
    id: event.runId,
    expert: event.expert,
    system: event.system,
    tools: event.tools,
    ...(event.parent === undefined ? {} : { parent: event.parent }),
    messages,
    step: (parent?.step ?? 0) + 1,
    phase: { type: "generating", failures: [], toolChoice: "auto" },
    todos: [],
    usage: noUsage,
    checkpoint: { id: "", step: 0, messages: 0 },
  };
  const definition = state.started?.experts.find((expert) => expert.key === event.expert)?.digest ?? "";
  return { ...run, checkpoint: nextCheckpoint(run, `${definition}\n${event.system}`) };
};

/** The skill's tools in place of those it had, so that the others keep their order in every request. */
export const withTools = (run: Run, event: Extract<JobEvent, { type: "toolsChanged" }>): Run => {
  const isOwn = (tool: ToolDefinition): boolean =>
    tool.skill === event.skill && tool.answeredBy === undefined;
  const first = run.tools.findIndex(isOwn);
  const others = run.tools.filter((tool) => !isOwn(tool));
  // A skill that had none yet comes after all other skills.
  const at = first === -1 ? others.findIndex((tool) => tool.answeredBy !== undefined) : first;
  const place = at === -1 ? others.length : at;
  return { ...run, tools: [...others.slice(0, place), ...event.tools, ...others.slice(place)] };
};

/** An answer that can be used: its calls are to be made, or the Run is at its end. */
export const afterAnswer = (
  run: Run,
  parts: readonly AnswerPart[],
  verdict: Exclude<Verdict, { type: "unusable" }>,
): Run => {
  const said: Run = { ...run, messages: [...run.messages, { role: "expert", parts }] };
  return verdict.type === "ends"
    ? endStep(said, verdict.outcome)
    : { ...said, phase: { type: "callingTools", calls: verdict.calls, results: [] } };
};

/** A failed attempt: another one, or the Run's end. */
export const afterFailure = (run: GeneratingRun, failure: Failure, maxRetries: number): Run => {
  const { failures, toolChoice } = run.phase;
  const tooLong = (failure.retryAfterMs ?? 0) > longestRetryAfterMs;
  if (!failure.isRetryable || failures.length >= maxRetries || tooLong) {
    return { ...run, phase: { type: "settled", outcome: { type: "failed", error: failure } } };
  }
  return { ...run, phase: { type: "generating", failures: [...failures, failure], toolChoice } };
};

/** One call's result; with the last one the step ends. */
export const afterToolCall = (
  run: CallingRun,
  event: Extract<JobEvent, { type: "toolCallFinished" }>,
): Run => {
  const { calls } = run.phase;
  const call = calls.find((candidate) => candidate.id === event.toolCallId);
  if (call === undefined || run.phase.results.some((result) => result.id === call.id)) return run;
  const { contents, isError } = event;
  const results = [
    ...run.phase.results,
    { type: "toolResult", id: call.id, tool: call.tool, contents, isError } as const,
  ];
  const todos = !isError && isControlCall(run.tools, call) ? todosAfter(run.todos, call) : run.todos;
  const next: CallingRun = { ...run, todos, phase: { type: "callingTools", calls, results } };
  const isComplete = calls.every(({ id }) => results.some((result) => result.id === id));
  return isComplete ? afterAllToolCalls(next) : next;
};

const afterAllToolCalls = (run: CallingRun): Run => {
  const { calls, results } = run.phase;
  const parts = calls.flatMap((call) => results.filter((result) => result.id === call.id));
  const heard: Run = { ...run, messages: [...run.messages, { role: "tool", parts }] };
  if (!completionAccepted(run, parts)) return endStep(heard, "next");
  const text = textOf(run.messages.at(-1)?.parts ?? []).trim();
  return text === "" ? endStep(heard, "closing") : endStep(heard, { type: "completed", text });
};

const completionAccepted = (run: CallingRun, results: readonly ToolResultPart[]): boolean => {
  const completions = run.phase.calls.filter(
    (call) => call.tool === "attemptCompletion" && isControlCall(run.tools, call),
  );
  const isAnswered = completions.some(({ id }) =>
    results.some((result) => result.id === id && !result.isError),
  );
  return isAnswered && openTodos(run.todos).length === 0;
};

/** Closes the step with a checkpoint: on to the next step, to the closing text, or to the Run's end. */
const endStep = (run: Run, then: RunOutcome | "next" | "closing"): Run => {
  const checkpoint = nextCheckpoint(run, run.checkpoint.id);
  if (typeof then !== "string") return { ...run, checkpoint, phase: { type: "settled", outcome: then } };
  const toolChoice = then === "closing" ? "none" : "auto";
  return { ...run, checkpoint, step: run.step + 1, phase: { type: "generating", failures: [], toolChoice } };
};

const nextCheckpoint = (run: Run, previous: string): Run["checkpoint"] => {
  const newMessages = run.messages.slice(run.checkpoint.messages);
  const step = run.checkpoint.id === "" ? run.step - 1 : run.step;
  const { id: runId, expert, todos } = run;
  return {
    id: checkpointId({ previous, runId, expert, step, newMessages, todos }),
    step,
    messages: run.messages.length,
  };
};
