import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { endTree, spawnTree } from "../../../../src/edges/skills/process-tree.ts";

const program = fileURLToPath(
  new URL("../../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url),
);

/** A port that nobody listens on; 0 is for a server that can say which it got. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};

export type EverythingServer = AsyncDisposable & { readonly endpoint: string };

/** The reference server of the MCP project, over HTTP. */
export const everythingServer = async (
  kind: "streamableHttp" | "sse",
  port?: number,
): Promise<EverythingServer> => {
  const at = port ?? (await freePort());
  const tree = await spawnTree({
    command: process.execPath,
    args: [program, kind],
    cwd: "/",
    env: { PATH: process.env.PATH ?? "", PORT: String(at) },
    stdin: "none",
  });
  // Without a reader it would stop at a full pipe; it says on either stream that it listens.
  await new Promise<void>((resolve) => {
    for (const stream of [tree.stdout, tree.stderr]) {
      stream.on("data", (chunk) => {
        if (/running on port|listening on port/i.test(String(chunk))) resolve();
      });
    }
  });
  return {
    endpoint: `http://127.0.0.1:${at}/${kind === "sse" ? "sse" : "mcp"}`,
    async [Symbol.asyncDispose]() {
      await endTree(tree, { graceMs: 0 });
    },
  };
};
