import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { textOf } from "../mcp/fixture-skill.ts";
import { httpMcpServer, type Received, textResult } from "./http-mcp-server.ts";
import { openRemote } from "./remote-fixture.ts";

const form = { type: "object", properties: { a: { type: "string", default: "x" } } };
const params = { message: "hi", requestedSchema: form };

type Asking = {
  readonly method: string;
  readonly times: number;
  readonly answers: "taken" | "left";
  /** Whose stream it asks on. */
  readonly during?: string;
};

/** A server that asks before it answers a request, and then answers it when all was taken. */
const asking = async ({ method, times, answers, during = "tools/call" }: Asking) => {
  const taken: Received[] = [];
  let waiting = 0;
  let most = 0;
  let finish = (): void => undefined;
  const ask = (response: ServerResponse, id: unknown): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const from = taken.length;
    const send = (message: object): unknown =>
      response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
    for (let nth = 0; nth < times; nth += 1) send({ id: `q-${nth}`, method, params });
    finish = () => {
      if (taken.length - from === times) send({ id, result: textResult("worked") });
    };
  };
  const server = await httpMcpServer((received, response) => {
    const { method: asked, id } = received.message;
    if (asked === during) {
      ask(response, id);
      return true;
    }
    if (asked !== undefined || received.verb !== "POST") return false;
    waiting += 1;
    most = Math.max(most, waiting);
    if (answers === "left") return true;
    taken.push(received);
    response.on("close", () => {
      waiting -= 1;
    });
    response.writeHead(202).end();
    finish();
    return true;
  });
  return Object.assign(server, { taken, most: () => most });
};

test("given a server that asks ten times in a call, over many calls, every one is answered", async () => {
  await using server = await asking({ method: "elicitation/create", times: 10, answers: "taken" });
  await using far = await openRemote(server.url);
  for (let call = 0; call < 15; call += 1) expect(textOf(await far.run("work"))).toBe("worked");
  expect(server.taken).toHaveLength(150);
});

test.each(["elicitation/create", "roots/list"])(
  "given a server that asks for %s without end, the conversation is ended, and the next call has a new one",
  async (method) => {
    await using server = await asking({ method, times: 5_000, answers: "taken" });
    await using far = await openRemote(server.url);
    for (let call = 0; call < 2; call += 1) {
      expect(textOf(await far.run("work"))).toMatch(
        /^The skill "far" (sent more than 100 requests of its own|left 16 answers .* lying) during the call\.$/,
      );
    }
    expect(server.taken.length).toBeLessThanOrEqual(200);
  },
);

test("given a server that does not take the answers it asked for, sixteen are under way at most", async () => {
  await using server = await asking({ method: "ping", times: 500, answers: "left" });
  await using far = await openRemote(server.url);
  expect(textOf(await far.run("work"))).toBe(
    'The skill "far" left 16 answers to requests of its own lying during the call.',
  );
  expect(server.most()).toBeLessThanOrEqual(16);
});

test("given a server that asks without end at the start, the start says so", async () => {
  await using server = await asking({
    method: "roots/list",
    times: 500,
    answers: "left",
    during: "tools/list",
  });
  await expect(openRemote(server.url)).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringMatching(/^The skill "far" failed: (sent more than 100 requests|left 16 answers)/),
  });
});
