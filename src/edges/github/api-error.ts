import { ExpertStackError } from "../../errors.ts";

/** Runs a request and names what was being done when it fails, and for a 403 the permission that is missing. */
export const asking = async <T>(what: string, request: Promise<T>): Promise<T> => {
  try {
    return await request;
  } catch (error) {
    throw apiError(what, error);
  }
};

/** As `asking`, with nothing for a 404. */
export const askingMaybe = async <T>(what: string, request: Promise<T>): Promise<T | undefined> => {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw apiError(what, error);
  }
};

const statusOf = (error: unknown): number | undefined =>
  typeof error === "object" && error !== null && "status" in error && typeof error.status === "number"
    ? error.status
    : undefined;

const apiError = (what: string, error: unknown): ExpertStackError => {
  const status = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (status === 403 && /not accessible by (integration|personal access token)/i.test(message)) {
    const needed = acceptedPermissions(error);
    return new ExpertStackError({
      code: "GITHUB_PERMISSION_MISSING",
      message: `The token may not ${what} (403).`,
      remedy: `Give the job ${needed === undefined ? "the permission it needs" : `\`${needed}\``} under \`permissions:\`.`,
      cause: error,
    });
  }
  return new ExpertStackError({
    code: "GITHUB_REQUEST_FAILED",
    message: `GitHub did not ${what}${status === undefined ? "" : ` (${status})`}: ${message}`,
    remedy:
      status === 401
        ? "Check the input `github-token`: GitHub does not accept it."
        : "Run the job again; if it stays, look at https://www.githubstatus.com.",
    cause: error,
  });
};

/** `x-accepted-github-permissions`, rewritten as the lines of a workflow's `permissions:`. */
const acceptedPermissions = (error: unknown): string | undefined => {
  const response =
    typeof error === "object" && error !== null && "response" in error ? error.response : undefined;
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== "object" || headers === null || !("x-accepted-github-permissions" in headers)) {
    return undefined;
  }
  const [first] = String(headers["x-accepted-github-permissions"]).split(";");
  return first?.trim().replaceAll("_", "-").replaceAll("=", ": ");
};
