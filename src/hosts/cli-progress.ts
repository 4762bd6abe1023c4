import { neededBudget } from "../job/budget.ts";
import type { JobEvent, JournalEntry } from "../job/event.ts";
import { isStop, type Stop } from "../job/outcome.ts";
import type { JobState } from "../job/state.ts";
import { entryTeller } from "../report/describe-entry.ts";
import { describeProblem } from "../report/describe-problem.ts";
import { questionOf } from "../report/describe-question.ts";
import { isWarning } from "../report/is-warning.ts";
import { dollars } from "../report/markdown.ts";
import { visible } from "../report/visible.ts";
import type { Observer } from "../run/ports.ts";
import type { RunOptions } from "./cli-run-options.ts";
import { createStatus } from "./cli-status.ts";
import type { Terminal } from "./terminal.ts";

const tickMs = 250;

/** Who watches a job on the command line. */
export type CliObserver = Observer &
  Disposable & {
    /** @param directory the job's folder, named at the end */
    end(state: JobState, directory: string): void;
  };

/** What the Expert is doing now, as one line that rewrites itself on a terminal and as plain lines elsewhere. */
export const humanProgress = (
  terminal: Terminal,
  { output, verbosity, where }: Pick<RunOptions, "output" | "verbosity" | "where">,
  earlier: readonly JournalEntry[],
): CliObserver => {
  const status = createStatus();
  const tell = entryTeller();
  for (const entry of earlier) {
    status.see(entry.event);
    tell(entry);
  }
  const line =
    terminal.stderrIsTerminal && output === "auto" ? rewritingLine(terminal, status.text) : undefined;
  const startedAt = Date.now();
  return {
    onEntry(entry) {
      const isQuiet = line !== undefined && verbosity === "normal";
      status.see(entry.event);
      const lines = tell(withoutAnswer(entry));
      const isDue = isQuiet ? isWorthALine(entry.event) : isShown(entry.event, verbosity);
      if (isDue) {
        line?.clear();
        for (const text of lines) terminal.err(`${text}\n`);
      }
      line?.draw();
    },
    onDelta(delta) {
      status.now(delta.type === "text" ? "writing" : "thinking");
    },
    end(state, directory) {
      line?.stop();
      line?.clear();
      printEnd({ terminal, state, directory, where, elapsedMs: Date.now() - startedAt });
    },
    [Symbol.dispose]: () => line?.stop(),
  };
};

const isShown = (event: JobEvent, verbosity: "verbose" | "normal"): boolean =>
  event.type !== "jobFinished" && (verbosity === "verbose" || event.type !== "skillStderr");

/** The answer is printed whole at the end: the step that gives it does not show its first line before. */
const withoutAnswer = (entry: JournalEntry): JournalEntry => {
  const { event } = entry;
  if (event.type !== "generationFinished") return entry;
  const isLast = event.parts.every((part) => part.type !== "toolCall" || part.tool === "attemptCompletion");
  if (!isLast) return entry;
  return { ...entry, event: { ...event, parts: event.parts.filter((part) => part.type !== "text") } };
};

/** Lines that stay above the rewriting one, which shows what else goes on. */
const isWorthALine = (event: JobEvent): boolean =>
  isWarning(event) ||
  event.type === "generationFailed" ||
  event.type === "packageInstalled" ||
  (event.type === "toolCallFinished" && event.isError);

const rewritingLine = (terminal: Terminal, text: () => string) => {
  const clear = (): void => terminal.err("\r\u001b[K");
  const draw = (): void => {
    clear();
    terminal.err(visible(text()).slice(0, Math.max(20, terminal.columns - 1)));
  };
  const timer = setInterval(draw, tickMs);
  timer.unref();
  const stop = (): void => clearInterval(timer);
  return { draw, clear, stop };
};

/** To a pipe the answer goes as it is; a terminal would obey the control characters in it. */
const answerFor = (terminal: Terminal, text: string): string =>
  terminal.stdoutIsTerminal ? text.split(/\r?\n/).map(visible).join("\n") : text;

/**
 * What a person may type to take a job on that waits for them, or whose budget is spent.
 *
 * @param where options that say where the manifest and the job are
 */
export const nextStep = (state: JobState, where: string): readonly string[] => {
  const { outcome, started } = state;
  const command = `expert-stack run ${started?.coordinator ?? ""}`;
  const onward = `--continue-job ${started?.jobId ?? ""}${where}`;
  const question = questionOf(state);
  if (question !== undefined) {
    const asked = question.calls.map(({ tool, args }) => visible(`It asks: ${tool} ${JSON.stringify(args)}`));
    const which = asked.length > 1 ? " (the first; the others come after it)" : "";
    return [...asked, `Answer with${which}: ${command} "<answer>" ${onward} -i`];
  }
  return outcome !== undefined && isStop(outcome)
    ? [`Go on with: ${command} ${onward}${moreOf(outcome, state)}`]
    : [];
};

/** The option that has to be larger for the job to go on, with twice as much or what its next request needs. */
const moreOf = (stop: Stop, state: JobState): string => {
  const needed = neededBudget(state);
  switch (stop.type) {
    case "maxSteps":
      return ` --max-steps ${stop.limit * 2}`;
    case "maxTokens":
      return ` --max-tokens ${Math.max(stop.limit * 2, needed.tokens)}`;
    case "maxCost":
      return ` --max-cost-usd ${Math.max(stop.limitUsd * 2, needed.costUsd)}`;
    default:
      return "";
  }
};

const printEnd = (end: {
  terminal: Terminal;
  state: JobState;
  directory: string;
  where: string;
  elapsedMs: number;
}): void => {
  const { terminal, state, directory, where, elapsedMs } = end;
  const { outcome, usage, steps } = state;
  if (outcome?.type === "completed") terminal.out(`${answerFor(terminal, outcome.text)}\n`);
  else if (outcome !== undefined) for (const line of describeProblem(outcome)) terminal.err(`${line}\n`);
  for (const line of nextStep(state, where)) terminal.err(`${line}\n`);
  const cost = state.costUsd === 0 ? "" : `, ${dollars(state.costUsd)}`;
  const counts = `${steps} ${steps === 1 ? "step" : "steps"}, ${usage.inputTokens} tokens in, ${usage.outputTokens} out`;
  const lost =
    state.lost.tokens === 0 ? "" : `, at most ${state.lost.tokens} more in requests that broke off`;
  terminal.err(`${counts}${lost}${cost}, ${(elapsedMs / 1000).toFixed(1)} s. The job is in ${directory}\n`);
};
