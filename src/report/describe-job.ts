import type { JournalEntry } from "../job/event.ts";
import { entryTeller } from "./describe-entry.ts";
import { describeProblem } from "./describe-problem.ts";
import { reportOf } from "./job-facts.ts";
import { dollars } from "./markdown.ts";
import { visible } from "./visible.ts";

/** A job's journal for a person: what was asked, what happened, what came of it, and what it took. */
export const describeJob = (entries: readonly JournalEntry[]): readonly string[] => {
  const { outcome, steps, usage, costUsd, durationMs } = reportOf(entries);
  const query = entries[0]?.event.type === "jobStarted" ? entries[0].event.query : "";
  const answer = outcome?.type === "completed" ? outcome.text : "";
  return [
    ...titled("query", query),
    ...entries.filter(({ event }) => event.type !== "jobFinished").flatMap(entryTeller()),
    ...(outcome === undefined ? ["not finished"] : [outcome.type, ...describeProblem(outcome)]),
    ...titled("answer", answer),
    `${steps} ${steps === 1 ? "step" : "steps"}, ${usage.inputTokens} tokens in, ${usage.outputTokens} out${costUsd ? `, ${dollars(costUsd)}` : ""}, ${(durationMs / 1000).toFixed(1)} s`,
  ];
};

const titled = (title: string, text: string): readonly string[] =>
  text.trim() === ""
    ? []
    : [
        `${title}:`,
        ...text
          .trim()
          .split(/\r?\n/)
          .map((line) => `  ${visible(line)}`),
      ];
