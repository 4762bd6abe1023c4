import type { EmbeddedCheckpoint } from "./checkpoint.ts";
import type {
  ExpertMessage,
  InstructionMessage,
  PerstackMessage,
  ToolMessage,
  UserMessage,
} from "./message.ts";
import type { PerstackError } from "./outcome.ts";
import type { Step } from "./step.ts";
import type { PerstackToolCall, PerstackToolResult } from "./tool-call.ts";
import type { PerstackUsage } from "./usage.ts";

/** What an event of a Run says. */
export type RunEventBody =
  /** Also where a Run goes on that was stopped: with the checkpoint that it goes on from. */
  | {
      readonly type: "startRun";
      readonly initialCheckpoint: EmbeddedCheckpoint;
      readonly inputMessages: readonly (InstructionMessage | UserMessage)[];
    }
  /** `messages` are those the Run's earlier requests did not hold, so that the stream does not repeat itself. */
  | { readonly type: "startGeneration"; readonly messages: readonly PerstackMessage[] }
  | {
      readonly type: "retry";
      /** JSON text with `error` and `message`. */
      readonly reason: string;
      /** What the Run holds now for the attempt: an answer that did not fit the schema, and what was said to that. */
      readonly newMessages: readonly (UserMessage | ExpertMessage | ToolMessage)[];
      readonly usage: PerstackUsage;
    }
  /**
   * `callTools` has all calls of the answer, `callDelegate` those of delegates. An answer that calls delegates only, or
   * puts one question only, has no `callTools`; where it has one, that has told what the answer cost.
   */
  | ({ readonly type: "callTools" } & Calls)
  | ({ readonly type: "callDelegate" } & Calls)
  /** A question to a person; of several the one that is put next. */
  | {
      readonly type: "callInteractiveTool";
      readonly newMessage: ExpertMessage;
      readonly toolCall: PerstackToolCall;
      readonly usage: PerstackUsage;
    }
  /** One event a result, as it settles. */
  | { readonly type: "resolveToolResults"; readonly toolResults: readonly PerstackToolResult[] }
  | { readonly type: "attemptCompletion"; readonly toolResult: PerstackToolResult }
  /** All results, and what a person has said meanwhile. `finishAllToolCalls` where not only tools had answered. */
  | { readonly type: "finishToolCall"; readonly newMessages: readonly (UserMessage | ToolMessage)[] }
  | { readonly type: "finishAllToolCalls"; readonly newMessages: readonly (UserMessage | ToolMessage)[] }
  | {
      readonly type: "resumeToolCalls";
      readonly pendingToolCalls: readonly PerstackToolCall[];
      readonly partialToolResults: readonly PerstackToolResult[];
    }
  | {
      readonly type: "continueToNextStep";
      readonly checkpoint: EmbeddedCheckpoint;
      readonly step: Step;
      readonly nextCheckpoint: EmbeddedCheckpoint;
    }
  | ({ readonly type: "stopRunByExceededMaxSteps" } & Stop)
  | ({ readonly type: "stopRunByInteractiveTool" } & Stop)
  | ({ readonly type: "stopRunByDelegate" } & Stop)
  | ({ readonly type: "stopRunByError"; readonly error: PerstackError } & Stop)
  | ({
      readonly type: "completeRun";
      readonly text: string;
      /** What `callTools` and `retry` have not already told of. */
      readonly usage: PerstackUsage;
    } & Stop)
  | StreamingBody;

type Calls = {
  readonly newMessage: ExpertMessage;
  readonly toolCalls: readonly PerstackToolCall[];
  readonly usage: PerstackUsage;
};

type Stop = { readonly checkpoint: EmbeddedCheckpoint; readonly step: Step };

/** An answer while it arrives. */
export type StreamingBody =
  | { readonly type: "startStreamingReasoning" }
  | { readonly type: "streamReasoning"; readonly delta: string }
  | { readonly type: "completeStreamingReasoning"; readonly text: string }
  | { readonly type: "startStreamingRunResult" }
  | { readonly type: "streamRunResult"; readonly delta: string }
  | { readonly type: "completeStreamingRunResult"; readonly text: string };

/** What an event of the runtime around the Runs says. */
export type RuntimeEventBody =
  | {
      readonly type: "initializeRuntime";
      readonly runtimeVersion: string;
      readonly runtime: "local";
      readonly expertName: string;
      readonly experts: readonly string[];
      readonly model: string;
      readonly maxSteps?: number;
      readonly maxRetries: number;
      /** Milliseconds a generation may take. */
      readonly timeout: number;
      readonly query: string;
    }
  | {
      readonly type: "skillStarting";
      readonly skillName: string;
      readonly command: string;
      readonly args: readonly string[];
    }
  | {
      readonly type: "skillConnected";
      readonly skillName: string;
      readonly serverInfo: { readonly name: string; readonly version: string };
      readonly connectDurationMs: number;
      readonly totalDurationMs: number;
      readonly spawnDurationMs: number;
      readonly handshakeDurationMs: number;
      readonly toolDiscoveryDurationMs: number;
    }
  | { readonly type: "skillStderr"; readonly skillName: string; readonly message: string }
  | { readonly type: "skillDisconnected"; readonly skillName: string }
  | {
      readonly type: "proxyAccess";
      readonly action: "allowed" | "blocked";
      readonly domain: string;
      readonly port: number;
      readonly reason?: string;
    };

/** `timestamp` is in milliseconds since the epoch. */
type Stamp = {
  readonly id: string;
  readonly timestamp: number;
  readonly jobId: string;
  readonly runId: string;
};

/** Whom an event of a Run is about. */
export type RunSubject = { readonly runId: string; readonly expertKey: string; readonly stepNumber: number };

export type PerstackRunEvent = Stamp & RunSubject & RunEventBody;
export type PerstackRuntimeEvent = Stamp & RuntimeEventBody;
export type PerstackEvent = PerstackRunEvent | PerstackRuntimeEvent;
