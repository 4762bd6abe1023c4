import { controlAnswer, isControlCall } from "./control-tools.ts";
import type { JobEvent, RunOutcome } from "./event.ts";
import type { ToolCallPart } from "./message.ts";
import { retryDelayMs } from "./retry.ts";
import { type JobState, type Run, rootRunId } from "./state.ts";

/**
 * Something the shell should be doing now. An effect is the same effect as long as its `id` is; one that is no
 * longer decided on is to be aborted.
 */
export type Effect =
  /** Already known: only to be stamped and appended. */
  | { readonly type: "record"; readonly id: string; readonly event: JobEvent }
  /** Start the Expert's skills, then record `runStarted`. */
  | {
      readonly type: "openRun";
      readonly id: string;
      readonly runId: string;
      readonly expert: string;
      readonly query: string;
    }
  /** Wait `delayMs`, then ask the model. */
  | {
      readonly type: "generate";
      readonly id: string;
      readonly runId: string;
      readonly toolChoice: "auto" | "none";
      readonly delayMs: number;
    }
  | { readonly type: "callTool"; readonly id: string; readonly runId: string; readonly call: ToolCallPart }
  /** End the Run's skills, then record `runFinished`. */
  | { readonly type: "closeRun"; readonly id: string; readonly runId: string; readonly outcome: RunOutcome };

/** What should be going on in this state, whatever already is. Pure: no clock, no randomness, never throws. */
export const decide = (state: JobState): readonly Effect[] => {
  if (state.started === undefined || state.outcome !== undefined) return [];
  const root = state.outcomes.get(rootRunId);
  if (root !== undefined) {
    return [{ type: "record", id: "jobFinished", event: { type: "jobFinished", outcome: root } }];
  }
  if (!state.runs.has(rootRunId)) {
    if (state.stop !== undefined) return [closeRun(rootRunId, state.stop)];
    const { coordinator, query } = state.started;
    return [{ type: "openRun", id: `open:${rootRunId}`, runId: rootRunId, expert: coordinator, query }];
  }
  return [...state.runs.values()]
    .filter((run) => !state.outcomes.has(run.id))
    .flatMap((run) => decideRun(state, run));
};

const decideRun = (state: JobState, run: Run): readonly Effect[] => {
  if (run.phase.type === "settled") return [closeRun(run.id, run.phase.outcome)];
  if (state.stop !== undefined) return [closeRun(run.id, state.stop)];
  if (run.phase.type === "callingTools") return decideTools(run, run.phase);
  const limit = state.started?.limits.maxSteps;
  if (limit !== undefined && state.steps >= limit) return [closeRun(run.id, { type: "maxSteps", limit })];
  const attempt = run.phase.failures.length;
  return [
    {
      type: "generate",
      id: `generate:${run.id}:${run.step}:${attempt}`,
      runId: run.id,
      toolChoice: run.phase.toolChoice,
      delayMs: retryDelayMs(run.phase.failures),
    },
  ];
};

const closeRun = (runId: string, outcome: RunOutcome): Effect => ({
  type: "closeRun",
  id: `close:${runId}`,
  runId,
  outcome,
});

/** Calls of one answer under way; the others follow, in order, as these settle. */
const maxCallsAtOnce = 16;

const decideTools = (run: Run, phase: Extract<Run["phase"], { type: "callingTools" }>): readonly Effect[] => {
  const settled = new Set(phase.results.map((result) => result.id));
  const pending = phase.calls.filter((call) => !settled.has(call.id));
  const control = pending.filter((call) => isControlCall(run.tools, call));
  const others = pending.filter((call) => !control.includes(call));
  const next = nextControlCall(control, others);
  return [
    ...(next === undefined ? [] : [answer(run, next)]),
    ...others.slice(0, maxCallsAtOnce).map((call) => decideCall(run, call)),
  ];
};

/** Control calls are answered one at a time, in order; completion waits until every other call has its result. */
const nextControlCall = (
  control: readonly ToolCallPart[],
  others: readonly ToolCallPart[],
): ToolCallPart | undefined => {
  const todo = control.find((call) => call.tool !== "attemptCompletion");
  if (todo !== undefined) return todo;
  return others.length === 0 ? control[0] : undefined;
};

const answer = (run: Run, call: ToolCallPart): Effect =>
  recordResult(run, call, controlAnswer(call, run.todos));

const decideCall = (run: Run, call: ToolCallPart): Effect => {
  if (call.malformed !== undefined) {
    return recordResult(run, call, refuse("InvalidArguments", "The arguments are not a JSON object."));
  }
  if (!run.tools.some((tool) => tool.name === call.tool)) {
    const names = run.tools.map((tool) => tool.name).join(", ");
    return recordResult(
      run,
      call,
      refuse("UnknownTool", `There is no tool "${call.tool}". Tools: ${names}.`),
    );
  }
  return { type: "callTool", id: `tool:${run.id}:${call.id}`, runId: run.id, call };
};

const refuse = (error: string, message: string): { text: string; isError: boolean } => ({
  text: JSON.stringify({ error, message }),
  isError: true,
});

const recordResult = (run: Run, call: ToolCallPart, result: { text: string; isError: boolean }): Effect => ({
  type: "record",
  id: `record:${run.id}:${call.id}`,
  event: {
    type: "toolCallFinished",
    runId: run.id,
    toolCallId: call.id,
    contents: [{ type: "text", text: result.text }],
    isError: result.isError,
    durationMs: 0,
  },
});
