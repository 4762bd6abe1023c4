import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { LoginPolicy } from "../../src/edges/model/login-policy.ts";

/** Lets a login be on this machine, where the runner never has one. */
export const loopbackLogins: LoginPolicy = {
  isGoogle: ({ hostname }) => hostname === "127.0.0.1",
  isSecure: ({ hostname }) => hostname === "127.0.0.1",
};

export type LoginServer = AsyncDisposable & {
  readonly url: string;
  readonly requests: readonly {
    readonly path: string;
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
  }[];
};

/** A service that gives tokens. A path it has no answer for is a 404; an answer with a status is that error. */
export const startLoginServer = async (
  answers: Readonly<
    Record<
      string,
      {
        readonly status?: number;
        readonly headers?: Readonly<Record<string, string>>;
        readonly [field: string]: unknown;
      }
    >
  >,
): Promise<LoginServer> => {
  const requests: LoginServer["requests"][number][] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const path = request.url ?? "";
      requests.push({ path, body: Buffer.concat(chunks).toString("utf8"), headers: request.headers });
      const answer = answers[path] ?? { status: 404, error: "not_found" };
      response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
      response.end(JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
