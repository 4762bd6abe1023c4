import type { JournalEntry } from "../job/event.ts";
import { createProjection } from "../perstack/projection.ts";
import { entryTeller } from "../report/describe-entry.ts";
import { describeProblem } from "../report/describe-problem.ts";
import { isWarning } from "../report/is-warning.ts";
import { type CliObserver, humanProgress, nextStep } from "./cli-progress.ts";
import type { RunOptions } from "./cli-run-options.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Progress for a person on standard error and the answer on standard output, or events as lines of JSON.
 *
 * @param earlier what a job that goes on has been through: known, and not told again
 */
export const createObserver = (
  terminal: Terminal,
  options: RunOptions,
  earlier: readonly JournalEntry[],
): CliObserver =>
  options.output === "json"
    ? jsonLines(terminal, options, earlier)
    : humanProgress(terminal, options, earlier);

const jsonLines = (
  terminal: Terminal,
  { where }: RunOptions,
  earlier: readonly JournalEntry[],
): CliObserver => {
  const projection = createProjection();
  const tell = entryTeller();
  for (const entry of earlier) projection.push(entry);
  const print = (events: readonly object[]): void => {
    for (const event of events) terminal.out(`${JSON.stringify(event)}\n`);
  };
  return {
    onEntry(entry, after) {
      // Events in Perstack's form have no place for a warning, and who reads them by program must not miss it.
      if (isWarning(entry.event)) for (const line of tell(entry)) terminal.err(`${line}\n`);
      print(projection.push(entry, after));
    },
    onDelta: (delta) => print(projection.delta(delta, Date.now())),
    end(state, directory) {
      const { outcome } = state;
      if (outcome !== undefined) for (const line of describeProblem(outcome)) terminal.err(`${line}\n`);
      for (const line of nextStep(state, where)) terminal.err(`${line}\n`);
      terminal.err(`The job is in ${directory}\n`);
    },
    [Symbol.dispose]: () => {},
  };
};
