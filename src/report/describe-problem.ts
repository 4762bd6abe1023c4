import type { RunOutcome } from "../job/outcome.ts";
import { wholeText } from "./describe-entry.ts";
import { problemOf } from "./problem.ts";

/** Why a job did not complete and what to do about it, in plain lines; none when it did. */
export const describeProblem = (outcome: RunOutcome): readonly string[] => {
  const problem = problemOf(outcome);
  if (problem === undefined) return [];
  const status = problem.statusCode === undefined ? "" : `${problem.statusCode} `;
  return [...wholeText(`error: ${status}${problem.message}`), ...wholeText(`  ${problem.remedy}`)];
};
