import type { Verdict } from "./answer.ts";
import { changed, counted, grown, reduced, reducedText, startContext } from "./context.ts";
import { isControlCall } from "./control-tools.ts";
import type { JobEvent } from "./event.ts";
import {
  type AnswerPart,
  type Message,
  type TextPart,
  type ToolResultPart,
  textOf,
  type UserMessage,
} from "./message.ts";
import type { Failure, RunOutcome, Stop } from "./outcome.ts";
import { isTriedAgain } from "./retry.ts";
import { endStep, firstCheckpoint, nextStep } from "./run-step.ts";
import { type JobState, type Phase, type Run, rootRunId } from "./state.ts";
import { openTodos, todosAfter } from "./todo.ts";
import { withLaterTools } from "./tool-changes.ts";
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
    laterTools: [],
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

/** The Run's skills are up again, and may not be what they were. */
export const reopenedRun = (run: Run, { system, tools }: EventOf<"runResumed">): Run => {
  const isSame = system === run.system && JSON.stringify(tools) === JSON.stringify(run.tools);
  const context = isSame ? run.context : changed(run.context, { system, tools });
  return { ...run, system, tools, laterTools: [], context, skills: "open" };
};

/** An answer that can be used: its calls are to be made, or the Run is at its end. */
export const afterAnswer = (
  run: Run,
  answer: Pick<EventOf<"generationFinished">, "parts" | "usage" | "contextWindow">,
  verdict: Exclude<Verdict, { type: "unusable" }>,
): Run => {
  const { parts } = answer;
  const context = counted(run.context, answer);
  const isEnd = verdict.type === "ends";
  const message: Message = { role: "expert", parts: isEnd ? withoutCalls(parts) : parts };
  const messages = message.parts.length === 0 ? run.messages : run.messages.concat(message);
  const said: Run = { ...run, context, messages };
  return isEnd
    ? endStep(said, verdict.outcome)
    : {
        ...said,
        phase: {
          type: "callingTools",
          tools: withLaterTools(run).tools,
          calls: verdict.calls,
          results: [],
          unknown: [],
        },
      };
};

/** Nobody makes the calls of an answer that ends the Run, and neither they nor mere thinking could be sent back. */
const withoutCalls = (parts: readonly AnswerPart[]): readonly AnswerPart[] => {
  const said = parts.filter((part) => part.type !== "toolCall");
  return said.every((part) => part.type === "thinking") ? [] : said;
};

/** A failed attempt: another one, or the Run's end, which is the job's where a budget is behind it. */
export const afterFailure = (
  run: GeneratingRun,
  { failure, limitedBy }: { readonly failure: Failure; readonly limitedBy?: Stop },
  job: Parameters<typeof isTriedAgain>[0],
): Run => {
  const { toolChoice, form } = run.phase;
  const failures = [...run.phase.failures, failure];
  if (isTriedAgain(job, failures)) return { ...run, phase: { ...run.phase, failures } };
  const isSpent = run.id === rootRunId && limitedBy !== undefined;
  const outcome: RunOutcome = isSpent ? limitedBy : { type: "failed", error: failure };
  return { ...run, phase: { type: "settled", outcome, again: { toolChoice, form } } };
};

/** One call's result; with the last one the step ends. */
export const afterToolCall = (run: CallingRun, event: EventOf<"toolCallFinished">): Run => {
  const { calls, tools } = run.phase;
  const call = calls.find((candidate) => candidate.id === event.toolCallId);
  if (call === undefined || run.phase.results.some((result) => result.id === call.id)) return run;
  const { contents, isError } = event;
  const results = [
    ...run.phase.results,
    { type: "toolResult", id: call.id, tool: call.tool, contents, isError } as const,
  ];
  const todos = !isError && isControlCall(tools, call) ? todosAfter(run.todos, call) : run.todos;
  const context = grown(run.context, contents);
  const next: CallingRun = { ...run, todos, context, phase: { ...run.phase, results } };
  return results.length === calls.length ? afterAllToolCalls(next) : next;
};

const afterAllToolCalls = (run: CallingRun): Run => {
  const { calls, results } = run.phase;
  const byId = new Map(results.map((result) => [result.id, result]));
  const parts = calls.flatMap((call) => byId.get(call.id) ?? []);
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
    (call) => call.tool === "attemptCompletion" && isControlCall(run.phase.tools, call),
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
  const messages: readonly Message[] = run.messages.concat(message);
  // A generation that failed is still in its step: no checkpoint ended it.
  const step = run.checkpoint.step === run.step ? nextStep(run) : run.step;
  const phase: Phase = { type: "generating", failures: [], toolChoice: "auto", form: "free" };
  return { ...run, context, messages, step, phase, misfits: 0 };
};

/** The results stay what they were in the journal; the conversation only names them from here on. */
export const afterReduction = (run: Run, event: EventOf<"contextReduced">): Run => {
  if (event.step !== run.step || run.context.reducedIn === run.step) return run;
  const blobs = new Map(event.results.map(({ toolCallId, blob }) => [toolCallId, blob]));
  const names: TextPart[] = [];
  const messages = run.messages.map((message): Message => {
    if (message.role !== "tool" || !message.parts.some((part) => blobs.has(part.id))) return message;
    const parts = message.parts.map((part): ToolResultPart => {
      const blob = blobs.get(part.id);
      if (blob === undefined) return part;
      const name = { type: "text", text: reducedText(part.tool, blob) } as const;
      names.push(name);
      return { ...part, contents: [name] };
    });
    return { role: "tool", parts };
  });
  return { ...run, messages, context: reduced(grown(run.context, names), [...blobs.keys()], run.step) };
};
