import type { CheckpointRef } from "./checkpoint.ts";
import type { Failure, JobEvent, RunOutcome } from "./event.ts";
import type { Message, ToolCallPart, ToolResultPart } from "./message.ts";
import type { Todo } from "./todo.ts";
import type { ToolDefinition } from "./tool.ts";
import { noUsage, type Usage } from "./usage.ts";

/** What a Run is busy with. */
export type Phase =
  /** `failures` are this step's attempts so far; `toolChoice` is `none` once completion was accepted. */
  | {
      readonly type: "generating";
      readonly failures: readonly Failure[];
      readonly toolChoice: "auto" | "none";
    }
  /** `results` in the order in which they settled. */
  | {
      readonly type: "callingTools";
      readonly calls: readonly ToolCallPart[];
      readonly results: readonly ToolResultPart[];
    }
  /** The outcome is certain; its skills are still to be closed. */
  | { readonly type: "settled"; readonly outcome: RunOutcome };

export type Run = {
  readonly id: string;
  readonly expert: string;
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly parent?: { readonly runId: string; readonly toolCallId: string };
  readonly messages: readonly Message[];
  /** The step under way, counted from 1. */
  readonly step: number;
  readonly phase: Phase;
  readonly todos: readonly Todo[];
  readonly usage: Usage;
  readonly checkpoint: CheckpointRef;
};

/** The fold of a job's events. */
export type JobState = {
  readonly started?: Extract<JobEvent, { type: "jobStarted" }>;
  readonly runs: ReadonlyMap<string, Run>;
  /** Runs that ended, those that never started among them. */
  readonly outcomes: ReadonlyMap<string, RunOutcome>;
  /** Generations that gave an answer, over all Runs. */
  readonly steps: number;
  readonly usage: Usage;
  /** Set once something outside ends the whole job: its deadline, a signal. */
  readonly stop?: RunOutcome;
  readonly outcome?: RunOutcome;
};

export const emptyState: JobState = { runs: new Map(), outcomes: new Map(), steps: 0, usage: noUsage };

/** The Coordinator's Run. A delegate's id is made of its parent's, the step and the call's index. */
export const rootRunId = "r0";

/** `call_<step>_<index>`: ours, so that the same recorded answers give the same ids whatever the provider said. */
export const toolCallId = (step: number, index: number): string => `call_${step}_${index}`;
