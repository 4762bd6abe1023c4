import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { connectThrough, helloFor, listen, openProxy, readAll, tcpServer } from "./egress-fixture.ts";

/** A tunnel past its hello, to a server that does as told. */
const openTunnel = async (
  proxy: Parameters<typeof connectThrough>[0],
  hello: Buffer,
): Promise<{ readonly status: number; readonly body: string; readonly socket: Socket }> => {
  const connected = await connectThrough(proxy, "api.example.com:443");
  if (connected.status === 200) connected.socket.write(hello);
  return connected;
};

test("given as many connections as there may be, one more is told so, and goes through when one has ended", async () => {
  await using server = await listen(tcpServer((socket) => socket.resume().on("end", () => socket.end())));
  await using proxy = await openProxy(server.port, { limits: { maxConnections: 2 } });
  const hello = await helloFor("api.example.com");
  const first = await openTunnel(proxy, hello);
  await openTunnel(proxy, hello);
  const third = await openTunnel(proxy, hello);
  expect(third).toMatchObject({
    status: 503,
    body: expect.stringContaining("as many connections open as it may"),
  });
  expect(proxy.events).toMatchObject([{ host: "api.example.com", verdict: "refused" }]);
  first.socket.end();
  await readAll(first.socket);
  await expect.poll(async () => (await openTunnel(proxy, hello)).status).toBe(200);
});

test("given idle connections that ask for nothing, they are cut off after the time for a request", async () => {
  await using proxy = await openProxy(1, { limits: { headTimeoutMs: 100 } });
  const [silent, slow] = [connect(proxy.socketPath), connect(proxy.socketPath)];
  slow.write("CONNECT api.exam");
  const before = performance.now();
  await Promise.all([readAll(silent), readAll(slow)]);
  expect(performance.now() - before).toBeLessThan(3_000);
});

test("given a client that says nothing after its CONNECT, it is cut off, and the server with it", async () => {
  await using server = await listen(tcpServer((socket) => socket.resume().on("end", () => socket.end())));
  await using proxy = await openProxy(server.port, { limits: { headTimeoutMs: 100 } });
  const { socket } = await connectThrough(proxy, "api.example.com:443");
  await readAll(socket);
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(proxy.events).toMatchObject([{ verdict: "allowed", reason: "it took more than 0.1 s", bytesUp: 0 }]);
});

test("given nothing moves for the idle time, the connection is ended and says why", async () => {
  await using server = await listen(tcpServer((socket) => socket.resume().on("end", () => socket.end())));
  await using proxy = await openProxy(server.port, { limits: { idleTimeoutMs: 100 } });
  const hello = await helloFor("api.example.com");
  const { socket } = await openTunnel(proxy, hello);
  await readAll(socket);
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(proxy.events).toMatchObject([
    { verdict: "allowed", reason: "nothing moved for 0.1 s", bytesUp: hello.length },
  ]);
});

test("given more bytes than may go up, the rest does not, and later connections are refused", async () => {
  let arrived = 0;
  await using server = await listen(
    tcpServer((socket) => {
      socket.on("data", (chunk) => (arrived += chunk.length)).on("end", () => socket.end());
      // Until a server has answered, nothing follows the hello.
      socket.write("hello");
    }),
  );
  await using proxy = await openProxy(server.port, { limits: { maxBytes: 100_000 } });
  const hello = await helloFor("api.example.com");
  const { socket } = await openTunnel(proxy, hello);
  socket.write(Buffer.alloc(1_000_000));
  await readAll(socket);
  await expect.poll(() => proxy.events).toHaveLength(1);
  expect(arrived).toBeLessThanOrEqual(100_000);
  const reason = "the skill's connections have moved 100000 bytes, as many as they may";
  expect(proxy.events[0]).toMatchObject({ verdict: "allowed", reason });
  const next = await openTunnel(proxy, hello);
  expect(next).toMatchObject({ status: 403, body: expect.stringContaining("as many bytes as they may") });
  expect(proxy.events[1]).toMatchObject({ verdict: "refused" });
});

test("given more bytes than may come down over several connections, they count together", async () => {
  await using server = await listen(tcpServer((socket) => socket.resume().end(Buffer.alloc(60_000))));
  await using proxy = await openProxy(server.port, { limits: { maxBytes: 100_000 } });
  const hello = await helloFor("api.example.com");
  const received: number[] = [];
  for (let round = 0; round < 2; round++) {
    const { socket } = await openTunnel(proxy, hello);
    received.push((await readAll(socket)).length);
    socket.destroy();
  }
  expect(received[0]).toBe(60_000);
  expect(received[1]).toBeLessThanOrEqual(40_000);
  await expect.poll(() => proxy.events).toHaveLength(2);
  expect(proxy.events).toMatchObject([
    { bytesDown: 60_000 },
    { reason: expect.stringContaining("100000 bytes") },
  ]);
});

test("given a flood of refused attempts, a bounded number of events tells of it", async () => {
  const proxy = await openProxy(1);
  for (let index = 0; index < 120; index++) await connectThrough(proxy, `host-${index}.evil.com:443`);
  expect(proxy.events).toHaveLength(50);
  await proxy[Symbol.asyncDispose]();
  expect(proxy.events).toHaveLength(51);
  expect(proxy.events.at(-1)).toMatchObject({
    type: "proxyAccessRest",
    refused: { count: 70, hosts: expect.arrayContaining(["host-50.evil.com", "host-59.evil.com"]) },
  });
});
