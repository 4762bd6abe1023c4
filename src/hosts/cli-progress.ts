import type { JobEvent, JournalEntry } from "../job/event.ts";
import type { JobState } from "../job/state.ts";
import { addUsage, noUsage, type Usage } from "../job/usage.ts";
import { describeEntry, describeOutcome } from "../report/describe-entry.ts";
import { visible } from "../report/visible.ts";
import type { Observer } from "../run/ports.ts";
import type { RunOptions } from "./cli-run-options.ts";
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
  { output, verbosity }: Pick<RunOptions, "output" | "verbosity">,
): CliObserver => {
  const status = createStatus();
  const line =
    terminal.stderrIsTerminal && output === "auto" ? rewritingLine(terminal, status.text) : undefined;
  const startedAt = Date.now();
  return {
    onEntry(entry) {
      const isQuiet = line !== undefined && verbosity === "normal";
      const called = isQuiet ? status.toolOf(entry.event) : undefined;
      status.see(entry.event);
      const isDue = isQuiet ? isWorthALine(entry.event) : isShown(entry.event, verbosity);
      if (isDue) print(entry, called);
      line?.draw();
    },
    onDelta(delta) {
      status.now(delta.type === "text" ? "writing" : "thinking");
    },
    end(state, directory) {
      line?.stop();
      line?.clear();
      printEnd({ terminal, state, directory, elapsedMs: Date.now() - startedAt });
    },
    [Symbol.dispose]: () => line?.stop(),
  };

  /** @param called the tool whose result this is, where the line that names its call is not shown */
  function print(entry: JournalEntry, called: string | undefined): void {
    line?.clear();
    for (const text of describeEntry(entry)) {
      terminal.err(`${called === undefined ? text : text.replace(/\S+/, () => visible(called))}\n`);
    }
  }
};

const isShown = (event: JobEvent, verbosity: "verbose" | "normal"): boolean =>
  event.type !== "jobFinished" && (verbosity === "verbose" || event.type !== "skillStderr");

/** Lines that stay above the rewriting one. */
const isWorthALine = (event: JobEvent): boolean =>
  event.type === "note" ||
  event.type === "generationFailed" ||
  event.type === "packageInstalled" ||
  (event.type === "toolCallFinished" && event.isError);

type Status = {
  see(event: JobEvent): void;
  now(activity: string): void;
  /** The tool of a call that is under way and whose result this is. */
  toolOf(event: JobEvent): string | undefined;
  text(): string;
};

const createStatus = (): Status => {
  const startedAt = Date.now();
  let activity = "starting";
  let step = 1;
  let usage: Usage = noUsage;
  const calls = new Map<string, string>();
  return {
    see(event) {
      if (event.type === "runStarted") activity = "waiting for the model";
      if (event.type === "skillStarting") activity = `starting ${event.skill}`;
      if (event.type === "toolCallFinished") calls.delete(event.toolCallId);
      if (event.type === "generationFinished") {
        usage = addUsage(usage, event.usage);
        step = event.step;
        for (const part of event.parts) if (part.type === "toolCall") calls.set(part.id, part.tool);
      }
      if (event.type === "toolCallFinished" && calls.size === 0) {
        step += 1;
        activity = "waiting for the model";
      }
    },
    now(what) {
      activity = what;
    },
    toolOf: (event) => (event.type === "toolCallFinished" ? calls.get(event.toolCallId) : undefined),
    text() {
      const doing = calls.size > 0 ? [...calls.values()].join(", ") : activity;
      const seconds = Math.floor((Date.now() - startedAt) / 1000);
      const tokens = `${short(usage.inputTokens)} in, ${short(usage.outputTokens)} out`;
      return `step ${step} · ${tokens} · ${seconds} s · ${doing}`;
    },
  };
};

const short = (count: number): string => (count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`);

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

const printEnd = (end: {
  terminal: Terminal;
  state: JobState;
  directory: string;
  elapsedMs: number;
}): void => {
  const { terminal, state, directory, elapsedMs } = end;
  const { outcome, usage, steps } = state;
  if (outcome?.type === "completed") terminal.out(`${answerFor(terminal, outcome.text)}\n`);
  else if (outcome !== undefined) terminal.err(`${visible(describeOutcome(outcome))}\n`);
  const counts = `${steps} ${steps === 1 ? "step" : "steps"}, ${usage.inputTokens} tokens in, ${usage.outputTokens} out`;
  terminal.err(`${counts}, ${(elapsedMs / 1000).toFixed(1)} s. The job is in ${directory}\n`);
};
