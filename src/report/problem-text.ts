import type { Conclusion } from "./conclusion.ts";
import type { JobReport, Problem } from "./job-report.ts";
import { fenced, inlineCode } from "./markdown.ts";
import { shortened } from "./shortened.ts";

const headlines: Readonly<Record<Conclusion, string>> = {
  success: "finished",
  planned: "finished; nothing was published",
  "needs-input": "needs an answer",
  skipped: "had nothing to do here",
  denied: "was not allowed to run",
  failure: "failed",
  limit: "was stopped by a limit",
  undelivered: "finished, but not everything could be published",
  invalid: "could not start",
};

/** `reviewer failed`, with the Expert's name as code; a step that names none has "The Expert". */
export const headline = ({ conclusion, expert }: Pick<JobReport, "conclusion" | "expert">): string =>
  `${expert === "" ? "The Expert" : inlineCode(expert)} ${headlines[conclusion]}`;

/** What a provider's or a tool's message may take up. */
const maxMessage = 4000;

/** What happened, the provider's status and words (as code, since they are anyone's), and what to do. */
export const problemText = (problem: Problem): string => {
  const status =
    problem.statusCode === undefined ? "" : `The provider answered with status ${problem.statusCode}:\n\n`;
  return `${status}${fenced(shortened(problem.message, maxMessage))}\n\n**What to do:** ${problem.remedy}`;
};
