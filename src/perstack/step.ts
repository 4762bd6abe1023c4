import type { Message } from "../job/message.ts";
import type { Run } from "../job/state.ts";
import { noUsage, type Usage } from "../job/usage.ts";
import { toolCallsUnderWay } from "./checkpoint.ts";
import { type PerstackMessage, perstackMessage } from "./message.ts";
import {
  type PerstackToolCall,
  type PerstackToolResult,
  perstackToolCall,
  perstackToolResult,
} from "./tool-call.ts";
import { type PerstackUsage, perstackUsage, usageSince } from "./usage.ts";

export type Step = {
  readonly stepNumber: number;
  readonly newMessages: readonly PerstackMessage[];
  readonly toolCalls?: readonly PerstackToolCall[];
  readonly toolResults?: readonly PerstackToolResult[];
  readonly pendingToolCalls?: readonly PerstackToolCall[];
  readonly partialToolResults?: readonly PerstackToolResult[];
  readonly usage: PerstackUsage;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
};

/** Where a step began: what the Run had by then. */
export type StepStart = {
  readonly stepNumber: number;
  readonly startedAt: number;
  readonly messages: number;
  readonly usage: Usage;
};

export const stepStart = (run: Run, startedAt: number): StepStart => ({
  stepNumber: run.step,
  startedAt,
  messages: run.messages.length,
  usage: run.usage,
});

/** What the Run did since the step began. */
export const stepOf = (run: Run, start: StepStart, finishedAt: number): Step => {
  const added = run.messages.slice(start.messages);
  const results = added.flatMap(resultsOf);
  // An answer that was cut off, or came after completion, may hold calls that nobody made.
  const calls = results.length > 0 || run.phase.type === "callingTools" ? added.flatMap(callsOf) : [];
  return {
    stepNumber: start.stepNumber,
    newMessages: messagesFrom(run, start.messages),
    ...(calls.length === 0 ? {} : { toolCalls: calls.map((call) => perstackToolCall(run, call)) }),
    ...(results.length === 0
      ? {}
      : { toolResults: results.map((result) => perstackToolResult(run, result)) }),
    ...toolCallsUnderWay(run),
    usage: perstackUsage(usageSince(run.usage, start.usage)),
    startedAt: start.startedAt,
    finishedAt,
  };
};

/** The step of a Run that ended before it began. */
export const unstartedStep = (stepNumber: number, at: number): Step => ({
  stepNumber,
  newMessages: [],
  usage: perstackUsage(noUsage),
  startedAt: at,
  finishedAt: at,
});

/** The Run's messages from the one at `index` on. */
export const messagesFrom = (run: Run, index: number): readonly PerstackMessage[] =>
  run.messages
    .slice(index)
    .map((message, offset) => perstackMessage(message, { runId: run.id, index: index + offset }));

const callsOf = (message: Message) =>
  message.role === "expert" ? message.parts.filter((part) => part.type === "toolCall") : [];

const resultsOf = (message: Message) => (message.role === "tool" ? message.parts : []);
