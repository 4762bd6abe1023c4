import { expect, test } from "vitest";
import { definedTools } from "../../../../src/edges/skills/mcp/tool-list.ts";
import { listAllTools } from "../../../../src/edges/skills/mcp/tool-pages.ts";
import { notesOf } from "../mcp/fixture-skill.ts";
import { type HttpMcpServer, httpMcpServer, json } from "./http-mcp-server.ts";
import { openRemote } from "./remote-fixture.ts";

const large = {
  description: "x",
  inputSchema: { type: "object" as const },
  outputSchema: { type: "object" as const, description: "o".repeat(100_000) },
};

/** Lists a page for each number from 0. */
const listing = (page: (index: number) => object): Promise<HttpMcpServer> =>
  httpMcpServer(({ message }, response) => {
    if (message.method !== "tools/list") return false;
    return json(response, message.id, page(Number(message.params?.cursor ?? 0)));
  });

const lists = (server: HttpMcpServer): number =>
  server.received.filter(({ message }) => message.method === "tools/list").length;

test("given pages of nine megabytes without end, reading stops after sixteen", async () => {
  await using server = await listing((index) => ({
    tools: [
      { ...large, name: `large-${index}`, description: "d".repeat(9_000_000) },
      { ...large, name: `small-${index}` },
    ],
    nextCursor: String(index + 1),
  }));
  await using far = await openRemote(server.url);
  expect(lists(server)).toBe(2);
  expect(far.offer.tools().map(({ name }) => name)).toEqual(["small-0", "small-1"]);
  expect(notesOf(far.events)).toEqual([
    'The skill "far" lists more than 16 MB of tools; the rest is left out.',
    expect.stringContaining("larger than 32 KB; they are left out: large-0, large-1."),
  ]);
});

test("given tools that are too large, only the beginnings of their names are kept", async () => {
  const tools = [
    { ...large, name: "large", description: "d".repeat(1_000_000) },
    { ...large, name: "n".repeat(1_000_000) },
    { ...large, name: "fits", annotations: { readOnlyHint: true } },
  ];
  const kept = await listAllTools(
    async () => ({ tools }),
    () => undefined,
  );
  expect(kept.map(({ name }) => name)).toEqual(["large", "n".repeat(200), "fits"]);
  expect(JSON.stringify(kept).length).toBeLessThan(100_000);
  expect(definedTools(kept.slice(2), "s")).toEqual([
    { name: "fits", description: "x", inputSchema: { type: "object" }, skill: "s", readOnly: true },
  ]);
});
