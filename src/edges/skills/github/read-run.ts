import { visibleText } from "../../../definition/hidden-text.ts";
import type { JsonObject } from "../../../job/message.ts";
import { callArguments } from "../base/call-arguments.ts";
import { toolFailed } from "../base/tool-outcome.ts";
import { linePages } from "./pages.ts";
import type { GitHubReading, ReadTool } from "./reading.ts";

/** The jobs of a workflow run, or the end of what one of them printed. */
export const readRun: ReadTool = async (reading, args, signal) => {
  const { optionalNumber } = callArguments(args);
  const job = optionalNumber("job");
  return job === undefined
    ? await jobsOf(reading, optionalNumber("run") ?? reading.run, signal)
    : await logOf(reading, { job, page: optionalNumber("page") ?? 1 }, signal);
};

const jobsOf = async (
  { reader }: GitHubReading,
  run: number | undefined,
  signal: AbortSignal,
): Promise<JsonObject> => {
  if (run === undefined) throw toolFailed("No run set off this job: name one by its number, as `run`.");
  const jobs = await (await reader()).jobs(run, signal);
  if (jobs === undefined) throw toolFailed(`There is no run ${run}.`);
  return {
    run,
    jobs: jobs.map(({ id, name, status, conclusion, failedSteps }) => ({
      ...{ job: id, name: visibleText(name).text, status, conclusion },
      failedSteps: failedSteps.map((step) => visibleText(step).text),
    })),
  };
};

/** Page by page from the end, where it says what failed. */
const logOf = async (
  { reader }: GitHubReading,
  { job, page }: { readonly job: number; readonly page: number },
  signal: AbortSignal,
): Promise<JsonObject> => {
  const log = await (await reader()).jobLog(job, signal);
  if (log === undefined) throw toolFailed(`Job ${job} has no log, or none any more.`);
  const { text, removed } = visibleText(log.text);
  const pages = linePages(text.trimEnd().split("\n").toReversed());
  return {
    job,
    log: (pages[page - 1] ?? []).toReversed().join("\n"),
    ...(page < pages.length ? { nextPage: page + 1, note: "The next page is what came before." } : {}),
    ...(log.isCut ? { cut: "The log is too long: its end was not read." } : {}),
    ...(removed === 0 ? {} : { invisibleCharactersRemoved: removed }),
  };
};
