import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import { connect, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ProxyAccess } from "../../../../src/edges/sandbox/egress/access-log.ts";
import { type EgressProxyOptions, egressProxy } from "../../../../src/edges/sandbox/egress/egress-proxy.ts";

export const temporaryDirectory = (): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(tmpdir(), "expert-stack-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

/** A certificate of its own authority for `api.example.com` and every name below `example.org`. */
const makeCertificate = (): { readonly key: string; readonly cert: string } => {
  using directory = temporaryDirectory();
  const [keyFile, certFile] = [join(directory.path, "key.pem"), join(directory.path, "cert.pem")];
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
    ...["-subj", "/CN=api.example.com", "-addext", "subjectAltName=DNS:api.example.com,DNS:*.example.org"],
    ...["-keyout", keyFile, "-out", certFile],
  ]);
  if (made.status !== 0) throw new Error(`openssl: ${made.error ?? made.stderr}`);
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
};

export const certificate = makeCertificate();

/** An HTTPS server that answers with the name it was asked by. */
export const namingServer = (options: { readonly ecdhCurve?: string } = {}): Server =>
  createServer({ ...certificate, ...options }, (incoming, response) =>
    response.end(`hello from ${incoming.headers.host}`),
  );

/** A plain TCP server that keeps its half open. */
export const tcpServer = (onSocket: (socket: Socket) => void): TcpServer =>
  createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    onSocket(socket);
  });

export type Listening = AsyncDisposable & { readonly port: number; readonly sockets: ReadonlySet<Socket> };

export const listen = async (server: TcpServer): Promise<Listening> => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    sockets,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};

export type Proxy = AsyncDisposable & {
  readonly socketPath: string;
  readonly events: readonly ProxyAccess[];
  /** Every address and port that it connected to. */
  readonly dialed: readonly string[];
};

export const publicTestAddress = "203.0.114.7";

/**
 * A proxy as in production, but that every name resolves to one public address, and that connecting to any address
 * leads to `port` of this machine.
 */
export const openProxy = async (port: number, options: Partial<EgressProxyOptions> = {}): Promise<Proxy> => {
  const directory = temporaryDirectory();
  const events: ProxyAccess[] = [];
  const dialed: string[] = [];
  const proxy = await egressProxy({
    socketPath: join(directory.path, "egress.sock"),
    hosts: ["api.example.com"],
    onAccess: (event) => events.push(event),
    resolve: async () => [{ address: publicTestAddress }],
    connect: (address, wantedPort) => {
      dialed.push(`${address}:${wantedPort}`);
      return connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    },
    ...options,
  });
  return {
    socketPath: proxy.socketPath,
    events,
    dialed,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
};

export type Answer = { readonly status: number; readonly message: string; readonly body: string };

export type Connected = Answer & { readonly socket: Socket };

/** Asks for a tunnel. A refusal is read to its end. */
export const connectThrough = (proxy: Pick<Proxy, "socketPath">, authority: string): Promise<Connected> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path: proxy.socketPath, allowHalfOpen: true });
    request({ method: "CONNECT", path: authority, createConnection: () => socket })
      .on("connect", async ({ statusCode: status = 0, statusMessage: message = "" }, _socket, head) => {
        socket.on("error", () => undefined);
        if (status === 200) return resolve({ status, message, body: "", socket });
        const rest = await socket.toArray().catch(() => []);
        resolve({ status, message, body: Buffer.concat([head, ...rest]).toString(), socket });
      })
      .on("error", reject)
      .end();
  });

/** Speaks TLS through a tunnel and asks for `/`; resolves with the response's text. */
export const askOver = (socket: Socket, servername: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    const secure: TLSSocket = connectTls({ socket, servername, ca: certificate.cert });
    secure
      .once("secureConnect", () =>
        secure.write(`GET / HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`),
      )
      .on("data", (chunk) => {
        text += String(chunk);
      })
      .once("end", () => {
        resolve(text);
        secure.destroy();
        socket.destroy();
      })
      .once("error", reject)
      .once("close", () => reject(new Error("closed")));
  });

/** What a TLS client sends first for a name. */
export const helloFor = async (servername: string | undefined): Promise<Buffer> => {
  const first = Promise.withResolvers<Buffer>();
  await using server = await listen(tcpServer((socket) => socket.once("data", first.resolve)));
  const named = servername === undefined ? {} : { servername };
  const client = connectTls({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false, ...named });
  client.on("error", () => undefined);
  const bytes = await first.promise;
  client.destroy();
  return bytes;
};

/** Everything that arrives until the other side ends or breaks off. */
export const readAll = async (socket: Socket): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) chunks.push(Buffer.from(chunk));
  } catch {
    // Broken off is an end, too.
  }
  return Buffer.concat(chunks);
};
