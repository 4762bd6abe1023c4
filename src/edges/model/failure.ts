import type { Failure } from "../../job/outcome.ts";

/**
 * A provider's error as data: status, message and wait kept, request body never (it holds the whole prompt).
 * Works on shapes, not classes, since a bundle may hold a class twice.
 */
export const providerFailure = (error: unknown, now: number): Failure => {
  if (!isRecord(error)) return { name: "ProviderError", message: String(error), isRetryable: false };
  // A 200 whose body then failed is the connection's failure, not the provider's answer.
  if (typeof error.statusCode === "number" && error.statusCode >= 400) {
    return httpFailure(error, error.statusCode, now);
  }
  const inStream = streamFailure(error);
  if (inStream !== undefined) return inStream;
  if (stringOf(error.name) === "AI_InvalidResponseDataError") return truncatedStream;
  const message = foreignForm(error) ?? describe(error);
  return {
    name: nameOf(error),
    message,
    isRetryable: error.isRetryable === true || isConnectionError(error),
    ...(isUnsent(error) ? { isUnsent: true } : {}),
  };
};

/** The stream broke off without an error and without saying that it was done. */
export const truncatedStream: Failure = {
  name: "TruncatedStream",
  message: "The provider's stream ended in the middle of an answer.",
  isRetryable: true,
};

type Shape = { readonly [key: string]: unknown };

const isRecord = (value: unknown): value is Shape => typeof value === "object" && value !== null;
const stringOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const httpFailure = (error: Shape, statusCode: number, now: number): Failure => {
  const retryAfterMs = retryAfter(error.responseHeaders, now) ?? retryDelay(error.data);
  const isSpent = spent.test(stringOf(bodyOf(error.data).code) ?? "");
  return {
    name: "ProviderError",
    message: tooLarge(error) ?? stringOf(error.message) ?? `The provider answered ${statusCode}.`,
    statusCode,
    isRetryable: !isSpent && (error.isRetryable === true || isOverload(statusCode)),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
};

/** An account without money answers 429 like one in a hurry, and waiting does not fill it. */
const spent = /^(?:insufficient_quota|billing_hard_limit_reached)$/;

const bodyOf = (data: unknown): Shape =>
  isRecord(data) && isRecord(data.error) ? data.error : isRecord(data) ? data : {};

/** Google tells the wait in the error's body: `retryDelay` of `google.rpc.RetryInfo`, such as `34.5s`. */
const retryDelay = (data: unknown): number | undefined => {
  const { details } = bodyOf(data);
  const told = Array.isArray(details)
    ? details.find((detail) => isRecord(detail) && detail.retryDelay)
    : undefined;
  const seconds = isRecord(told) ? Number.parseFloat(stringOf(told.retryDelay) ?? "") : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
};

/** 408, 409, 429 and every 5xx (529 is Anthropic's overload) are worth another try. */
const isOverload = (status: number): boolean =>
  status === 408 || status === 409 || status === 429 || status >= 500;

/** Milliseconds from `retry-after-ms`, or `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3). */
const retryAfter = (headers: unknown, now: number): number | undefined => {
  if (!isRecord(headers)) return undefined;
  const inMs = Number.parseFloat(stringOf(headers["retry-after-ms"]) ?? "");
  if (Number.isFinite(inMs)) return Math.max(0, inMs);
  const header = stringOf(headers["retry-after"]);
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};

const streamStatus: ReadonlyMap<string, number> = new Map([
  ["invalid_request_error", 400],
  ["authentication_error", 401],
  ["permission_error", 403],
  ["not_found_error", 404],
  ["rate_limit_error", 429],
  ["rate_limit_exceeded", 429],
  ["api_error", 500],
  ["server_error", 500],
  ["overloaded_error", 529],
]);

/** An `error` event inside a stream: `{type, message}`, or that under `error`. */
const streamFailure = (error: Shape): Failure | undefined => {
  const body = isRecord(error.error) ? error.error : error;
  const kind = stringOf(body.code) ?? stringOf(body.type);
  const statusCode = kind === undefined ? undefined : (streamStatus.get(kind) ?? undefined);
  if (kind === undefined || statusCode === undefined) return undefined;
  return {
    name: "ProviderError",
    message: `${stringOf(body.message) ?? "The stream ended with an error."} (${kind})`,
    statusCode,
    isRetryable: isOverload(statusCode),
  };
};

const causes = (error: Shape, depth = 0): readonly Shape[] =>
  isRecord(error.cause) && depth < 5 ? [error, ...causes(error.cause, depth + 1)] : [error];

/** The SDK could not read an error's body, and says only that. */
const tooLarge = (error: Shape): string | undefined =>
  stringOf(causes(error).find(({ name }) => name === "AnswerTooLarge")?.message);

/** What a parser says of an answer repeats the answer, and every form that it might have had. */
const foreignForm = (error: Shape): string | undefined => {
  const chain = causes(error);
  if (!chain.some(({ name }) => /^AI_(?:TypeValidation|JSONParse)Error$/.test(String(name))))
    return undefined;
  const issue = chain.flatMap(({ issues }) => firstIssue(issues) ?? []).at(0);
  const why = issue ?? stringOf(chain.at(-1)?.message) ?? "it cannot be read";
  const [line = ""] = why.split("\n");
  return `The provider's answer is not in the form of its API: ${line.slice(0, 200)}`;
};

/** Where and what, of the first form that was tried. */
const firstIssue = (issues: unknown): string | undefined => {
  const issue = Array.isArray(issues) ? issues.find(isRecord) : undefined;
  if (issue === undefined) return undefined;
  const nested = Array.isArray(issue.errors) ? firstIssue(issue.errors[0]) : undefined;
  const path = Array.isArray(issue.path) ? issue.path.map(String).join(".") : "";
  return nested ?? `${path === "" ? "" : `${path}: `}${stringOf(issue.message) ?? "it has another form"}`;
};

const connectionCodes = /^(ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|UND_ERR|EHOST|ENET)/;

const isConnectionError = (error: Shape): boolean =>
  causes(error).some((cause) => {
    const code = stringOf(cause.code) ?? "";
    return connectionCodes.test(code) || cause.message === "terminated";
  });

/** There was no connection, or the request was held back. */
const isUnsent = (error: Shape): boolean =>
  causes(error).some(
    ({ name, code, syscall }) =>
      name === "RequestNotSent" ||
      syscall === "connect" ||
      /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(stringOf(code) ?? ""),
  );

/** In our words: what the SDK calls a failed call without a status is a provider that was not reached. */
const nameOf = (error: Shape): string => {
  const name = stringOf(error.name)?.replace(/^AI_/, "") ?? "ProviderError";
  if (name !== "APICallError") return name;
  return error.statusCode === undefined ? "ProviderUnreachable" : "ProviderError";
};

const describe = (error: Shape): string => {
  const texts = causes(error).flatMap((cause) => stringOf(cause.message) ?? stringOf(cause.code) ?? []);
  const distinct = [...new Set(texts)];
  const told = distinct.filter((text) => !distinct.some((other) => other !== text && other.includes(text)));
  return told.length === 0 ? "The provider failed without saying why." : told.join(": ");
};
