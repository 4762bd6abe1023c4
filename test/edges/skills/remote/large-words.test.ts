import { expect, test } from "vitest";
import { textOf } from "../mcp/fixture-skill.ts";
import { httpMcpServer, json } from "./http-mcp-server.ts";
import { openRemote } from "./remote-fixture.ts";

const error = (id: unknown) =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code: -1, message: "E".repeat(9_000_000) } });

test("given an error of nine megabytes in answer to a call, the model gets a part of it", async () => {
  await using server = await httpMcpServer(({ message }, response) => {
    if (message.method !== "tools/call") return false;
    response.writeHead(200, { "content-type": "application/json" }).end(error(message.id));
    return true;
  });
  await using far = await openRemote(server.url);
  const text = textOf(await far.run("work"));
  expect(text).toContain("bytes left out here");
  expect(text.length).toBeLessThan(201 * 1024);
});

test("given a server with a name and a version of megabytes, the journal has their beginnings", async () => {
  await using server = await httpMcpServer(({ verb, message }, response) => {
    if (message.method !== "initialize") {
      response.writeHead(verb === "GET" ? 405 : 202).end();
      return true;
    }
    const { protocolVersion } = message.params ?? {};
    const serverInfo = { name: "N".repeat(4_000_000), version: "V".repeat(4_000_000) };
    return json(response, message.id, { protocolVersion, capabilities: {}, serverInfo });
  });
  await using far = await openRemote(server.url);
  expect(far.events.find(({ type }) => type === "skillConnected")).toMatchObject({
    server: { name: "N".repeat(200), version: "V".repeat(200) },
  });
});
