import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import { ExpertStackError } from "../../../errors.ts";
import { type AccessLog, accessLog, type ProxyAccess } from "./access-log.ts";
import { attempt, type Outcome, turnDown } from "./attempt.ts";
import { byteBudget } from "./byte-budget.ts";
import { httpsPort, splitAuthority } from "./connect-target.ts";
import type { Route } from "./dial.ts";
import { printable, refused } from "./refusal.ts";
import { checkUpstream } from "./upstream.ts";

export type EgressProxyOptions = Route & {
  /** Where it listens, in a folder that only this user can enter. Linux allows 107 bytes. */
  readonly socketPath: string;
  /** As in `allowedDomains`. */
  readonly hosts: readonly string[];
  /** Told of every attempt once it is over; must not throw. */
  readonly onAccess: (event: ProxyAccess) => void;
  readonly limits?: Partial<EgressLimits>;
};

export type EgressLimits = {
  readonly maxConnections: number;
  /** Of all connections together, in each direction. */
  readonly maxBytes: number;
  readonly connectTimeoutMs: number;
  /** For the CONNECT request, and again for the TLS hello. */
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
};

const defaultLimits: EgressLimits = {
  maxConnections: 64,
  maxBytes: 1024 ** 3,
  connectTimeoutMs: 10_000,
  headTimeoutMs: 10_000,
  // A server may think for minutes before it answers; what hangs for longer ends with its job.
  idleTimeoutMs: 600_000,
};

/** Disposing ends every connection, tells the last events and removes the socket's file. */
export type EgressProxy = AsyncDisposable & { readonly socketPath: string };

/**
 * The way from a sandbox without a network to the hosts on a list, and to nothing else: an HTTP proxy on a Unix socket
 * that knows CONNECT to port 443 only.
 *
 * @throws ExpertStackError SKILL_START_FAILED when it cannot listen, INPUT_INVALID for an `upstream` that is not http
 */
export const egressProxy = async (options: EgressProxyOptions): Promise<EgressProxy> => {
  const { socketPath, onAccess } = options;
  if (options.upstream !== undefined) checkUpstream(options.upstream);
  const limits = { ...defaultLimits, ...options.limits };
  const log = accessLog(onAccess);
  const sockets = new Set<Socket>();
  const attempts: Attempts = new Map();
  const server = proxyServer(limits, sockets);
  serveAttempts(server, { options, limits, log, attempts });
  await listening(server, socketPath);
  const close = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    for (const ending of attempts.keys()) ending.abort("the proxy was closed");
    for (const socket of sockets) socket.destroy();
    await Promise.all([closed, ...attempts.values()]);
    log.close();
    await rm(socketPath, { force: true });
  };
  let closing: Promise<void> | undefined;
  return {
    socketPath,
    [Symbol.asyncDispose]() {
      closing ??= close();
      return closing;
    },
  };
};

/** What is going on, and by what to end it. */
type Attempts = Map<AbortController, Promise<void>>;

const proxyServer = (limits: EgressLimits, sockets: Set<Socket>): Server => {
  const server = createServer({
    maxHeaderSize: 8_192,
    headersTimeout: limits.headTimeoutMs,
    requestTimeout: limits.headTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headTimeoutMs),
  });
  // As many again, so that one too many is told so. Further ones are dropped without a word.
  server.maxConnections = 2 * limits.maxConnections;
  server.on("connection", (socket) => {
    sockets.add(socket);
    // Whoever waits for the socket sees its end; an error without a listener would end the whole step.
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  return server;
};

const serveAttempts = (
  server: Server,
  {
    options,
    limits,
    log,
    attempts,
  }: {
    readonly options: EgressProxyOptions;
    readonly limits: EgressLimits;
    readonly log: AccessLog;
    readonly attempts: Attempts;
  },
): void => {
  const budgets = { up: byteBudget(limits.maxBytes), down: byteBudget(limits.maxBytes) };
  const rules = { hosts: options.hosts, route: options, budgets, ...limits };
  server.on("connect", ({ socket: client, url: authority = "" }: IncomingMessage, _same, head: Buffer) => {
    // A client that was turned down, and had asked for more before it knew, is not served.
    if (client.writableEnded || client.destroyed) return;
    const record = recorder(log, splitAuthority(authority));
    if (attempts.size >= limits.maxConnections) return record(turnDown(client, crowded));
    const ending = new AbortController();
    const served = attempt(client, { authority, head }, rules, ending)
      .then(record)
      .finally(() => attempts.delete(ending));
    attempts.set(ending, served);
  });
  server.on("request", (request: IncomingMessage) => {
    recorder(log, askedFor(request))(turnDown(request.socket, notConnect));
  });
};

const recorder = (log: AccessLog, { host, port }: { readonly host: string; readonly port: number }) => {
  const startedAt = performance.now();
  return (outcome: Outcome): void => {
    const durationMs = Math.round(performance.now() - startedAt);
    log.add({ host: printable(host.slice(0, 255)), port, ...outcome, durationMs });
  };
};

const crowded = refused(
  "the skill has as many connections open as it may",
  "Close some, or open them one after the other.",
  503,
);

const notConnect = refused(
  "only HTTPS goes through, by CONNECT",
  `Use an https:// address, with no port or with ${httpsPort}, of a host in the skill's allowedDomains.`,
  405,
);

/** Of a request that is no CONNECT. */
const askedFor = ({ url = "", headers }: IncomingMessage) => {
  if (!URL.canParse(url)) return splitAuthority(headers.host ?? "");
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 80) };
};

const listening = async (server: Server, socketPath: string): Promise<void> => {
  try {
    server.listen(socketPath);
    await once(server, "listening");
  } catch (cause) {
    throw new ExpertStackError({
      code: "SKILL_START_FAILED",
      message: `The sandbox's way to the network cannot be opened at ${socketPath} (${messageOf(cause)}).`,
      remedy: "Set a temporary directory that is writable and has a short path.",
      cause,
    });
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
