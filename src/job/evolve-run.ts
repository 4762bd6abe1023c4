import type { Verdict } from "./answer.ts";
import { counted, grown, reducedText, shrunk, startContext } from "./context.ts";
import { isControlCall } from "./control-tools.ts";
import type { JobEvent } from "./event.ts";
import { type Message, type ToolResultPart, textOf, type UserMessage } from "./message.ts";
import type { Failure, RunOutcome } from "./outcome.ts";
import { isTriedAgain } from "./retry.ts";
import { endStep, firstCheckpoint } from "./run-step.ts";
import { type JobState, type Phase, type Run, rootRunId } from "./state.ts";
import { openTodos, todosAfter } from "./todo.ts";
import type { ToolDefinition } from "./tool.ts";
import { noUsage } from "./usage.ts";

type EventOf<Type extends JobEvent["type"]> = Extract<JobEvent, { type: Type }>;
type InPhase<Type extends Phase["type"]> = Run & { readonly phase: Extract<Phase, { type: Type }> };

export type GeneratingRun = InPhase<"generating">;
export type CallingRun = InPhase<"callingTools">;

/** A Run before its first step, with the checkpoint that its first step starts from. */
export const startedRun = (state: JobState, event: EventOf<"runStarted">): Run => {
  const parent = event.parent === undefined ? undefined : state.runs.get(event.parent.runId);
  const run: Run = {
    id: event.runId,
    expert: event.expert,
    system: event.system,
    tools: event.tools,
    ...(event.parent === undefined
      ? {}
      : { parent: { ...event.parent, checkpointId: parent?.checkpoint.id ?? "" } }),
    messages: [{ role: "user", parts: event.input }],
    step: (parent?.step ?? 0) + 1,
    delegatedSteps: 0,
    phase: { type: "generating", failures: [], toolChoice: "auto", form: "free" },
    skills: "open",
    todos: [],
    followUps: [],
    misfits: 0,
    context: startContext(event),
    usage: noUsage,
    checkpoint: { id: "", step: 0, messages: 0 },
  };
  const definition = state.started?.experts.find((expert) => expert.key === event.expert)?.digest ?? "";
  return { ...run, checkpoint: firstCheckpoint(run, `${definition}\n${event.system}`) };
};

/** The skill's tools in place of those it had, so that the others keep their order in every request. */
export const withTools = (run: Run, event: EventOf<"toolsChanged">): Run => {
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
  answer: Pick<EventOf<"generationFinished">, "parts" | "usage" | "contextWindow">,
  verdict: Exclude<Verdict, { type: "unusable" }>,
): Run => {
  const { parts, usage, contextWindow } = answer;
  const context = counted(run.context, usage, contextWindow);
  const said: Run = { ...run, context, messages: run.messages.concat({ role: "expert", parts }) };
  return verdict.type === "ends"
    ? endStep(said, verdict.outcome)
    : { ...said, phase: { type: "callingTools", calls: verdict.calls, results: [] } };
};

/** A failed attempt: another one, or the Run's end. */
export const afterFailure = (
  run: GeneratingRun,
  failure: Failure,
  job: Parameters<typeof isTriedAgain>[0],
): Run => {
  const failures = [...run.phase.failures, failure];
  return isTriedAgain(job, failures)
    ? { ...run, phase: { ...run.phase, failures } }
    : { ...run, phase: { type: "settled", outcome: { type: "failed", error: failure } } };
};

/** One call's result; with the last one the step ends. */
export const afterToolCall = (run: CallingRun, event: EventOf<"toolCallFinished">): Run => {
  const { calls } = run.phase;
  const call = calls.find((candidate) => candidate.id === event.toolCallId);
  if (call === undefined || run.phase.results.some((result) => result.id === call.id)) return run;
  const { contents, isError } = event;
  const results = [
    ...run.phase.results,
    { type: "toolResult", id: call.id, tool: call.tool, contents, isError } as const,
  ];
  const todos = !isError && isControlCall(run.tools, call) ? todosAfter(run.todos, call) : run.todos;
  const context = grown(run.context, contents);
  const next: CallingRun = { ...run, todos, context, phase: { type: "callingTools", calls, results } };
  const isComplete = calls.every(({ id }) => results.some((result) => result.id === id));
  return isComplete ? afterAllToolCalls(next) : next;
};

const afterAllToolCalls = (run: CallingRun): Run => {
  const { calls, results } = run.phase;
  const parts = calls.flatMap((call) => results.filter((result) => result.id === call.id));
  const heard: Run = {
    ...run,
    followUps: [],
    messages: run.messages.concat({ role: "tool", parts }, run.followUps),
  };
  if (run.followUps.length > 0 || !completionAccepted(run, parts)) return endStep(heard, "next");
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

/** More from a person: heard at once, or after the results of what is under way. */
export const afterQuery = (run: Run, { input }: EventOf<"queryAdded">): Run => {
  const message: UserMessage = { role: "user", parts: input };
  const context = grown(run.context, input);
  if (run.phase.type === "callingTools") return { ...run, context, followUps: [...run.followUps, message] };
  const messages: readonly Message[] = [...run.messages, message];
  // An answer ended its step, also one that completed beside its calls; a generation that failed is still in it.
  const isAnswered = run.checkpoint.step === run.step;
  const step = isAnswered ? Math.max(run.step, run.delegatedSteps) + 1 : run.step;
  const phase: Phase = { type: "generating", failures: [], toolChoice: "auto", form: "free" };
  return { ...run, context, messages, step, phase, misfits: 0 };
};

/** The results stay what they were in the journal; the conversation only names them from here on. */
export const afterReduction = (run: Run, event: EventOf<"contextReduced">): Run => {
  if (event.step !== run.step) return run;
  const blobs = new Map(event.results.map(({ toolCallId, blob }) => [toolCallId, blob]));
  const left: ToolResultPart[] = [];
  const messages = run.messages.map((message): Message => {
    if (message.role !== "tool" || !message.parts.some((part) => blobs.has(part.id))) return message;
    const parts = message.parts.map((part): ToolResultPart => {
      const blob = blobs.get(part.id);
      if (blob === undefined) return part;
      left.push(part);
      return { ...part, contents: [{ type: "text", text: reducedText(part.tool, blob) }] };
    });
    return { role: "tool", parts };
  });
  return { ...run, messages, context: shrunk(run.context, left, run.step) };
};

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
export const afterCheck = (run: Run, { verdict }: EventOf<"answerChecked">): Run => {
  if (run.phase.type !== "checkingAnswer") return run;
  const settled = (outcome: RunOutcome): Run => ({ ...run, phase: { type: "settled", outcome } });
  if (verdict.type === "valid") {
    return settled({ type: "completed", text: run.phase.text, structured: verdict.value });
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
    step: run.step + 1,
    phase: { type: "generating", failures: [], toolChoice: "none", form: "structured" },
  };
};

const misfit = (error: string): Failure => ({
  name: "OutputSchemaMismatch",
  message: `The final answer did not satisfy the output schema in ${mostMisfits} attempts: ${error}.`,
  isRetryable: false,
});
