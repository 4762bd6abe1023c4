import type { Caller, Needs } from "./access.ts";
import type { Diffs } from "./diff.ts";
import type { Links } from "./links.ts";
import { apiError, notFound, type Reply } from "./reply.ts";
import type { Issue, Repository, World } from "./world.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** What a handler knows: the request is known to fit GitHub's description, the caller to be allowed. */
export type Call = {
  readonly world: World;
  readonly diffs: Diffs;
  readonly links: Links;
  readonly caller: Caller;
  /** Path parameters by the template's names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The path as asked for, from the API's root on. */
  readonly path: string;
  readonly accept: string;
};

export type RepositoryCall = Call & { readonly repository: Repository };

/** A route of the API by its OpenAPI path template. */
export type Route = {
  readonly method: Method;
  readonly template: string;
  /** Media types the route knows besides JSON: the part after `application/vnd.github.`. */
  readonly media: readonly string[];
} & (
  | { readonly scope: "account"; readonly handle: (call: Call) => Reply | Promise<Reply> }
  | {
      readonly scope: "repository";
      readonly needs: Needs;
      readonly handle: (call: RepositoryCall) => Reply | Promise<Reply>;
    }
);

const repositoryPath = "/repos/{owner}/{repo}";

/** A route below `/repos/{owner}/{repo}`, written as `GET /issues/{issue_number}`. */
export const repositoryRoute = (
  route: `${Method} ${string}`,
  needs: Needs,
  handle: (call: RepositoryCall) => Reply | Promise<Reply>,
  media: readonly string[] = [],
): Route => ({ ...parseRoute(route, repositoryPath), media, scope: "repository", needs, handle });

export const accountRoute = (
  route: `${Method} ${string}`,
  handle: (call: Call) => Reply | Promise<Reply>,
  media: readonly string[] = [],
): Route => ({ ...parseRoute(route, ""), media, scope: "account", handle });

const parseRoute = (route: `${Method} ${string}`, prefix: string) => {
  const [name = "", path = ""] = route.split(" ");
  return { method: methods[name] ?? "GET", template: `${prefix}${path}` };
};

const methods: Readonly<Record<string, Method>> = {
  GET: "GET",
  POST: "POST",
  PATCH: "PATCH",
  PUT: "PUT",
  DELETE: "DELETE",
};

/** Whether the caller asked for this form instead of JSON, `raw` or `diff` say. */
export const asksFor = (call: Call, media: string): boolean =>
  call.accept.includes(`application/vnd.github.${media}`) ||
  call.accept.includes(`application/vnd.github.v3.${media}`);

/** A ref in a path may hold slashes, but what follows it may be a resource of its own that nobody serves. */
const notSubresource =
  "(?!.*/(?:branches-where-head|check-runs|check-suites|comments|protection|pulls|rename|status|statuses)(?:/|$))";

const segments: Readonly<Record<string, string>> = {
  path: ".*",
  basehead: ".+",
  ref: `${notSubresource}.+`,
  branch: `${notSubresource}.+`,
};

const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template.replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${segments[name] ?? "[^/]+"})`)}$`,
  );

const patterns = new Map<string, RegExp>();

const matchTemplate = (template: string, path: string): Record<string, string> | undefined => {
  const pattern = patterns.get(template) ?? patternOf(template);
  patterns.set(template, pattern);
  const match = pattern.exec(path);
  if (match === null) return undefined;
  return Object.fromEntries(
    Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
};

export type Match = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** The first route that fits, so the more exact one of two is listed first. */
export const matchRoute = (routes: readonly Route[], method: string, path: string): Match | undefined => {
  for (const route of routes) {
    const params = route.method === method ? matchTemplate(route.template, path) : undefined;
    if (params !== undefined) return { route, params };
  }
  return undefined;
};

/** The issue or pull request of that number. @throws ApiError 404 */
export const issueOf = (repository: Repository, number: string | undefined): Issue => {
  const issue = repository.issues.get(Number(number));
  if (issue === undefined) throw notFound();
  return issue;
};

/** Who is asking. @throws ApiError 401 */
export const callerLogin = (caller: Caller): string => {
  if (caller.type === "anonymous") throw apiError(401, "Requires authentication");
  return caller.token.login;
};
