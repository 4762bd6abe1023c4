import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listen, readBody } from "../loopback-server.ts";
import { type Fault, failNext, takeFault } from "../scripted-fault.ts";
import type { Artifact, Results, Scope } from "./artifact.ts";
import { answerBlob, type BlobReply } from "./blob-store.ts";
import { callArtifactService, TwirpError } from "./twirp.ts";

/** The service behind `actions/upload-artifact`, on this machine. */
export type FakeResults = AsyncDisposable & {
  /** For `ACTIONS_RESULTS_URL`. */
  readonly url: string;
  /** For `ACTIONS_RUNTIME_TOKEN`: the first job of the first run. */
  readonly runtimeToken: string;
  /** What was finalized, in that order. */
  readonly artifacts: readonly Artifact[];
  readonly requests: Results["requests"];
  /** A token of another job, or of another run, whose artifacts are apart. */
  issueToken(scope: Scope): string;
  /** Paths are `/twirp/…/CreateArtifact` and `/store/actions-results/…`. */
  failNext(fault: Fault): void;
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const issue = (results: Results, scope: Scope): string => {
  const claims = {
    scp: `Actions.GenericRead:0 Actions.Results:${scope.runId}:${scope.jobId}`,
    exp: 4_102_444_800,
  };
  const token = `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.${encode(results.tokens.size)}`;
  results.tokens.set(token, scope);
  return token;
};

const jsonReply = (
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): BlobReply => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: Buffer.from(JSON.stringify(json)),
});

const twirpPrefix = "/twirp/github.actions.results.api.v1.ArtifactService/";

type Exchange = {
  readonly results: Results;
  readonly method: string;
  readonly authorization: string;
  readonly url: URL;
  readonly body: Buffer;
};

const answerTwirp = ({ results, authorization, url, body }: Exchange): BlobReply => {
  const scope = results.tokens.get(authorization.replace(/^Bearer /, ""));
  try {
    if (scope === undefined) throw new TwirpError(401, "unauthenticated", "the token is not known");
    const json: unknown = JSON.parse(body.toString("utf8"));
    const call = { results, scope, json, blobUrl: `${url.origin}/store` };
    return jsonReply(200, callArtifactService(url.pathname.slice(twirpPrefix.length), call));
  } catch (error) {
    if (!(error instanceof TwirpError)) throw error;
    return jsonReply(error.status, { code: error.code, msg: error.message });
  }
};

const answer = (exchange: Exchange): BlobReply => {
  const { results, method, url, body } = exchange;
  if (method === "POST" && url.pathname.startsWith(twirpPrefix)) return answerTwirp(exchange);
  const blob = /^\/store\/actions-results\/(.+)$/.exec(url.pathname)?.[1];
  if (blob === undefined) return jsonReply(404, { code: "bad_route", msg: `no ${url.pathname}` });
  return answerBlob(results, { method, blob, query: url.searchParams, body });
};

const faultyAnswer = async (exchange: Exchange): Promise<BlobReply | "reset"> => {
  const fault = takeFault(exchange.results, exchange.method, exchange.url.pathname);
  if (fault === undefined) return answer(exchange);
  if ("status" in fault) {
    const { status, body, headers } = fault;
    return jsonReply(status, body ?? { code: "internal", msg: `fault ${status}` }, headers);
  }
  if ("reset" in fault) {
    if (fault.reset === "after") answer(exchange);
    return "reset";
  }
  await sleep(fault.delayMs);
  return answer(exchange);
};

const serve = async (results: Results, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const method = request.method ?? "GET";
  const entry: Results["requests"][number] = { method, path: url.pathname, status: undefined };
  results.requests.push(entry);
  const body = await readBody(request);
  const authorization = request.headers.authorization ?? "";
  const reply = await faultyAnswer({ results, method, authorization, url, body });
  if (reply === "reset") {
    request.socket.destroy();
    return;
  }
  entry.status = reply.status;
  response.writeHead(reply.status, reply.headers).end(reply.body);
};

/** Starts an empty results service on a free port of 127.0.0.1. */
export const startFakeResults = async (): Promise<FakeResults> => {
  const results: Results = {
    artifacts: [],
    uploads: new Map(),
    blobs: new Map(),
    faults: [],
    requests: [],
    tokens: new Map(),
  };
  const server = createServer((request, response) => {
    serve(results, request, response).catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ code: "internal", msg: String(error) }));
    });
  });
  const { url, [Symbol.asyncDispose]: dispose } = await listen(server);
  return {
    url,
    runtimeToken: issue(results, {
      runId: "ce7f54c7-61c7-4aae-887f-30da475f5f1a",
      jobId: "ca395085-040a-526b-2ce8-bdc85f692774",
    }),
    artifacts: results.artifacts,
    requests: results.requests,
    issueToken: (scope) => issue(results, scope),
    failNext: (fault) => failNext(results, fault),
    [Symbol.asyncDispose]: dispose,
  };
};
