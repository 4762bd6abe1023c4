import type { CheckpointRef } from "./checkpoint.ts";
import type { Context } from "./context.ts";
import type { JobEvent } from "./event.ts";
import type { Message, ToolCallPart, ToolResultPart, UserMessage } from "./message.ts";
import type { Failure, RunOutcome, Stop } from "./outcome.ts";
import type { Todo } from "./todo.ts";
import type { ToolDefinition } from "./tool.ts";
import { noUsage, type Usage } from "./usage.ts";

/**
 * What a model is asked for. `toolChoice` is `none` once completion was accepted, and `form` is `structured` when the
 * answer is to be the object of the job's schema and nothing else.
 */
type Asked = { readonly toolChoice: "auto" | "none"; readonly form: "free" | "structured" };

/** What a Run is busy with. */
export type Phase =
  /** `failures` are this step's attempts so far. */
  | ({ readonly type: "generating"; readonly failures: readonly Failure[] } & Asked)
  /**
   * `results` in the order in which they settled. `tools` are those that were there to be called. `unknown` are calls
   * that were under way when the job was cut off and may have had an effect: they are not made again.
   */
  | {
      readonly type: "callingTools";
      readonly tools: readonly ToolDefinition[];
      readonly calls: readonly ToolCallPart[];
      readonly results: readonly ToolResultPart[];
      readonly unknown: readonly string[];
    }
  /** The answer is there and is still to be held against the job's schema. */
  | { readonly type: "checkingAnswer"; readonly text: string }
  /**
   * The outcome is certain; its skills are still to be closed. `again` is what was asked in vain when a generation
   * failed for good: a job that goes on asks it once more.
   */
  | { readonly type: "settled"; readonly outcome: RunOutcome; readonly again?: Asked };

/** What a Run may take with its next generation. */
export type Grant = {
  /** Tokens of the answer, thinking included; unlimited when missing. */
  readonly maxOutputTokens?: number;
  /** The budget that allows no more than that, where it is less than an answer may usually take. */
  readonly limitedBy?: Stop;
};

export type Run = {
  readonly id: string;
  readonly expert: string;
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  /** Changes of its tools that came while a request was under way, which was made without them. */
  readonly laterTools: readonly Extract<JobEvent, { type: "toolsChanged" }>[];
  /** Who called it, and at which checkpoint that Run was. */
  readonly parent?: {
    readonly runId: string;
    readonly toolCallId: string;
    readonly checkpointId: string;
  };
  readonly messages: readonly Message[];
  /** The step under way, counted from 1. */
  readonly step: number;
  /** The last step of the delegates it has called, which its own next step follows. */
  readonly delegatedSteps: number;
  readonly phase: Phase;
  /** `closed` in a job that goes on until the Run's skills are up again. */
  readonly skills: "open" | "closed";
  readonly todos: readonly Todo[];
  /** What a person has said while calls were under way: heard after their results. */
  readonly followUps: readonly UserMessage[];
  /** How often its answer did not fit the job's schema. */
  readonly misfits: number;
  readonly context: Context;
  readonly usage: Usage;
  readonly checkpoint: CheckpointRef;
};

/** The fold of a job's events. */
export type JobState = {
  readonly started?: Extract<JobEvent, { type: "jobStarted" }>;
  /** How often the job was taken up again. */
  readonly resumptions: number;
  readonly runs: ReadonlyMap<string, Run>;
  /** Runs that ended, those that never started among them. */
  readonly outcomes: ReadonlyMap<string, RunOutcome>;
  /** Runs whose next generation is due, in the order in which they began this attempt: the first is served first. */
  readonly asking: readonly string[];
  /** Those of them whose request may be under way, with what was set aside for it: it is not taken back. */
  readonly granted: ReadonlyMap<string, Grant>;
  /** Generations that gave an answer, over all Runs. */
  readonly steps: number;
  readonly usage: Usage;
  /** US dollars of every answer whose price is known. */
  readonly costUsd: number;
  /** Tokens of answers whose price was not known then; a later budget in dollars counts them at its own. */
  readonly unpriced: Usage;
  /** What generations that broke off may have cost: nobody knows, so budgets count it as spent. */
  readonly lost: { readonly tokens: number; readonly costUsd: number };
  /** Set once something ends the whole job: its deadline, a signal, a budget. */
  readonly stop?: Stop;
  readonly outcome?: RunOutcome;
};

export const emptyState: JobState = {
  resumptions: 0,
  runs: new Map(),
  outcomes: new Map(),
  asking: [],
  granted: new Map(),
  steps: 0,
  usage: noUsage,
  costUsd: 0,
  unpriced: noUsage,
  lost: { tokens: 0, costUsd: 0 },
};

/** The Coordinator's Run. A delegate's id is made of its parent's, the step and the call's index. */
export const rootRunId = "r0";

/** `call_<step>_<index>`: ours, so that the same recorded answers give the same ids whatever the provider said. */
export const toolCallId = (step: number, index: number): string => `call_${step}_${index}`;

/** Runs that have not ended, in the order in which they started. */
export const liveRuns = (state: JobState): readonly Run[] =>
  [...state.runs.values()].filter((run) => !state.outcomes.has(run.id));

/** The tools that a Run's calls were made to, or may be: a change of them does not reach calls under way. */
export const toolsAtHand = ({ phase, tools }: Run): readonly ToolDefinition[] =>
  phase.type === "callingTools" ? phase.tools : tools;
