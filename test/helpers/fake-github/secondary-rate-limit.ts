import type { Fault, FaultTarget } from "../scripted-fault.ts";

/** GitHub's abuse limit: `retry-after` in seconds, and a message that names no resource. */
export const secondaryRateLimit = (
  target: FaultTarget & { readonly status?: 403 | 429; readonly retryAfter: number },
): Fault => ({
  method: target.method ?? "POST",
  path: target.path,
  ...(target.times === undefined ? {} : { times: target.times }),
  status: target.status ?? 403,
  headers: { "retry-after": String(target.retryAfter) },
  body: {
    message:
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. For more on scraping GitHub and how it may affect your rights, please review our Terms of Service.",
    documentation_url:
      "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits",
    status: String(target.status ?? 403),
  },
});
