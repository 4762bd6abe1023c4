import { ExpertStackError } from "../../errors.ts";

/**
 * Runs a request and names what was being done when it fails, and for a 403 the permission that is missing.
 *
 * @param permission what the request needs, where GitHub's own answer lists alternatives that would not do
 */
export const asking = async <T>(what: string, request: Promise<T>, permission?: string): Promise<T> => {
  try {
    return await request;
  } catch (error) {
    throw apiError(what, error, permission);
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

export const statusOf = (error: unknown): number | undefined =>
  typeof error === "object" && error !== null && "status" in error && typeof error.status === "number"
    ? error.status
    : undefined;

const apiError = (what: string, error: unknown, permission?: string): ExpertStackError => {
  const status = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const isRefused = status === 403 && /not accessible by (integration|personal access token)/i.test(message);
  if (isRefused || isForbidden(error)) {
    const needed = permission ?? acceptedPermissions(error);
    return new ExpertStackError({
      code: "GITHUB_PERMISSION_MISSING",
      message: `The token may not ${what}${status === undefined ? "" : ` (${status})`}.`,
      remedy: `Give the job ${needed === undefined ? "the permission it needs" : `\`${needed}\``} under \`permissions:\`.`,
      cause: error,
    });
  }
  return new ExpertStackError({
    code: "GITHUB_REQUEST_FAILED",
    message: `GitHub did not ${what}${status === undefined ? "" : ` (${status})`}: ${message}`,
    remedy: isRateLimit(error) ? later : remedyOf(status),
    cause: error,
  });
};

const remedyOf = (status: number | undefined): string => {
  switch (status) {
    case 401:
      return "Check the input `github-token`: GitHub does not accept it.";
    case 403:
      return "Running the job again will not help until what GitHub says there has changed, or `github-token` is one that may.";
    case 404:
    case 410:
      return "Check that it is still there, and that the token may see this repository.";
    case 422:
      return "Running the job again will not help until what GitHub says there has changed.";
    default:
      return later;
  }
};

const later = "Run the job again; if it stays, look at https://www.githubstatus.com.";

/** Whether GitHub asks to slow down. */
export const isRateLimit = (error: unknown): boolean =>
  [403, 429].includes(statusOf(error) ?? 0) && error instanceof Error && /rate limit/i.test(error.message);

/** Whether GraphQL says that the token may not do something. It answers with status 200. */
export const isForbidden = (error: unknown): boolean => {
  if (typeof error !== "object" || error === null || !("errors" in error)) return false;
  const { errors } = error;
  return Array.isArray(errors) && errors.some((one: unknown) => typeOf(one) === "FORBIDDEN");
};

const typeOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "type" in value ? value.type : undefined;

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
