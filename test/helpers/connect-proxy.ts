import { createServer } from "node:http";
import { connect } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import { type Listening, listen } from "./loopback-server.ts";

/** An HTTP proxy that tunnels to whom it is asked for, for one user. */
export type ConnectProxy = Listening & {
  /** `host:port` of each tunnel that was let through, in order. */
  readonly asked: readonly string[];
};

/** @param user `name:password` */
export const startConnectProxy = async (user: string): Promise<ConnectProxy> => {
  const asked: string[] = [];
  const expected = `Basic ${Buffer.from(user).toString("base64")}`;
  const server = createServer((_request, response) => void response.writeHead(405).end());
  const tunnels = new Set<Duplex>();
  server.on("connect", (request, client, head) => {
    // No longer the server's own to cut.
    tunnels.add(client.once("close", () => tunnels.delete(client)));
    if (request.headers["proxy-authorization"] !== expected) {
      const head = 'Proxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\nConnection: close';
      client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${head}\r\n\r\n`);
      return;
    }
    const target = request.url ?? "";
    asked.push(target);
    const upstream = connect(Number(target.split(":")[1]), "localhost", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      // A cut is the end of the tunnel.
      pipeline(upstream, client, () => upstream.destroy());
      pipeline(client, upstream, () => client.destroy());
    });
    upstream.on("error", () => client.destroy());
  });
  const listening = await listen(server);
  return {
    ...listening,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const tunnel of tunnels) tunnel.destroy();
      await listening[Symbol.asyncDispose]();
    },
  };
};
