import { isControlCall } from "../job/control-tools.ts";
import type { JobEvent } from "../job/event.ts";
import type { ToolCallPart } from "../job/message.ts";
import type { Failure } from "../job/outcome.ts";
import { type Run, toolsAtHand } from "../job/state.ts";
import { openTodos } from "../job/todo.ts";
import { noUsage } from "../job/usage.ts";
import { answeredElsewhere } from "./delegation.ts";
import type { RunEventBody } from "./event.ts";
import type { ExpertMessage } from "./message.ts";
import { messagesFrom } from "./step.ts";
import { perstackToolCall, perstackToolResult } from "./tool-call.ts";
import { type PerstackUsage, perstackUsage } from "./usage.ts";

type EventOf<Type extends JobEvent["type"]> = Extract<JobEvent, { type: Type }>;

/** An answer: its tool calls, or that it was of no use and is asked for again. An end is told by the Run's end. */
export const afterGeneration = (run: Run, event: EventOf<"generationFinished">): readonly RunEventBody[] => {
  const usage = perstackUsage(event.usage);
  if (run.phase.type === "generating") return retry(run.phase.failures, usage);
  const newMessage = newestAnswer(run);
  if (run.phase.type !== "callingTools" || newMessage === undefined) return [];
  return calling(run, run.phase.calls, { newMessage, usage });
};

const newestAnswer = (run: Run): ExpertMessage | undefined => {
  const index = run.messages.findLastIndex((message) => message.role === "expert");
  const [message] = index === -1 ? [] : messagesFrom(run, index);
  return message?.type === "expertMessage" ? message : undefined;
};

const calling = (
  run: Run,
  calls: readonly ToolCallPart[],
  said: { readonly newMessage: ExpertMessage; readonly usage: PerstackUsage },
): readonly RunEventBody[] => {
  const { delegates, questions } = answeredElsewhere(run);
  const [question] = questions;
  if (question !== undefined && calls.length === 1) {
    return [{ type: "callInteractiveTool", toolCall: perstackToolCall(run, question), ...said }];
  }
  const delegateCalls = delegates.map((call) => perstackToolCall(run, call));
  if (delegates.length === calls.length) return [{ type: "callDelegate", toolCalls: delegateCalls, ...said }];
  const { newMessage } = said;
  const usage = perstackUsage(noUsage);
  return [
    { type: "callTools", toolCalls: calls.map((call) => perstackToolCall(run, call)), ...said },
    ...(delegates.length === 0
      ? []
      : [{ type: "callDelegate", newMessage, toolCalls: delegateCalls, usage } as const]),
  ];
};

/** The question that a Run which stops for a person waits with, unless it was told as `asked` already. */
export const askingPerson = (
  run: Run,
  asked: string | undefined,
): Extract<RunEventBody, { type: "callInteractiveTool" }> | undefined => {
  if (run.phase.type !== "callingTools") return undefined;
  const { results } = run.phase;
  const question = answeredElsewhere(run).questions.find((call) => !results.some(({ id }) => id === call.id));
  const newMessage = newestAnswer(run);
  if (question === undefined || newMessage === undefined) return undefined;
  const toolCall = perstackToolCall(run, question);
  if (toolCall.id === asked) return undefined;
  return { type: "callInteractiveTool", newMessage, toolCall, usage: perstackUsage(noUsage) };
};

/** A failed generation that is tried again. One that is not ends the Run. */
export const afterFailedGeneration = (run: Run): readonly RunEventBody[] =>
  run.phase.type === "generating" ? retry(run.phase.failures, perstackUsage(noUsage)) : [];

const retry = (failures: readonly Failure[], usage: PerstackUsage): readonly RunEventBody[] => {
  const last = failures.at(-1);
  if (last === undefined) return [];
  const reason = JSON.stringify({ error: last.name, message: last.message });
  return [{ type: "retry", reason, newMessages: [], usage }];
};

/**
 * An answer that is not what the job's schema asks for and is asked for again.
 *
 * @param before the Run before it was found so
 * @param usage what the answer cost, as far as it was not told
 */
export const afterMisfit = (
  { before, after }: { readonly before: Run; readonly after: Run },
  error: string,
  usage: PerstackUsage,
): readonly RunEventBody[] => {
  if (after.phase.type !== "generating") return [];
  // With calls in it, the answer has been told by them.
  const isUntold = before.messages.at(-1)?.role === "expert";
  const newMessages = messagesFrom(after, before.messages.length - (isUntold ? 1 : 0)).filter(
    (message) => message.type !== "instructionMessage",
  );
  const reason = JSON.stringify({ error: "OutputSchemaMismatch", message: error });
  return [{ type: "retry", reason, newMessages, usage }];
};

/**
 * One settled result and, with the last one, the message that holds them all.
 *
 * @param before the Run before the result
 */
export const afterToolCall = (
  before: Run,
  after: Run,
  event: EventOf<"toolCallFinished">,
): readonly RunEventBody[] => {
  const call = callsOf(before).find(({ id }) => id === event.toolCallId);
  if (call === undefined) return [];
  const { contents, isError } = event;
  const part = { type: "toolResult", id: call.id, tool: call.tool, contents, isError } as const;
  const toolResult = perstackToolResult(after, part);
  const isCompletion =
    call.tool === "attemptCompletion" &&
    !isError &&
    isControlCall(toolsAtHand(before), call) &&
    openTodos(after.todos).length === 0;
  const settled: RunEventBody = isCompletion
    ? { type: "attemptCompletion", toolResult }
    : { type: "resolveToolResults", toolResults: [toolResult] };
  if (after.phase.type === "callingTools") return [settled];
  const { delegates, questions } = answeredElsewhere(before);
  const type = delegates.length + questions.length === 0 ? "finishToolCall" : "finishAllToolCalls";
  return [settled, { type, newMessages: heardMessages(after, before.messages.length) }];
};

/** Results, and what a person said, from the message at `index` on. */
export const heardMessages = (
  run: Run,
  index: number,
): Extract<RunEventBody, { type: "finishToolCall" }>["newMessages"] =>
  messagesFrom(run, index).filter(
    (message) => message.type === "toolMessage" || message.type === "userMessage",
  );

const callsOf = (run: Run): readonly ToolCallPart[] =>
  run.phase.type === "callingTools" ? run.phase.calls : [];
