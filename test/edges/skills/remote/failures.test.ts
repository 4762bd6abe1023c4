import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { textOf } from "../mcp/fixture-skill.ts";
import { type Handler, httpMcpServer, textResult } from "./http-mcp-server.ts";
import { openRemote } from "./remote-fixture.ts";

/** Answers a call as `answer` does; everything else is the server's own. */
const onCall =
  (answer: Handler): Handler =>
  (received, response) =>
    received.message.method === "tools/call" && answer(received, response);

test.each([
  [401, /"far" wants a login \(HTTP 401\)/],
  [403, /"far" does not let the runner in \(HTTP 403\)/],
  [500, /"far" failed: .*it is raining/],
])("given a server that answers %i, the start says so", async (status, says) => {
  await using server = await httpMcpServer((_received, response) => {
    response.writeHead(status).end("it is raining");
    return true;
  });
  await expect(openRemote(server.url)).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringMatching(says),
  });
});

test.each([400, 404, 405])("given %i from both transports, both are told", async (status) => {
  await using server = await httpMcpServer((_received, response) => {
    response.writeHead(status).end("no such thing");
    return true;
  });
  await expect(openRemote(server.url)).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringMatching(/no such thing; and by server-sent events: .*/),
  });
  expect(server.received.map(({ verb }) => verb)).toEqual(["POST", "GET"]);
});

test("given a server that never answers, the start ends with its time", async () => {
  await using server = await httpMcpServer(() => true);
  await expect(openRemote(server.url, { startTimeoutMs: 300 })).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: 'The skill "far" did not answer within 0.3 s.',
  });
});

test("given a server that takes the greeting and then hangs, the start ends with its time", async () => {
  await using server = await httpMcpServer(({ message }) => message.method === "notifications/initialized");
  await expect(openRemote(server.url, { startTimeoutMs: 300 })).rejects.toMatchObject({
    message: 'The skill "far" did not answer within 0.3 s.',
  });
});

test("given a start that is aborted, it ends", async () => {
  await using server = await httpMcpServer(() => true);
  await expect(openRemote(server.url, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
    message: expect.stringContaining("was stopped while it started"),
  });
});

test("given nobody at the address, the start says that it cannot be reached", async () => {
  const server = await httpMcpServer();
  await server[Symbol.asyncDispose]();
  await expect(openRemote(server.url)).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringContaining("cannot be reached (ECONNREFUSED)"),
  });
});

test("given a server that forgot the session, the call is made in a new one, and the model sees nothing of it", async () => {
  await using server = await httpMcpServer();
  await using far = await openRemote(server.url);
  server.forget();
  const outcomes = await Promise.all([far.run("work"), far.run("work")]);
  expect(outcomes.map(textOf)).toEqual(["worked", "worked"]);
  expect(far.events.flatMap(({ type }) => (type === "note" ? [] : [type]))).toEqual([
    "skillStarting",
    "skillConnected",
    "skillDisconnected",
    "skillStarting",
    "skillConnected",
  ]);
});

test("given a server that forgets each session, it is given up after three", async () => {
  await using server = await httpMcpServer(
    onCall((_received, response) => {
      response.writeHead(404).end();
      return true;
    }),
  );
  await using far = await openRemote(server.url);
  expect(textOf(await far.run("work"))).toContain("forgot the conversation each time");
  expect(textOf(await far.run("work"))).toContain("forgot the conversation each time");
  expect(textOf(await far.run("work"))).toContain('The skill "far" was restarted 3 times and is given up');
  expect(far.events.filter((event) => event.type === "skillStarting")).toHaveLength(4);
});

test.each(["application/json", "text/event-stream"])(
  "given an answer of %s without end, the conversation is ended, and the next call works",
  async (type) => {
    let calls = 0;
    await using server = await httpMcpServer(
      onCall((_received, response) => {
        calls += 1;
        if (calls > 1) return false;
        response.writeHead(200, { "content-type": type });
        const write = (): void => {
          while (!response.destroyed && response.write("data: ".padEnd(1024 * 1024, "x")));
        };
        response.on("drain", write);
        write();
        return true;
      }),
    );
    await using far = await openRemote(server.url);
    const outcome = await far.run("work");
    expect(outcome.isError).toBe(true);
    expect(textOf(outcome)).toContain("sent a message of more than 10 MB during the call");
    expect(textOf(await far.run("work"))).toBe("worked");
  },
);

test.each([
  ["a line of one blank", " "],
  ["a line of more blanks than are looked at", `${" ".repeat(1_100)}y`],
  ["another field", "retry: 1"],
])("given an event without end that has %s in it, the conversation is ended", async (_, line) => {
  await using server = await httpMcpServer(
    onCall((_received, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const piece = `data: ${"x".repeat(65_000)}\n${line}\n`;
      const write = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", write);
      write();
      return true;
    }),
  );
  await using far = await openRemote(server.url);
  expect(textOf(await far.run("work"))).toContain("sent a message of more than 10 MB during the call");
});

test.each(["\n", "\r\n"])(
  "given many events that are large together, with %j between, they are read",
  async (end) => {
    await using server = await httpMcpServer(
      onCall(({ message }, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const comment = `: ${"x".repeat(1024 * 1024)}${end}${end}`;
        for (let count = 0; count < 12; count += 1) response.write(comment);
        const result = JSON.stringify({ jsonrpc: "2.0", id: message.id, result: textResult("done") });
        response.end(`data: ${result}${end}${end}`);
        return true;
      }),
    );
    await using far = await openRemote(server.url);
    expect(textOf(await far.run("work"))).toBe("done");
  },
);

test.each([
  [
    "that it changes the protocol",
    "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "wants to speak another protocol (HTTP 101)",
  ],
  ["nothing", "", "cannot be reached"],
])("given a server that answers %s, the start fails at once", async (_, answer, says) => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => (answer === "" ? socket.destroy() : socket.write(answer)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = z.object({ port: z.number() }).parse(server.address());
  await expect(openRemote(`http://127.0.0.1:${address.port}/mcp`)).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringContaining(says),
  });
  server.close();
});

test("given a stream of events that ends without the answer, the call fails at once", async () => {
  await using server = await httpMcpServer(
    onCall((_received, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(": nothing\n\n");
      return true;
    }),
  );
  await using far = await openRemote(server.url);
  expect(textOf(await far.run("work"))).toContain("ended the connection before it answered");
});

test("given a call that is aborted, the server is told, and the session is ended with the Run", async () => {
  await using server = await httpMcpServer(onCall(() => true));
  {
    await using far = await openRemote(server.url);
    const outcome = await far.run("work", {}, AbortSignal.timeout(200));
    expect(textOf(outcome)).toBe(
      'The tool "work" was stopped; its server was told to stop, and may go on all the same.',
    );
    const call = server.received.find(({ message }) => message.method === "tools/call");
    expect(server.received.at(-1)?.message).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: call?.message.id },
    });
  }
  expect(server.received.at(-1)).toMatchObject({ verb: "DELETE", headers: { "mcp-session-id": "s-1" } });
});

test("given a server that does not answer the end of its session, the Run ends all the same", async () => {
  await using server = await httpMcpServer(({ verb }) => verb === "DELETE");
  const far = await openRemote(server.url);
  await far[Symbol.asyncDispose]();
  expect(server.received.at(-1)?.verb).toBe("DELETE");
});

test("given a login that is wanted only later, the call says so", async () => {
  await using server = await httpMcpServer(
    onCall((_received, response) => {
      response.writeHead(401).end();
      return true;
    }),
  );
  await using far = await openRemote(server.url);
  expect(textOf(await far.run("work"))).toContain('"far" wants a login (HTTP 401)');
});

test("given a hundred reports of progress and more, a hundred are recorded, and none is long", async () => {
  await using server = await httpMcpServer(
    onCall(({ message }, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const { _meta } = z.object({ _meta: z.object({ progressToken: z.number() }) }).parse(message.params);
      for (let progress = 1; progress <= 150; progress += 1) {
        const params = { ..._meta, progress, message: "m".repeat(2_000) };
        response.write(
          `data: ${JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params })}\n\n`,
        );
      }
      const result = { jsonrpc: "2.0", id: message.id, result: textResult("done") };
      setTimeout(() => response.end(`data: ${JSON.stringify(result)}\n\n`), 50);
      return true;
    }),
  );
  await using far = await openRemote(server.url);
  expect(textOf(await far.run("work"))).toBe("done");
  const progress = far.events.flatMap((event) => (event.type === "toolProgress" ? [event] : []));
  expect(progress).toHaveLength(100);
  expect(progress.map((event) => event.message?.length)).toEqual(Array(100).fill(1_000));
});

test("given an endpoint with a key in its query, the journal has the address without it", async () => {
  await using server = await httpMcpServer();
  await using far = await openRemote(`${server.url}?key=canary`);
  expect(JSON.stringify(far.events)).not.toContain("canary");
  expect(far.events[0]).toMatchObject({ type: "skillStarting", command: server.url, args: [] });
  expect(server.received[0]?.path).toBe("/mcp?key=canary");
});

test("given a server that ends each stream it is listened to on, it is not asked without end", async () => {
  let listens = 0;
  await using server = await httpMcpServer(({ verb }, response) => {
    if (verb !== "GET") return false;
    listens += 1;
    response.writeHead(200, { "content-type": "text/event-stream" }).end("retry: 0\n\n");
    return true;
  });
  await using far = await openRemote(server.url);
  while (listens < 1_000) await far.run("work");
  await far.run("work");
  expect(listens).toBe(1_000);
});
