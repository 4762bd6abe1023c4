import { error as annotateError, info, setOutput, summary, warning } from "@actions/core";
import { inSentences } from "../errors.ts";
import type { RunOutcome } from "../job/outcome.ts";
import { type Conclusion, exitCode } from "../report/conclusion.ts";
import type { JobReport, Problem } from "../report/job-report.ts";
import { logLine } from "../report/log-line.ts";
import { makeRedaction } from "../report/redaction.ts";
import { renderSummary } from "../report/summary.ts";
import type { Ending } from "./ending.ts";
import { publishable } from "./published-text.ts";
import { type Step, textPolicy } from "./step.ts";

/** Outputs, summary, annotation. Everything here comes after the job and loses nothing when it fails. */
export const finish = async (
  ending: Ending,
  {
    step,
    secrets,
    stop,
  }: { readonly step?: Step; readonly secrets: readonly string[]; readonly stop: AbortSignal },
): Promise<number> => {
  const { redact } = makeRedaction(secrets);
  for (const [name, value] of Object.entries(outputsOf(ending, step))) {
    setOutput(name, await publishable(redact(value)));
  }
  if (ending.summary !== "none") await writeSummary(ending, step, redact);
  annotate(ending, redact);
  if (stop.aborted) return 130;
  return exitCode(ending.conclusion, {
    skip: step?.inputs.onSkip ?? "pass",
    event: isRequirable(ending.trigger) ? "pullRequest" : "other",
  });
};

/** Runs of these events are checks of the pull request's head; a comment's run is one of the default branch. */
const isRequirable = (trigger: Ending["trigger"]): boolean =>
  trigger?.type === "pullRequest" || trigger?.type === "review" || trigger?.type === "reviewComment";

const outputsOf = (ending: Ending, step: Step | undefined): Readonly<Record<string, string>> => {
  const { conclusion, job, report, delivery } = ending;
  const { expert, usage } = job ?? {};
  return {
    conclusion,
    "final-message": report?.answer ?? "",
    "response-file": job?.responseFile ?? "",
    "structured-output": structuredOutput(job?.outcome),
    "job-id": job?.id ?? "",
    "checkpoint-id": job?.checkpoint ?? "",
    "artifact-id": String(report?.artifact?.id ?? ""),
    "artifact-url": report?.artifact?.url ?? "",
    "comment-url": delivery?.commentUrl ?? "",
    plan: planOutput(ending, step),
    "plan-digest": ending.plan?.digest ?? "",
    "execution-file": job?.executionFile ?? "",
    expert: expert === undefined ? "" : `${expert.name}@${expert.version} ${expert.digest}`,
    steps: String(job?.steps ?? 0),
    "input-tokens": String(usage?.inputTokens ?? 0),
    "output-tokens": String(usage?.outputTokens ?? 0),
    "cost-usd": String(report?.facts?.costUsd ?? ""),
  };
};

/** The id of the plan's artifact, or how the step ended that left none: the job that publishes repeats it. */
const planOutput = ({ plan, conclusion }: Ending, step: Step | undefined): string => {
  if (plan !== undefined) return plan.reference;
  return step?.inputs.mode === "plan" ? conclusion : "";
};

const structuredOutput = (outcome: RunOutcome | undefined): string =>
  outcome?.type === "completed" && outcome.structured !== undefined ? JSON.stringify(outcome.structured) : "";

const writeSummary = async (
  ending: Ending,
  step: Step | undefined,
  redact: (text: string) => string,
): Promise<void> => {
  const report: JobReport = ending.report ?? {
    conclusion: ending.conclusion,
    expert: ending.expert,
    ...(ending.problem === undefined ? {} : { problem: ending.problem }),
  };
  const policy = textPolicy(step?.context.serverUrl ?? "https://github.com");
  try {
    await summary.addRaw(await publishable(redact(renderSummary(report, policy).text))).write();
  } catch (cause) {
    warning(`The job summary could not be written: ${String(cause)}`);
  }
};

const titleOf = (conclusion: Conclusion, problem: Problem | undefined): string =>
  problem?.code === undefined ? conclusion : `${conclusion} (${problem.code})`;

/** One annotation a person sees first: red for what went wrong, plain for what was not to be done. */
const annotate = ({ conclusion, problem }: Ending, redact: (text: string) => string): void => {
  const text = problem === undefined ? "" : redact(logLine(inSentences(problem.message, problem.remedy)));
  switch (conclusion) {
    case "success":
    case "planned":
    case "needs-input":
      info(`Conclusion: ${conclusion}`);
      return;
    case "skipped":
    case "denied":
      info(`Conclusion: ${conclusion}. ${text}`);
      return;
    case "failure":
    case "limit":
    case "undelivered":
    case "invalid":
      annotateError(text, { title: `Expert Stack: ${titleOf(conclusion, problem)}` });
      return;
    default:
      conclusion satisfies never;
  }
};
