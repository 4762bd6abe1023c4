import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitProgram } from "./git-registry.ts";
import { type Listening, listen } from "./loopback-server.ts";

/** What the server does instead of serving. */
export type GitFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Takes the request and never answers. */
  | "hang"
  /** Cuts the connection. */
  | "reset";

export type GitRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly status: number;
  /** Of the answer's body. */
  readonly bytes: number;
};

export type GitHttps = AsyncDisposable & {
  /** `localhost:port`. */
  readonly host: string;
  /** The file of the authority that git has to trust, by GIT_SSL_CAINFO. */
  readonly ca: string;
  /** Everything that was asked, in order. */
  readonly requests: readonly GitRequest[];
  /**
   * Serves a repository.
   *
   * @param path `acme/experts`: also at this with `.git`
   * @returns its URL
   */
  serve(path: string, directory: string, options?: Serving): string;
  /** What becomes of the next requests, each once, or of all from now on; nothing ends that. */
  fault(fault: GitFault | undefined, times?: number): void;
};

export type Serving = {
  /** An old server speaks the first protocol and neither filters nor gives out objects by id. */
  readonly age?: "new" | "old" | "old with filters";
  /** Without it the server answers 401, as GitHub does 404 with `hidden`. */
  readonly token?: string;
  readonly hidden?: true;
  /** Takes pushes, too. */
  readonly writable?: true;
};

type Repository = Serving & { readonly directory: string };

/** git's own server behind https on the loopback, with a certificate that nobody but the test trusts. */
export const startGitHttps = async (): Promise<GitHttps> => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-https-"));
  const { key, cert } = makeCertificate(folder);
  const repositories = new Map<string, Repository>();
  const requests: GitRequest[] = [];
  const faults: GitFault[] = [];
  let lasting: GitFault | undefined;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const path = request.url ?? "/";
    const { method = "GET", headers } = request;
    const { authorization } = headers;
    const record = (): unknown =>
      requests.push({
        ...{ method, path, authorization, status: response.statusCode, bytes: sent.get(response) ?? 0 },
      });
    response.once("close", record);
    const fault = faults.shift() ?? lasting;
    if (fault !== undefined) answerFault(fault, request, response);
    else serveGit(repositories, request, response);
  });
  const listening: Listening = await listen(server);
  const host = `localhost:${listening.port}`;
  return {
    host,
    ca: cert,
    requests,
    serve: (path, directory, options = {}) => {
      repositories.set(path, { ...options, directory });
      return `https://${host}/${path}.git`;
    },
    fault: (fault, times) => {
      if (times !== undefined && fault !== undefined) faults.push(...Array<GitFault>(times).fill(fault));
      else lasting = fault;
    },
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const makeCertificate = (folder: string): { readonly key: string; readonly cert: string } => {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "ca.pem")];
  const made = [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", key, "-out", cert],
  ];
  execFileSync("openssl", made, { stdio: "ignore" });
  return { key, cert };
};

const answerFault = (fault: GitFault, request: IncomingMessage, response: ServerResponse): void => {
  request.resume();
  if (fault === "hang") return;
  if (fault === "reset") {
    request.socket.destroy();
    return;
  }
  response.writeHead(fault.status, fault.headers).end();
};

const serveGit = (
  repositories: ReadonlyMap<string, Repository>,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const [, path = "", rest = ""] =
    /^\/(.+?)(?:\.git)?(\/(?:info\/refs|git-[a-z]+-pack).*)$/.exec(request.url ?? "") ?? [];
  const repository = repositories.get(path);
  const isKnown = repository !== undefined && isAllowed(repository, request.headers.authorization);
  if (isKnown) runBackend(repository, { request, response, rest });
  else if (repository?.hidden === undefined && repository !== undefined)
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
  else response.writeHead(404).end();
};

const isAllowed = ({ token }: Repository, authorization: string | undefined): boolean =>
  token === undefined ||
  authorization === `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;

const runBackend = (
  repository: Repository,
  { request, response, rest }: { request: IncomingMessage; response: ServerResponse; rest: string },
): void => {
  const { pathname, search } = new URL(rest, "https://localhost");
  const { headers } = request;
  const isNew = (repository.age ?? "new") === "new";
  const child = spawn(gitProgram, ["http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: repository.directory,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `${existsSync(join(repository.directory, ".git")) ? "/.git" : ""}${pathname}`,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: `${headers["content-encoding"] ?? ""}`,
      ...(headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: headers["content-length"] }),
      ...(isNew ? { GIT_PROTOCOL: `${headers["git-protocol"] ?? ""}` } : {}),
      ...configured(repository),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin).on("error", () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.once("close", () => answerCgi(Buffer.concat(chunks), response));
};

const configured = ({ age = "new", writable }: Repository): Record<string, string> => {
  const settings = {
    "safe.directory": "*",
    "uploadpack.allowFilter": `${age !== "old"}`,
    "uploadpack.allowAnySHA1InWant": `${age === "new"}`,
    "http.receivepack": `${writable === true}`,
    "receive.denyCurrentBranch": "updateInstead",
  };
  const numbered = Object.entries(settings).flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: `${numbered.length / 2}`, ...Object.fromEntries(numbered) };
};

/** Headers, an empty line, the body: what a CGI program prints. */
const answerCgi = (output: Buffer, response: ServerResponse): void => {
  const end = output.indexOf("\r\n\r\n");
  const head = output.toString("latin1", 0, end).split("\r\n");
  for (const line of head) {
    const [, name = "", value = ""] = /^([^:]+): (.*)$/.exec(line) ?? [];
    if (name === "Status") response.statusCode = Number(value.slice(0, 3));
    else if (name !== "") response.setHeader(name, value);
  }
  sent.set(response, output.length - end - 4);
  response.end(output.subarray(end + 4));
};

/** Bytes of bodies. */
const sent = new WeakMap<ServerResponse, number>();
