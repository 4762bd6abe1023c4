import { type AddressPolicy, refused } from "./address-policy.ts";
import { exchange, type HttpAnswer, type HttpRequest } from "./http-exchange.ts";

/** Redirects followed for one request. */
const maxRedirects = 5;
const redirects = [301, 302, 303, 307, 308];

/** What may go to another host than the one it was meant for: what the request is, nothing that says who asks. */
const plainHeaders = ["accept", "content-type", "mcp-protocol-version"];
const sessionHeader = "mcp-session-id";

export type GuardOptions = {
  readonly policy: AddressPolicy;
  readonly endpoint: URL;
  /** Hosts, or `*.` and a host, that may be redirected to besides the endpoint's own. */
  readonly allowedDomains: readonly string[];
};

/**
 * Sends a request and follows its redirects by hand: at most five, only to the endpoint's host and the allowed ones,
 * never from https to http, each checked as the first. Another host gets no header that was not made for it.
 *
 * @throws ExpertStackError SKILL_REFUSED
 */
export const guardedExchange = (
  options: GuardOptions,
): ((url: URL, request: HttpRequest) => Promise<HttpAnswer>) => {
  /** Which host gave a session its name: it alone gets it back after a redirect. */
  const issuers = new Map<string, string>();
  const remember = (url: URL, { headers }: HttpAnswer): void => {
    const session = headers.get(sessionHeader);
    if (session !== null) issuers.set(session, url.host);
  };
  return async (first, request) => {
    let url = first;
    for (let followed = 0; followed <= maxRedirects; followed += 1) {
      const headers = headersFor(url, { first, headers: request.headers, issuers });
      const answer = await exchange(options.policy, url, { ...request, headers });
      const next = redirectOf(answer, url);
      if (next === undefined) {
        remember(url, answer);
        return answer;
      }
      answer.body.destroy();
      admitRedirect(options, { from: url, to: next, status: answer.status, method: request.method });
      url = next;
    }
    throw refused(`${first.host} redirects more than ${maxRedirects} times.`);
  };
};

const redirectOf = ({ status, headers }: HttpAnswer, url: URL): URL | undefined => {
  const location = redirects.includes(status) ? headers.get("location") : null;
  if (location === null || !URL.canParse(location, url.href)) return undefined;
  const next = new URL(location, url);
  // Node would send them as a login.
  next.username = "";
  next.password = "";
  return next;
};

const admitRedirect = (
  { endpoint, allowedDomains }: GuardOptions,
  {
    from,
    to,
    status,
    method,
  }: { readonly from: URL; readonly to: URL; readonly status: number; readonly method: string },
): void => {
  const way = `${from.host} redirects to ${to.protocol}//${to.host}`;
  if (from.protocol === "https:" && to.protocol !== "https:") {
    throw refused(`${way}, which is not https.`);
  }
  if (to.hostname !== endpoint.hostname && !allowedDomains.some((domain) => matches(domain, to.hostname))) {
    throw refused(`${way}, a host that the skill's \`allowedDomains\` does not name.`);
  }
  // These three turn a request with a body into one without.
  if (method === "POST" && status < 307) {
    throw refused(
      `${way} with status ${status}, which drops what is sent. Write the new address as \`endpoint\`.`,
    );
  }
};

const matches = (domain: string, hostname: string): boolean => {
  const [wanted, host] = [domain, hostname].map((name) => name.toLowerCase().replace(/\.$/, ""));
  if (wanted === undefined || host === undefined) return false;
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted;
};

const headersFor = (
  url: URL,
  {
    first,
    headers,
    issuers,
  }: { readonly first: URL; readonly headers: Headers; readonly issuers: ReadonlyMap<string, string> },
): Headers => {
  if (url.host === first.host) return headers;
  const session = headers.get(sessionHeader);
  const own = session !== null && issuers.get(session) === url.host;
  return new Headers(
    [...headers].filter(([name]) => plainHeaders.includes(name) || (own && name === sessionHeader)),
  );
};
