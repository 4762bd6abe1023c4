import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import * as z from "zod/mini";

const Message = z.object({
  id: z.optional(z.union([z.number(), z.string()])),
  method: z.optional(z.string()),
  params: z.optional(z.record(z.string(), z.unknown())),
});

export type Received = {
  readonly verb: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly message: z.infer<typeof Message>;
};

/** Answers a request itself and returns true, or leaves it to the server. */
export type Handler = (received: Received, response: ServerResponse) => boolean;

export type HttpMcpServer = AsyncDisposable & {
  readonly origin: string;
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Forgets every session, as a server does that was restarted. */
  forget(): void;
};

export const json = (response: ServerResponse, id: unknown, result: unknown): true => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  return true;
};

export const textResult = (text: string) => ({ content: [{ type: "text", text }] });

/** A streamable HTTP server that does the least, unless `handle` does something else. */
export const httpMcpServer = async (handle: Handler = () => false): Promise<HttpMcpServer> => {
  const received: Received[] = [];
  const sessions = new Set<string>();
  let count = 0;
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join("");
    const message = Message.parse(text === "" ? {} : JSON.parse(text));
    const one = { verb: request.method ?? "", path: request.url ?? "", headers: request.headers, message };
    received.push(one);
    if (handle(one, response)) return;
    const session = String(request.headers["mcp-session-id"]);
    if (message.method === "initialize") {
      count += 1;
      sessions.add(`s-${count}`);
      response.setHeader("mcp-session-id", `s-${count}`);
      const { protocolVersion } = message.params ?? {};
      const serverInfo = { name: "least", version: "0.0.1" };
      json(response, message.id, { protocolVersion, capabilities: { tools: {} }, serverInfo });
    } else if (!sessions.has(session)) response.writeHead(404).end("Session not found");
    else if (one.verb === "DELETE") response.writeHead(sessions.delete(session) ? 200 : 404).end();
    else if (one.verb === "GET") response.writeHead(405).end();
    else if (message.method === "tools/list") {
      json(response, message.id, { tools: [{ name: "work", inputSchema: { type: "object" } }] });
    } else if (message.method === "tools/call") json(response, message.id, textResult("worked"));
    else response.writeHead(202).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { port } = address;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    url: `${origin}/mcp`,
    received,
    forget: () => sessions.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
};
