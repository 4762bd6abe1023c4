import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ExpertStackError } from "../errors.ts";
import type { Environment } from "./secrets.ts";

/** What the runner says of the step it runs: https://docs.github.com/actions/reference/workflows-and-actions/variables */
export type ActionContext = {
  readonly eventName: string;
  /** The webhook's payload, not yet looked at. */
  readonly payload: unknown;
  readonly owner: string;
  readonly repo: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** The commit that triggered the run. */
  readonly sha: string;
  readonly workflow: string;
  /** The name of its file, such as `review.yml`. @throws ExpertStackError TRIGGER_INVALID where the runner did not say */
  readonly workflowFile: () => string;
  readonly job: string;
  readonly runId: string;
  readonly runAttempt: string;
  /** The checkout. */
  readonly checkout: string;
  /** The runner's temporary folder, emptied before each job. */
  readonly temporary: string;
  /** Where the runner keeps what later jobs use again: packages of skills. */
  readonly cache: string;
};

/** @throws ExpertStackError TRIGGER_INVALID when a variable of the runner is missing */
export const readContext = (environment: Environment): ActionContext => {
  const need = (name: string): string => {
    const value = environment[name];
    if (value !== undefined && value !== "") return value;
    throw new ExpertStackError({
      code: "TRIGGER_INVALID",
      message: `The runner did not set ${name}.`,
      remedy: "Run this as a step of a GitHub Actions workflow, or use the command line.",
    });
  };
  const [owner = "", repo = ""] = need("GITHUB_REPOSITORY").split("/");
  const temporary = need("RUNNER_TEMP");
  return {
    eventName: need("GITHUB_EVENT_NAME"),
    payload: readPayload(need("GITHUB_EVENT_PATH")),
    owner,
    repo,
    apiUrl: environment.GITHUB_API_URL || "https://api.github.com",
    serverUrl: environment.GITHUB_SERVER_URL || "https://github.com",
    sha: need("GITHUB_SHA"),
    workflow: environment.GITHUB_WORKFLOW ?? "",
    workflowFile: () => fileOf(need("GITHUB_WORKFLOW_REF")),
    job: environment.GITHUB_JOB ?? "",
    runId: environment.GITHUB_RUN_ID ?? "",
    runAttempt: environment.GITHUB_RUN_ATTEMPT ?? "1",
    checkout: resolve(need("GITHUB_WORKSPACE")),
    temporary,
    cache: join(environment.RUNNER_TOOL_CACHE || temporary, "expert-stack"),
  };
};

/** Of `owner/repository/.github/workflows/review.yml@refs/heads/main`. */
const fileOf = (reference: string): string => /\/([^/@]+)@[^@]*$/.exec(reference)?.[1] ?? reference;

const readPayload = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ExpertStackError({
      code: "TRIGGER_INVALID",
      message: "The event's payload could not be read.",
      remedy: "GITHUB_EVENT_PATH must name the JSON file that the runner wrote.",
      cause,
    });
  }
};
