import { getOctokit } from "@actions/github";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";

/** Where GitHub is and who asks. `token` is a secret. */
export type GitHubAccess = {
  readonly token: string;
  /** REST base, `https://api.github.com` or a server's own. */
  readonly apiUrl: string;
  readonly owner: string;
  readonly repo: string;
  /** What carries the requests; default: Node's own `fetch`. */
  readonly fetch?: typeof fetch;
};

export type GitHubClient = ReturnType<typeof getOctokit>;

/** Attempts after the first when GitHub asks us to slow down. */
const rateLimitRetries = 2;
/** Seconds; a longer wait is an error, since the runner is billed meanwhile. */
const longestRateLimitWait = 90;

/**
 * GitHub's REST and GraphQL client. Retries what may pass (5xx, secondary rate limits) and says so by `warn`.
 */
export const gitHubClient = (access: GitHubAccess, warn: (text: string) => void): GitHubClient => {
  const onLimit = (kind: string) => (seconds: number, options: object, _client: unknown, retries: number) => {
    const again = retries < rateLimitRetries && seconds <= longestRateLimitWait;
    const target = "url" in options ? String(options.url) : "a request";
    warn(`GitHub's ${kind} stopped ${target}; ${again ? `trying again in ${seconds} s` : "giving up"}.`);
    return again;
  };
  const throttle = {
    onRateLimit: onLimit("rate limit"),
    onSecondaryRateLimit: onLimit("secondary rate limit"),
    fallbackSecondaryRateRetryAfter: 20,
  };
  return getOctokit(access.token, { ...common(access), throttle }, retry, throttling);
};

/**
 * The client for GraphQL queries. The throttled one takes every GraphQL request for a change and puts a second
 * between it and the next.
 */
export const gitHubQueries = (access: GitHubAccess): GitHubClient =>
  getOctokit(access.token, common(access), retry);

const common = ({ apiUrl, fetch = globalThis.fetch }: GitHubAccess) => ({
  baseUrl: apiUrl,
  userAgent: "expert-stack",
  log: silent,
  request: { fetch, log: silent },
});

/** Octokit logs to the console, where a runner would read it; what matters goes through `warn` and errors. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
