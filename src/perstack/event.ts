import type { EmbeddedCheckpoint, PerstackError } from "./checkpoint.ts";
import type {
  ExpertMessage,
  InstructionMessage,
  PerstackMessage,
  ToolMessage,
  UserMessage,
} from "./message.ts";
import type { Step } from "./step.ts";
import type { PerstackToolCall, PerstackToolResult } from "./tool-call.ts";
import type { PerstackUsage } from "./usage.ts";

/** What an event of a Run says. */
export type RunEventBody =
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
      readonly newMessages: readonly (UserMessage | ExpertMessage | ToolMessage)[];
      readonly usage: PerstackUsage;
    }
  | {
      readonly type: "callTools";
      readonly newMessage: ExpertMessage;
      readonly toolCalls: readonly PerstackToolCall[];
      readonly usage: PerstackUsage;
    }
  /** One event a result, as it settles. */
  | { readonly type: "resolveToolResults"; readonly toolResults: readonly PerstackToolResult[] }
  | { readonly type: "attemptCompletion"; readonly toolResult: PerstackToolResult }
  | { readonly type: "finishToolCall"; readonly newMessages: readonly ToolMessage[] }
  | {
      readonly type: "continueToNextStep";
      readonly checkpoint: EmbeddedCheckpoint;
      readonly step: Step;
      readonly nextCheckpoint: EmbeddedCheckpoint;
    }
  | {
      readonly type: "stopRunByExceededMaxSteps";
      readonly checkpoint: EmbeddedCheckpoint;
      readonly step: Step;
    }
  | {
      readonly type: "stopRunByError";
      readonly checkpoint: EmbeddedCheckpoint;
      readonly step: Step;
      readonly error: PerstackError;
    }
  | {
      readonly type: "completeRun";
      readonly checkpoint: EmbeddedCheckpoint;
      readonly step: Step;
      readonly text: string;
      /** What `callTools` and `retry` have not already told of. */
      readonly usage: PerstackUsage;
    }
  | StreamingBody;

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
  | { readonly type: "skillDisconnected"; readonly skillName: string };

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
