import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listen, readBody } from "../loopback-server.ts";
import { type Fault, failNext, takeFault } from "../scripted-fault.ts";
import { type Answering, answer, type Incoming } from "./answer.ts";
import { createWorld } from "./create-world.ts";
import { startDiffs } from "./diff.ts";
import { type RecordedRequest, recordedHeaders } from "./journal.ts";
import { startLogStore } from "./log-store.ts";
import { loadOpenApi } from "./openapi.ts";
import type { Reply } from "./reply.ts";
import type { World } from "./world.ts";

/** A GitHub on this machine. Disposing it fails if it ever gave an answer that GitHub's description forbids. */
export type FakeGitHub = AsyncDisposable & {
  readonly world: World;
  /** For `GITHUB_API_URL`. */
  readonly url: string;
  /** For `GITHUB_GRAPHQL_URL`. */
  readonly graphqlUrl: string;
  /** For `GITHUB_SERVER_URL`: the website, which nobody serves; a name the artifact client takes for github.com. */
  readonly serverUrl: string;
  failNext(fault: Fault): void;
};

export type FakeGitHubOptions = {
  /** Default: an address below `.localhost`. */
  readonly serverUrl?: string;
  /** `ready` spends half a second at the start instead of some of it in each route's first request. */
  readonly validators?: "lazy" | "ready";
};

type ParsedBody = { readonly type: "json"; readonly value: unknown } | { readonly type: "broken" };

const parseBody = (text: string): ParsedBody => {
  if (text === "") return { type: "json", value: undefined };
  try {
    return { type: "json", value: JSON.parse(text) };
  } catch {
    return { type: "broken" };
  }
};

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );

const broken: Reply = { status: 400, json: { message: "Problems parsing JSON", status: "400" } };

const bodyOf = (reply: Reply): { readonly type: string; readonly bytes: Buffer } => {
  if (reply.raw !== undefined) return { type: reply.raw.contentType, bytes: reply.raw.body };
  const text = reply.json === undefined ? "" : JSON.stringify(reply.json);
  return { type: "application/json; charset=utf-8", bytes: Buffer.from(text) };
};

const send = (request: IncomingMessage, response: ServerResponse, reply: Reply): number => {
  const { type, bytes } = bodyOf(reply);
  const etag = `W/"${createHash("sha256").update(bytes).digest("hex")}"`;
  const cacheable = request.method === "GET" && reply.status === 200;
  const status = cacheable && request.headers["if-none-match"] === etag ? 304 : reply.status;
  response.writeHead(status, {
    ...(cacheable ? { etag, "cache-control": "private, max-age=60, s-maxage=60" } : {}),
    ...(bytes.length === 0 ? {} : { "content-type": type }),
    ...reply.headers,
  });
  response.end(status === 304 ? undefined : bytes);
  return status;
};

const record = (world: World, incoming: Incoming): RecordedRequest => {
  const value = /\s(\S+)$/.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
  const entry: RecordedRequest = {
    method: incoming.method,
    path: decodeURI(incoming.path),
    query: incoming.query,
    headers: recordedHeaders(incoming.headers),
    body: incoming.body,
    token: world.tokens.get(value)?.login,
    status: undefined,
  };
  world.requests.push(entry);
  return entry;
};

const faultyReply = async (answering: Answering, incoming: Incoming): Promise<Reply | "reset"> => {
  const fault = takeFault(answering.world, incoming.method, incoming.path);
  if (fault === undefined) return answer(answering, incoming);
  if ("status" in fault) {
    const { status, headers = {}, body } = fault;
    return answer(answering, incoming, { status, headers, json: body ?? { message: `fault ${status}` } });
  }
  if ("reset" in fault) {
    if (fault.reset === "after") await answer(answering, incoming);
    return "reset";
  }
  await sleep(fault.delayMs);
  return answer(answering, incoming);
};

const handle = async (
  answering: Answering,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const body = parseBody((await readBody(request)).toString("utf8"));
  const incoming: Incoming = {
    method: request.method ?? "GET",
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: headersOf(request),
    body: body.type === "json" ? body.value : undefined,
  };
  const entry = record(answering.world, incoming);
  const reply = body.type === "broken" ? broken : await faultyReply(answering, incoming);
  if (reply === "reset") request.socket.destroy();
  else entry.status = send(request, response, reply);
};

/** A defect of the fake: told to whoever asked, and again when the fake is disposed. */
const crash = (world: World, request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  world.defects.push(`${request.method} ${request.url}: ${message}`);
  response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: `the fake GitHub failed: ${message}` }));
};

/** Starts an empty GitHub on a free port of 127.0.0.1. */
export const startFakeGitHub = async (options: FakeGitHubOptions = {}): Promise<FakeGitHub> => {
  const world = createWorld();
  const diffs = startDiffs();
  const openApi = loadOpenApi();
  if (options.validators === "ready") openApi.compile();
  const logs = await startLogStore(world);
  const links = { api: "", html: "", logs: logs.url };
  const answering: Answering = { world, diffs, links, openApi };
  const server = createServer((request, response) => {
    handle(answering, request, response).catch((error: unknown) => crash(world, request, response, error));
  });
  const listening = await listen(server);
  const serverUrl = options.serverUrl ?? `http://github.localhost:${listening.port}`;
  Object.assign(links, { api: listening.url, html: serverUrl });
  return {
    world,
    url: listening.url,
    graphqlUrl: `${listening.url}/graphql`,
    serverUrl,
    failNext: (fault) => failNext(world, fault),
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]();
      await diffs[Symbol.asyncDispose]();
      await logs[Symbol.asyncDispose]();
      if (world.defects.length > 0)
        throw new Error(`the fake GitHub broke its own rules:\n${world.defects.join("\n")}`);
    },
  };
};
