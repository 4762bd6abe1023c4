import { acceptedPermissions, authenticate, type Caller, openRepository } from "./access.ts";
import type { Diffs } from "./diff.ts";
import { graphqlReply } from "./graphql.ts";
import type { Links } from "./links.ts";
import type { OpenApi } from "./openapi.ts";
import { countRequest, rateHeaders } from "./rate-limit.ts";
import { ApiError, apiError, notFound, type Reply } from "./reply.ts";
import { type Call, type Match, matchRoute } from "./route.ts";
import { routes } from "./routes.ts";
import type { World } from "./world.ts";

export type Incoming = {
  readonly method: string;
  /** From the API's root on, still percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; undefined when nothing was sent. */
  readonly body: unknown;
};

export type Answering = {
  readonly world: World;
  readonly diffs: Diffs;
  readonly links: Links;
  readonly openApi: OpenApi;
};

const versions = new Set(["2022-11-28", "2026-03-10"]);

/** @throws ApiError for what GitHub asks of every request, whatever it is about */
const checkHeaders = (headers: Incoming["headers"]): void => {
  if ((headers["user-agent"] ?? "") === "") {
    throw apiError(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
    );
  }
  const version = headers["x-github-api-version"];
  if (version !== undefined && !versions.has(version)) {
    throw apiError(400, `The '${version}' API version is not supported.`);
  }
};

/** @throws ApiError 415 for a form this route does not have */
const checkAccept = (accept: string, media: readonly string[]): void => {
  const kinds = [...accept.matchAll(/application\/vnd\.github\.(?:v3\.)?([\w.-]+)/g)].map(
    ([, kind]) => kind ?? "",
  );
  const unknown = kinds.find((kind) => !["v3", ...media].includes(kind));
  if (unknown !== undefined)
    throw apiError(415, "Unsupported 'Accept' header. Must accept 'application/json'.");
};

const operationOf = ({ route }: Match): string => `${route.method} ${route.template}`;

/** @throws ApiError 422 after writing down what GitHub's description has against the request */
const checkRequest = ({ openApi, world }: Answering, match: Match, request: Incoming): void => {
  const operation = operationOf(match);
  const complaints = openApi.requestComplaints(operation, { ...request, params: match.params });
  if (complaints.length === 0) return;
  world.violations.push(...complaints.map((complaint) => `${operation}: ${complaint}`));
  throw apiError(422, `Invalid request.\n\n${complaints.join("\n")}`);
};

const checkReply = ({ openApi, world }: Answering, match: Match, reply: Reply): void => {
  if (reply.raw !== undefined) return;
  const operation = operationOf(match);
  const complaints = openApi.responseComplaints(operation, reply.status, reply.json);
  world.defects.push(...complaints.map((complaint) => `${operation} ${reply.status}: ${complaint}`));
};

const perform = (answering: Answering, match: Match, call: Call): Reply | Promise<Reply> => {
  const { route } = match;
  if (route.scope === "account") return route.handle(call);
  const repository = openRepository(answering.world, call.caller, {
    fullName: `${match.params.owner}/${match.params.repo}`,
    needs: route.needs,
    writes: route.method !== "GET",
  });
  return route.handle({ ...call, repository });
};

const restReply = async (answering: Answering, request: Incoming, caller: Caller): Promise<Reply> => {
  const { world, diffs, links } = answering;
  const match = matchRoute(routes, request.method, request.path);
  if (match === undefined) {
    world.unknownRoutes.push(`${request.method} ${request.path}`);
    throw notFound();
  }
  const accept = request.headers.accept ?? "*/*";
  const { path, query, body } = request;
  const call: Call = { world, diffs, links, caller, params: match.params, query, body, path, accept };
  const attempt = async (): Promise<Reply> => {
    checkAccept(accept, match.route.media);
    checkRequest(answering, match, request);
    return perform(answering, match, call);
  };
  const reply = await attempt().catch(replyOf);
  checkReply(answering, match, reply);
  if (match.route.scope === "account" || caller.type === "anonymous") return reply;
  const accepted = acceptedPermissions(match.route.needs.permissions);
  return { ...reply, headers: { ...reply.headers, "x-accepted-github-permissions": accepted } };
};

const replyOf = (error: unknown): Reply => {
  if (error instanceof ApiError) return error.reply;
  throw error;
};

const route = async (answering: Answering, request: Incoming, caller: Caller): Promise<Reply> => {
  const isGraphql = request.path === "/graphql" && request.method === "POST";
  // Asking for the limits costs nothing.
  if (request.path !== "/rate_limit") countRequest(answering.world, caller, isGraphql ? "graphql" : "core");
  if (isGraphql)
    return graphqlReply({ world: answering.world, links: answering.links, caller }, request.body);
  return restReply(answering, request, caller);
};

/**
 * What GitHub would answer, with the headers it puts on everything.
 *
 * @param instead trouble to answer with in place of doing what was asked
 */
export const answer = async (answering: Answering, request: Incoming, instead?: Reply): Promise<Reply> => {
  const { world } = answering;
  let caller: Caller = { type: "anonymous" };
  const attempt = async (): Promise<Reply> => {
    checkHeaders(request.headers);
    caller = authenticate(world, request.headers.authorization);
    return instead ?? route(answering, request, caller);
  };
  const reply = await attempt().catch(replyOf);
  const resource = request.path === "/graphql" ? "graphql" : "core";
  return {
    ...reply,
    headers: {
      ...rateHeaders(world, caller, resource),
      "x-github-request-id": `FAKE:${world.nextId()}`,
      "x-github-media-type": "github.v3; format=json",
      ...reply.headers,
    },
  };
};
