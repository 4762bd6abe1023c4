import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { environment, makeWorkspace } from "./job.ts";

const entry = join(import.meta.dirname, "..", "dist", "index.js");

/** Milliseconds from starting a process to its first request, for the bare floor and for the tool, in turn. */
export const measureColdStart = async (
  pairs: number,
): Promise<{ readonly floor: readonly number[]; readonly tool: readonly number[] }> => {
  using workspace = makeWorkspace();
  let onRequest = (): void => {};
  const server = createServer((_request, response) => {
    onRequest();
    response.writeHead(400, { "content-type": "application/json" });
    response.end('{"type":"error","error":{"type":"invalid_request_error","message":"enough"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}/v1`;
  const once = async (args: readonly string[]): Promise<number> => {
    const startedAt = performance.now();
    const arrived = new Promise<number>((resolve) => {
      onRequest = () => resolve(performance.now() - startedAt);
    });
    const options = { cwd: workspace.path, env: environment(url), stdio: "ignore" } as const;
    const child = spawn(process.execPath, args, options);
    const ended = new Promise((resolve) => child.once("close", resolve));
    const took = await arrived;
    await ended;
    return took;
  };
  const floor: number[] = [];
  const tool: number[] = [];
  for (let pair = -1; pair < pairs; pair++) {
    const bare = await once(["-e", `fetch(${JSON.stringify(url)}, { method: "POST", body: "{}" })`]);
    const ours = await once([entry, "run", "bench", "go", "--json"]);
    // The first pair warms the disk's cache and is not counted.
    if (pair >= 0) floor.push(bare);
    if (pair >= 0) tool.push(ours);
  }
  server.close();
  return { floor, tool };
};
