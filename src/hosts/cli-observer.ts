import { createProjection } from "../perstack/projection.ts";
import { describeProblem } from "../report/describe-problem.ts";
import { type CliObserver, humanProgress } from "./cli-progress.ts";
import type { RunOptions } from "./cli-run-options.ts";
import type { Terminal } from "./terminal.ts";

/** Progress for a person on standard error and the answer on standard output, or events as lines of JSON. */
export const createObserver = (terminal: Terminal, options: RunOptions): CliObserver =>
  options.output === "json" ? jsonLines(terminal) : humanProgress(terminal, options);

const jsonLines = (terminal: Terminal): CliObserver => {
  const projection = createProjection();
  const print = (events: readonly object[]): void => {
    for (const event of events) terminal.out(`${JSON.stringify(event)}\n`);
  };
  return {
    onEntry: (entry) => print(projection.push(entry)),
    onDelta: (delta) => print(projection.delta(delta, Date.now())),
    end({ outcome }, directory) {
      if (outcome !== undefined) for (const line of describeProblem(outcome)) terminal.err(`${line}\n`);
      terminal.err(`The job is in ${directory}\n`);
    },
    [Symbol.dispose]: () => {},
  };
};
