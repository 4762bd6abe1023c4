import { createServer, type IncomingHttpHeaders } from "node:http";
import { type Listening, listen, readBody } from "./loopback-server.ts";

/** A request as it arrived, its body to the byte. */
export type Recorded = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** A server that keeps what it is sent and refuses everything, in words that every provider's client understands. */
export const startRecorder = async (): Promise<Listening & { readonly requests: readonly Recorded[] }> => {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = String(await readBody(request));
      requests.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(400, { "content-type": "application/json" });
      response.end('{"error":{"message":"not today","type":"x","code":400,"status":"X"}}');
    })().catch(() => response.destroy());
  });
  return Object.assign(await listen(server), { requests });
};
