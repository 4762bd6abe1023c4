import type { JournalEntry } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import { emptyState, rootRunId } from "../job/state.ts";
import type { Todo } from "../job/todo.ts";
import { type Marker, markerLine } from "../outputs/marker.ts";
import {
  framed,
  type InertText,
  runnerText,
  type SanitizedText,
  sanitize,
  type TextPolicy,
} from "../outputs/sanitize.ts";
import { dollars, duration, inlineCode, integer, plural } from "./markdown.ts";

/** How far a job is. */
export type Progress = {
  readonly steps: number;
  /** Input and output together. */
  readonly tokens: number;
  /** US dollars, of the answers whose price is known; zero where none is. */
  readonly costUsd: number;
  /** The Coordinator's own list. */
  readonly todos: readonly Todo[];
};

export const progressOf = (entries: readonly JournalEntry[]): Progress => {
  const { steps, usage, costUsd, runs } = entries.reduce(
    (before, { event }) => evolve(before, event),
    emptyState,
  );
  const tokens = usage.inputTokens + usage.outputTokens;
  return { steps, tokens, costUsd, todos: runs.get(rootRunId)?.todos ?? [] };
};

/** Of a list, so that the comment stays one that is read in passing. */
const [mostTodos, longestTitle] = [30, 160];

/** Where and as whom it is written. */
type Framing = {
  readonly expert: string;
  /** Of the workflow run. */
  readonly runUrl: string;
  readonly marker: Marker;
  readonly policy: TextPolicy;
};

/** What stands in the sticky comment while the job runs. @param elapsedMs since it began */
export const renderProgress = (
  { steps, tokens, costUsd, todos }: Progress,
  elapsedMs: number,
  { expert, runUrl, marker, policy }: Framing,
): InertText => {
  const notes = [
    plural(steps, "step"),
    `${integer(tokens)} tokens`,
    ...(costUsd === 0 ? [] : [dollars(costUsd)]),
    `${duration(elapsedMs)} so far`,
    `[workflow run](${runUrl})`,
  ];
  return framed({
    before: `${markerLine(marker)}\n\n**${inlineCode(expert)} is working on it.**\n\n`,
    body: sanitize(todoList(todos), policy),
    after: `\n\n<sub>${notes.join(" · ")}</sub>\n`,
  });
};

/** What the comment says once nobody works on it any more and there is no answer. */
export const renderAbandoned = ({ expert, runUrl, marker }: Omit<Framing, "policy">): SanitizedText =>
  runnerText(
    `${markerLine(marker)}\n\n${inlineCode(expert)} was stopped before it had an answer: [workflow run](${runUrl}).\n`,
  );

const todoList = (todos: readonly Todo[]): string => {
  const lines = todos
    .slice(0, mostTodos)
    .map(({ title, completed }) => `- [${completed ? "x" : " "}] ${oneLine(title)}`);
  const more = todos.length - lines.length;
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join("\n");
};

const oneLine = (title: string): string => {
  const line = title.replace(/\s+/g, " ").trim();
  return line.length > longestTitle ? `${line.slice(0, longestTitle)}…` : line;
};
