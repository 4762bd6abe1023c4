import type { JobEvent, JournalEntry } from "../job/event.ts";
import { type ResultContent, type ToolCallPart, textOf } from "../job/message.ts";
import type { Failure, RunOutcome } from "../job/outcome.ts";
import { logLine } from "./log-line.ts";

const widest = 160;

/**
 * One journal entry in plain lines for a person; nothing in them can steer a terminal or a runner. What explains a
 * failure is shown whole, everything else on one short line each.
 */
export const describeEntry = ({ event }: JournalEntry): readonly string[] =>
  isExplanation(event)
    ? describeEvent(event).flatMap(wholeText)
    : describeEvent(event).map((text) => shorten(logLine(text.replace(/\s*[\r\n]\s*/g, " "))));

const isExplanation = ({ type }: JobEvent): boolean =>
  type === "note" || type === "generationFailed" || type === "jobFinished";

/** Every line of a text, the later ones indented, as `logLine` makes them safe. */
export const wholeText = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line, index) => logLine(index === 0 ? line : `  ${line}`));

const shorten = (line: string): string => (line.length <= widest ? line : `${line.slice(0, widest - 1)}…`);

const describeEvent = (event: JobEvent): readonly string[] => {
  switch (event.type) {
    case "jobStarted":
      return [`job ${event.jobId}: ${event.coordinator} on ${event.model.provider} ${event.model.model}`];
    case "note":
      return [`${event.level}: ${event.text}`];
    case "packageInstalled":
      return [
        `installed ${event.package}@${event.version} for ${event.skill} in ${seconds(event.durationMs)}`,
      ];
    case "skillStarting":
    case "skillConnected":
    case "skillStderr":
    case "skillDisconnected":
    case "toolsChanged":
    case "toolProgress":
      return [describeSkill(event)];
    case "runStarted":
      return [`run ${event.expert}: ${event.tools.length} tools`];
    case "generationFinished":
      return describeGeneration(event);
    case "generationFailed":
      return [
        `step ${event.step}: ${describeFailure(event.error)}${event.error.isRetryable ? " (may be tried again)" : ""}`,
      ];
    case "toolCallFinished":
      return [
        `  ${event.toolCallId} ${event.isError ? "failed" : "done"} in ${seconds(event.durationMs)}: ${describeContents(event.contents)}`,
      ];
    default:
      return describeTurn(event);
  }
};

const describeTurn = (
  event: Extract<
    JobEvent,
    {
      type:
        | "jobResumed"
        | "runResumed"
        | "queryAdded"
        | "contextReduced"
        | "answerChecked"
        | "budgetSpent"
        | "deadlineReached"
        | "interrupted"
        | "runFinished"
        | "jobFinished";
    }
  >,
): readonly string[] => {
  switch (event.type) {
    case "jobResumed":
      return [`job ${event.jobId} goes on with ${event.model.provider} ${event.model.model}`];
    case "runResumed":
      return [`run ${event.runId} goes on: ${event.tools.length} tools`];
    case "queryAdded":
      return [`asked: ${describeContents(event.input)}`];
    case "contextReduced":
      return [`run ${event.runId}: ${event.results.length} old results left out of its context`];
    case "answerChecked":
      return [
        event.verdict.type === "valid" ? "the answer fits its schema" : `misfit: ${event.verdict.error}`,
      ];
    case "budgetSpent":
      return [];
    case "deadlineReached":
      return [`the job's time of ${seconds(event.limitMs)} is over`];
    case "interrupted":
      return [`stopped by ${event.signal}`];
    case "runFinished":
      return [];
    case "jobFinished":
      return [describeOutcome(event.outcome)];
    default:
      return event satisfies never;
  }
};

type SkillEvent = Extract<
  JobEvent,
  {
    type:
      | "skillStarting"
      | "skillConnected"
      | "skillStderr"
      | "skillDisconnected"
      | "toolsChanged"
      | "toolProgress";
  }
>;

const describeProgress = (event: Extract<JobEvent, { type: "toolProgress" }>): string => {
  const total = event.total === undefined ? "" : ` of ${event.total}`;
  return `at ${event.progress}${total}${event.message === undefined ? "" : `: ${event.message}`}`;
};

const describeSkill = (event: SkillEvent): string => {
  switch (event.type) {
    case "skillStarting":
      return `starting ${event.skill}: ${[event.command, ...event.args].join(" ")}`;
    case "skillConnected":
      return `connected ${event.skill}: ${event.server.name} ${event.server.version}`;
    case "toolsChanged":
      return `${event.skill} offers ${event.tools.length} tools now`;
    case "toolProgress":
      return `  ${event.toolCallId} ${describeProgress(event)}`;
    case "skillStderr":
      return `${event.skill}: ${event.text}`;
    case "skillDisconnected":
      return `disconnected ${event.skill}: ${event.reason}`;
    default:
      return event satisfies never;
  }
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const describeGeneration = (event: Extract<JobEvent, { type: "generationFinished" }>): readonly string[] => {
  const { inputTokens, outputTokens } = event.usage;
  const text = textOf(event.parts).trim();
  const calls = event.parts.filter((part) => part.type === "toolCall");
  return [
    `step ${event.step}: ${inputTokens} tokens in, ${outputTokens} out, ${seconds(event.durationMs)}`,
    ...(text === "" ? [] : [`  ${firstLine(text)}`]),
    ...calls.map((call) => `  ${call.id} ${call.tool} ${describeArgs(call)}`),
  ];
};

const describeArgs = (call: ToolCallPart): string => call.malformed ?? JSON.stringify(call.args);

const describeContents = (contents: readonly ResultContent[]): string =>
  contents
    .map((content) =>
      content.type === "text" ? content.text : `${content.mediaType}, ${content.size} bytes`,
    )
    .join(" ");

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

/** `429 ProviderError: …`, as people search for it. */
const describeFailure = (failure: Failure): string =>
  `${failure.statusCode === undefined ? "" : `${failure.statusCode} `}${failure.name}: ${failure.message}`;

/** How a job ended, in one sentence. */
const describeOutcome = (outcome: RunOutcome): string => {
  switch (outcome.type) {
    case "completed":
      return "completed";
    case "failed":
      return `failed: ${describeFailure(outcome.error)}`;
    case "needsInput":
      return "stopped: waits for an answer";
    case "maxSteps":
      return `stopped: the limit of ${outcome.limit} steps was reached`;
    case "maxTokens":
      return `stopped: the budget of ${outcome.limit} tokens is spent`;
    case "maxCost":
      return `stopped: the budget of $${outcome.limitUsd} is spent`;
    case "jobTimeout":
      return `stopped: the job's time of ${seconds(outcome.limitMs)} was over`;
    case "interrupted":
      return `stopped by ${outcome.signal}`;
    default:
      return outcome satisfies never;
  }
};
