import { createServer } from "node:http";
import { expect, test } from "vitest";
import { listen } from "../../helpers/loopback-server.ts";
import { startProposingWorld } from "../../helpers/proposing-world.ts";

/** What becomes of a push to a server that answers so; nothing is a server that is not there. */
const pushTo = async (status?: number) => {
  using world = startProposingWorld();
  let asked = 0;
  const server = await listen(
    createServer((_, response) => {
      asked++;
      response.writeHead(status ?? 500).end();
    }),
  );
  if (status === undefined) await server[Symbol.asyncDispose]();
  world.git.git("remote", "add", "origin", `${server.url}/acme/experts.git`);
  const change = { branch: "main", parent: world.git.head(), files: new Map(), message: "Nothing." };
  const error = await world.port.push(change).catch((thrown: unknown) => thrown);
  if (status !== undefined) await server[Symbol.asyncDispose]();
  return { asked, error };
};

test("given no connection at a push, then it is tried three times and no permission is asked for", async () => {
  expect((await pushTo()).error).toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringMatching(
      /^The registry's remote `origin` cannot be pushed to: fatal: unable to access /,
    ),
  });
  expect(await pushTo(503)).toMatchObject({ asked: 3, error: { code: "REGISTRY_UNREACHABLE" } });
});

test("given a token that may not write, then it is asked for, once", async () =>
  expect(await pushTo(403)).toMatchObject({
    asked: 1,
    error: { code: "PUBLISH_REFUSED", remedy: expect.stringContaining("Give the job `contents: write`") },
  }));
