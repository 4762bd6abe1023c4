import type { JobEvent, JournalEntry } from "../job/event.ts";
import { type ResultContent, type ToolCallPart, textOf } from "../job/message.ts";
import type { Failure } from "../job/outcome.ts";
import { rootRunId } from "../job/state.ts";
import { describeFailure, describeOutcome } from "./describe-outcome.ts";
import { describeSkill } from "./describe-skill.ts";
import { logLine } from "./log-line.ts";
import { type RunNames, runNames } from "./run-names.ts";
import { seconds } from "./seconds.ts";
import { shortened } from "./shortened.ts";

const widest = 160;

/**
 * Tells a job's entries, from the first on, in plain lines for a person; nothing in them can steer a terminal or a
 * runner. What explains a failure is shown whole, everything else on one short line each.
 */
export const entryTeller = (): ((entry: JournalEntry) => readonly string[]) => {
  const names = runNames();
  const reached = new Set<string>();
  return ({ event }) => {
    names.see(event);
    if (event.type === "proxyAccess" && !isNew(reached, accessKey(event))) return [];
    const lines = describeEvent(event, names).map((text) => `${delegateOf(event, names)}${text}`);
    return isExplanation(event)
      ? lines.flatMap(wholeText)
      : lines.map((text) => shortened(logLine(text.replace(/\s*[\r\n]\s*/g, " ")), widest));
  };
};

/** A package manager opens a dozen connections to one host: one line stands for them, the summary counts them. */
const accessKey = (event: Extract<JobEvent, { type: "proxyAccess" }>): string =>
  JSON.stringify([event.runId, describeSkill(event)]);

const isNew = (known: Set<string>, key: string): boolean => !known.has(key) && known.add(key) !== undefined;

/** Runs of delegates go on side by side, so that each of their lines says whose it is. */
const delegateOf = (event: JobEvent, names: RunNames): string =>
  "runId" in event && event.runId !== rootRunId
    ? `[${names.expertOf(event.runId) ?? "delegate"} ${event.runId}] `
    : "";

const isExplanation = ({ type }: JobEvent): boolean =>
  type === "note" || type === "generationFailed" || type === "jobFinished";

/** Every line of a text, the later ones indented, as `logLine` makes them safe. */
export const wholeText = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line, index) => logLine(index === 0 ? line : `  ${line}`));

const describeEvent = (event: JobEvent, names: RunNames): readonly string[] => {
  switch (event.type) {
    case "jobStarted":
      return [`job ${event.jobId}: ${event.coordinator} on ${event.model.provider} ${event.model.model}`];
    case "note":
      return [`${event.level}: ${event.text}`];
    case "packageInstalled":
      return [
        `installed ${event.package}@${event.version} for ${event.skill} in ${seconds(event.durationMs)}`,
      ];
    case "sandboxOpened":
    case "proxyAccess":
    case "skillStarting":
    case "skillConnected":
    case "skillStderr":
    case "skillDisconnected":
    case "toolsChanged":
    case "outputPlanned":
    case "toolProgress":
      return [describeSkill(event)];
    case "runStarted":
      return [`run ${event.expert}: ${event.tools.length} tools`];
    case "generationFinished":
      return describeGeneration(event);
    case "generationFailed":
      return [`step ${event.step}: ${describeFailure(event.error)}${prospect(event.error)}`];
    case "toolCallFinished":
      return [describeResult(event, names)];
    default:
      return describeTurn(event);
  }
};

const prospect = ({ isRetryable, retryAfterMs }: Failure): string => {
  if (!isRetryable) return "";
  return retryAfterMs === undefined
    ? " (may be tried again)"
    : ` (may be tried again in ${seconds(retryAfterMs)}, as the provider wishes)`;
};

/** A delegate's own lines say how long it took. */
const describeResult = (event: Extract<JobEvent, { type: "toolCallFinished" }>, names: RunNames): string => {
  const tool = names.toolOf(event.runId, event.toolCallId);
  const time = event.durationMs === 0 ? "" : ` in ${seconds(event.durationMs)}`;
  const how = event.isError ? "failed" : "done";
  return `  ${event.toolCallId}${tool === undefined ? "" : ` ${tool}`} ${how}${time}: ${describeContents(event.contents)}`;
};

const describeCheck = ({ verdict }: Extract<JobEvent, { type: "answerChecked" }>): string =>
  verdict.type === "valid" ? "the answer fits its schema" : `the answer misses its schema: ${verdict.error}`;

type Turn = Extract<
  JobEvent,
  {
    type:
      | "runResumed"
      | "contextReduced"
      | "answerChecked"
      | "jobResumed"
      | "queryAdded"
      | "budgetSpent"
      | "deadlineReached"
      | "interrupted"
      | "runFinished"
      | "jobFinished";
  }
>;

/** How the job or a Run of it goes on and ends. */
const describeTurn = (event: Turn): readonly string[] => {
  switch (event.type) {
    case "jobResumed":
      return [`job ${event.jobId} goes on with ${event.model.provider} ${event.model.model}`];
    case "runResumed":
      return [`goes on: ${event.tools.length} tools`];
    case "contextReduced":
      return [`${event.results.length} old results left out of the context`];
    case "answerChecked":
      return [describeCheck(event)];
    case "queryAdded":
      return [`asked: ${describeContents(event.input)}`];
    case "deadlineReached":
      return [`the job's time of ${seconds(event.limitMs)} is over`];
    case "interrupted":
      return [`stopped by ${event.signal}`];
    case "jobFinished":
      return [describeOutcome(event.outcome)];
    case "runFinished":
      // The Coordinator's end is the job's.
      return event.runId === rootRunId ? [] : [describeOutcome(event.outcome)];
    case "budgetSpent":
      return [];
    default:
      return event satisfies never;
  }
};

const describeGeneration = (event: Extract<JobEvent, { type: "generationFinished" }>): readonly string[] => {
  const { inputTokens, outputTokens } = event.usage;
  const by = event.alternative === undefined ? "" : `${event.model} answered, `;
  const text = textOf(event.parts).trim();
  const calls = event.parts.filter((part) => part.type === "toolCall");
  return [
    `step ${event.step}: ${by}${inputTokens} tokens in, ${outputTokens} out, ${seconds(event.durationMs)}`,
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
