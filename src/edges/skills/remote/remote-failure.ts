import { ExpertStackError } from "../../../errors.ts";
import { saidBy } from "../mcp/said-by.ts";

export type RemoteFailure = {
  /** One for each transport that was tried, the newer first. */
  readonly causes: readonly unknown[];
  readonly ending: "failed" | "late" | "stopped";
};

/**
 * What went wrong with a remote skill, in words. What the address policy refused stays what it is, with the skill's
 * name before it.
 */
export const remoteFailure = (
  { name, startTimeoutMs = 0 }: { readonly name: string; readonly startTimeoutMs?: number },
  { causes, ending }: RemoteFailure,
): ExpertStackError => {
  const [first] = causes;
  const refusal = causes.find((cause) => cause instanceof ExpertStackError);
  const startFailed = (what: string, remedy: string): ExpertStackError =>
    new ExpertStackError({
      code: "SKILL_START_FAILED",
      message: `The skill "${name}" ${what}`,
      remedy,
      cause: first,
    });
  if (refusal !== undefined) {
    const { code, message, remedy } = refusal;
    return new ExpertStackError({
      code,
      message: `The skill "${name}": ${message}`,
      remedy,
      cause: refusal,
    });
  }
  if (ending === "late") return startFailed(`did not answer within ${startTimeoutMs / 1000} s.`, tryIt);
  if (ending === "stopped") return startFailed("was stopped while it started.", tryIt);
  const status = causes.map(httpStatusOf).find((one) => one === 401 || one === 403);
  if (status !== undefined) {
    const what = status === 401 ? "wants a login" : "does not let the runner in";
    return startFailed(
      `${what} (HTTP ${status}).`,
      "Remote skills have no login yet: use a server that needs none.",
    );
  }
  return startFailed(`failed: ${causes.map(saidBy).join("; and by server-sent events: ")}`, tryIt);
};

const tryIt = "Check that `endpoint` is the address of an MCP server and that it answers.";

/** The HTTP status that an error of the SDK's transports carries; undefined for any other error. */
export const httpStatusOf = (error: unknown): number | undefined =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "number" &&
  error.code >= 100 &&
  error.code < 600
    ? error.code
    : undefined;
