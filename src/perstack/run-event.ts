import { isControlCall } from "../job/control-tools.ts";
import type { JobEvent } from "../job/event.ts";
import type { Failure } from "../job/outcome.ts";
import type { Run } from "../job/state.ts";
import { openTodos } from "../job/todo.ts";
import { noUsage } from "../job/usage.ts";
import type { RunEventBody } from "./event.ts";
import { messagesFrom } from "./step.ts";
import { perstackToolCall, perstackToolResult } from "./tool-call.ts";
import { perstackUsage } from "./usage.ts";

type EventOf<Type extends JobEvent["type"]> = Extract<JobEvent, { type: Type }>;

/** An answer: its tool calls, or that it was of no use and is asked for again. An end is told by the Run's end. */
export const afterGeneration = (run: Run, event: EventOf<"generationFinished">): readonly RunEventBody[] => {
  const usage = perstackUsage(event.usage);
  if (run.phase.type === "generating") return retry(run.phase.failures, usage);
  const newMessage = messagesFrom(run, run.messages.length - 1).find(
    (message) => message.type === "expertMessage",
  );
  if (run.phase.type !== "callingTools" || newMessage === undefined) return [];
  const toolCalls = run.phase.calls.map((call) => perstackToolCall(run, call));
  return [{ type: "callTools", newMessage, toolCalls, usage }];
};

/** A failed generation that is tried again. One that is not ends the Run. */
export const afterFailedGeneration = (run: Run): readonly RunEventBody[] =>
  run.phase.type === "generating" ? retry(run.phase.failures, perstackUsage(noUsage)) : [];

const retry = (
  failures: readonly Failure[],
  usage: Extract<RunEventBody, { type: "retry" }>["usage"],
): readonly RunEventBody[] => {
  const last = failures.at(-1);
  if (last === undefined) return [];
  const reason = JSON.stringify({ error: last.name, message: last.message });
  return [{ type: "retry", reason, newMessages: [], usage }];
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
    isControlCall(after.tools, call) &&
    openTodos(after.todos).length === 0;
  const settled: RunEventBody = isCompletion
    ? { type: "attemptCompletion", toolResult }
    : { type: "resolveToolResults", toolResults: [toolResult] };
  if (after.phase.type === "callingTools") return [settled];
  const newMessages = messagesFrom(after, after.messages.length - 1).filter(
    (message) => message.type === "toolMessage",
  );
  return [settled, { type: "finishToolCall", newMessages }];
};

const callsOf = (run: Run) => (run.phase.type === "callingTools" ? run.phase.calls : []);
