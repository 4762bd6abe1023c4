/**
 * What the shell needs from the world, one small type a role. Adapters live in `edges/`, are built in `hosts/`,
 * and know nothing of each other.
 */
import type { Expert } from "../definition/expert.ts";
import type { FinishReason, JobEvent, JournalEntry } from "../job/event.ts";
import type { ModelChoice } from "../job/limits.ts";
import type { AnswerPart, BlobPart, JsonObject, Message, ToolCallPart } from "../job/message.ts";
import type { Failure, Stop } from "../job/outcome.ts";
import type { SkillEvent as SkillsOwnEvent } from "../job/skill-event.ts";
import type { JobState } from "../job/state.ts";
import type { ToolDefinition } from "../job/tool.ts";
import type { Usage } from "../job/usage.ts";

/** One request to a model. `messages` may hold `blob` parts: read them with `readBlob`. */
export type Turn = {
  readonly runId: string;
  readonly step: number;
  readonly choice: ModelChoice;
  /** Which of the job's models that is: 0 for its first, then its fallbacks in order. */
  readonly alternative: number;
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  /** `none` asks for text only, with the same tools listed so that the provider's cache still hits. */
  readonly toolChoice: "auto" | "none";
  readonly messages: readonly Message[];
  /** Most tokens that the answer may take, thinking included, and the budget that allows no more, if one does. */
  readonly maxOutputTokens?: number;
  readonly limitedBy?: Stop;
  /** JSON Schema of the answer: asked for with the provider's own structured output. */
  readonly outputSchema?: JsonObject;
  readonly provided: Provided;
};

/** The part of an Expert's definition that is the provider's work. */
export type Provided = Pick<Expert, "providerTools" | "providerSkills" | "providerToolOptions">;

/** A piece of an answer while it streams. Shown, never journaled. */
export type Delta = { readonly type: "thinking" | "text"; readonly text: string };

/** How a generation came out; a provider's failure is a value, not an exception. */
export type Generation =
  | {
      readonly type: "finished";
      readonly parts: readonly AnswerPart[];
      readonly finishReason: FinishReason;
      /** Whether it ended because what it may take did not pay for going on. */
      readonly isUnpaid?: boolean;
      readonly usage: Usage;
      /** Tokens of the conversation with this answer, where it took several requests that `usage` adds up. */
      readonly contextTokens?: number;
      readonly model: string;
    }
  /** `usage` is that of the requests before the one that failed, where there were any. */
  | {
      readonly type: "failed";
      readonly error: Failure;
      readonly partial: readonly AnswerPart[];
      readonly usage?: Usage;
    };

/** What is known of models: what they cost, and how much they hold. Loaded when it is first asked. */
export type Catalog = {
  /** The cost of an answer in US dollars and the model's context window in tokens, each where it is known. */
  describe(choice: ModelChoice, usage: Usage): Promise<{ costUsd?: number; contextWindow?: number }>;
  /** Looks a model up ahead, when there is time to spare. */
  preload(choice: ModelChoice): void;
};

export type Model = {
  /** Resolves also when `signal` aborts (as a failure); rejects only on a defect of ours. */
  generate(
    turn: Turn,
    options: {
      readonly signal: AbortSignal;
      readonly onDelta: (delta: Delta) => void;
      /** Called when there is time for what the first answer will need. */
      readonly onSent?: () => void;
      readonly readBlob: (sha256: string) => Uint8Array;
    },
  ): Promise<Generation>;
};

/** What a tool gave back. Bytes become a blob of the job before they become an event. */
export type ToolContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "bytes"; readonly data: Uint8Array; readonly mediaType: string };

export type ToolOutcome = { readonly contents: readonly ToolContent[]; readonly isError: boolean };

/** What a skill tells the journal about itself. */
export type SkillEvent = SkillsOwnEvent | Extract<JobEvent, { type: "note" }>;

/** A skill whose tools this process answers itself. */
export type InProcessSkill = {
  readonly name: string;
  readonly tools: readonly ToolDefinition[];
  /** The arguments fit the tool's schema. What it refuses is an outcome with `isError`. */
  call(
    call: ToolCallPart,
    request: Pick<SkillsRequest, "runId" | "emit">,
    signal: AbortSignal,
  ): Promise<ToolOutcome>;
};

export type SkillsRequest = {
  readonly runId: string;
  readonly expertKey: string;
  readonly expert: Expert;
  /** Tools as `perstack.lock` has them, by skill. Such a skill is started by the first call of one of them. */
  readonly locked?: ReadonlyMap<string, readonly LockedTool[]>;
  readonly emit: (event: SkillEvent) => void;
};

/** A tool as a lockfile has it: what its server listed when the lock was made, before `pick` and `omit`. */
export type LockedTool = Pick<ToolDefinition, "name" | "description" | "inputSchema" | "readOnly">;

/** The skills of one Run. Disposing ends every process they started, the whole tree of each. */
export type OpenSkills = AsyncDisposable & {
  /** Sorted as every request of the Run sends them: the base skill first, then by skill key, then as listed. */
  readonly tools: readonly ToolDefinition[];
  /**
   * Runs one tool. A tool's own failure, a dead skill, a passed deadline are outcomes with `isError`; the promise
   * rejects only on a defect of ours. On abort the work is stopped, not only left alone; the signal's reason is an
   * error named `StepTimeout` when it was the step's time that ended.
   */
  call(call: ToolCallPart, signal: AbortSignal): Promise<ToolOutcome>;
};

export type Skills = {
  /** @throws ExpertStackError when a skill is refused or does not start; what had started is ended first. */
  open(request: SkillsRequest, signal: AbortSignal): Promise<OpenSkills>;
};

/** `job.json`: what a list of jobs shows, and the log's head, since a hash chain cannot see a cut tail. */
export type JobHead = {
  readonly v: 1;
  readonly id: string;
  readonly status:
    | "running"
    | "completed"
    | "stoppedByMaxSteps"
    | "stoppedByInteractiveTool"
    | "stoppedByError";
  readonly coordinator: string;
  readonly experts: readonly { readonly key: string; readonly digest: string; readonly source: string }[];
  readonly model: ModelChoice;
  readonly totals: { readonly steps: number; readonly usage: Usage; readonly costUsd?: number };
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly head: { readonly seq: number; readonly hash: string };
};

/** The append-only log of one job. Writes are in the kernel's hands when a call returns. */
export type JobLog = Disposable & {
  /** The job's folder. */
  readonly directory: string;
  /** The last line's number and the SHA-256 (hex) of its text; 0 and 64 zeros while there is none. */
  readonly head: JobHead["head"];
  append(events: readonly JobEvent[], at: number): readonly JournalEntry[];
  saveHead(head: Omit<JobHead, "head">): JobHead;
  /** Keeps the bytes once and returns the part that names them. */
  putBlob(data: Uint8Array, mediaType: string): BlobPart;
  readBlob(sha256: string): Uint8Array;
};

/** A job in a list: its head, or why it has none that could be read. */
export type ListedJob =
  | { readonly type: "readable"; readonly head: JobHead }
  | { readonly type: "unreadable"; readonly id: string; readonly reason: string };

export type StoredJob = { readonly entries: readonly JournalEntry[]; readonly head: JobHead | undefined };

export type Store = {
  /** Without a torn last line. @throws JOURNAL_CORRUPT naming a damaged line, JOURNAL_VERSION for a newer version's */
  load(jobId: string): StoredJob;
  /** The newest first, then those that cannot be read. One damaged job hides no other. */
  list(): readonly ListedJob[];
};

/** Someone who watches a job, with its state `after` each entry: the terminal, the NDJSON stream, the action's log. */
export type Observer = {
  onEntry(entry: JournalEntry, after: JobState): void;
  onDelta(delta: Delta & { readonly runId: string; readonly step: number }): void;
};

export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

/** Takes every known secret out of a text. */
export type Redact = (text: string) => string;

/** Redacts a text that arrives in pieces, holding back what could still become part of a secret. */
export type RedactStream = { push(delta: string): string; end(): string };
