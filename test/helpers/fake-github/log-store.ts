import { createServer } from "node:http";
import { listen } from "../loopback-server.ts";
import type { World } from "./world.ts";

export type LogStore = AsyncDisposable & { readonly url: string };

/**
 * Where logs lie: another host than the API's, which takes its own signature and refuses GitHub's token, as Azure's blob
 * store does.
 */
export const startLogStore = async (world: World): Promise<LogStore> => {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const job = [...world.repositories.values()]
      .flatMap(({ runs }) => [...runs.values()].flatMap(({ jobs }) => jobs))
      .find(({ id }) => pathname === `/logs/${id}`);
    if (request.headers.authorization !== undefined) {
      response.writeHead(400, { "content-type": "application/xml" });
      response.end("<Error><Code>AuthenticationFailed</Code></Error>");
    } else if (job?.log === undefined || searchParams.get("sig") !== signature(job.id)) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(job.log);
    }
  });
  return await listen(server);
};

const signature = (job: number): string => `signed-${job}`;

/** The address in a redirect, good for a while. */
export const logAddress = (store: string, job: number): string =>
  `${store}/logs/${job}?sig=${signature(job)}`;
