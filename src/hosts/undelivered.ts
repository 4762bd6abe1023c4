import { ExpertStackError } from "../errors.ts";
import type { Problem } from "../report/job-report.ts";
import type { Delivery } from "../run/publish.ts";

/** What could not be delivered, after what went wrong in the job itself. */
export const withUndelivered = (
  problem: Problem | undefined,
  { failures }: Pick<Delivery, "failures">,
): Problem | undefined => {
  if (failures.length === 0) return problem;
  const reasons = failures.map(({ output, error }) => `${output}: ${messageOf(error)}`);
  const lost = `Not delivered: ${reasons.join("; ")}`;
  if (problem !== undefined) return { ...problem, message: `${problem.message} ${lost}` };
  return { message: lost, remedy: [...new Set(failures.map(({ error }) => remedyOf(error)))].join(" ") };
};

const remedyOf = (error: unknown): string =>
  error instanceof ExpertStackError ? error.remedy : "Run the job again.";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
