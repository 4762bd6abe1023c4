import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { connectThrough, helloFor, listen, openProxy, readAll, tcpServer } from "./egress-fixture.ts";

const host = "api.example.com:443";
const helloing = helloFor("api.example.com");

/** Errors that would end a step. */
const uncaughtErrors = (): Disposable & { readonly errors: readonly Error[] } => {
  const errors: Error[] = [];
  const onError = (error: Error): unknown => errors.push(error);
  process.on("uncaughtExceptionMonitor", onError);
  return { errors, [Symbol.dispose]: () => void process.off("uncaughtExceptionMonitor", onError) };
};

test("given a client that ends its half, the server sees that and still answers", async () => {
  await using server = await listen(
    tcpServer(async (socket) => {
      const received = await socket.toArray();
      socket.end(`after your end: ${Buffer.concat(received).length}`);
    }),
  );
  await using proxy = await openProxy(server.port);
  const { socket } = await connectThrough(proxy, host);
  const hello = await helloing;
  socket.end(hello);
  expect((await readAll(socket)).toString()).toBe(`after your end: ${hello.length}`);
  await expect.poll(() => proxy.events).toHaveLength(1);
  expect(proxy.events[0]).not.toHaveProperty("reason");
});

test("given a server that ends its half, the client sees that and can still send", async () => {
  const received = Promise.withResolvers<number>();
  await using server = await listen(
    tcpServer(async (socket) => {
      socket.end("done");
      received.resolve(Buffer.concat(await socket.toArray()).length);
    }),
  );
  await using proxy = await openProxy(server.port);
  const { socket } = await connectThrough(proxy, host);
  const hello = await helloing;
  socket.write(hello);
  expect((await readAll(socket)).toString()).toBe("done");
  await sleep(30);
  socket.end(Buffer.alloc(5_000));
  expect(await received.promise).toBe(hello.length + 5_000);
  await expect.poll(() => proxy.events).toMatchObject([{ bytesUp: hello.length + 5_000, bytesDown: 4 }]);
  expect(proxy.events[0]).not.toHaveProperty("reason");
});

test("given a client that is gone midway, the server's end is closed, and the record says so", async () => {
  await using server = await listen(tcpServer((socket) => socket.resume().on("end", () => socket.end())));
  await using proxy = await openProxy(server.port);
  const { socket } = await connectThrough(proxy, host);
  socket.write(await helloing);
  await expect.poll(() => server.sockets.size).toBe(1);
  socket.destroy();
  await expect.poll(() => server.sockets.size).toBe(0);
  await expect.poll(() => proxy.events).toMatchObject([{ verdict: "allowed" }]);
});

test.each([
  ["connected", "203.0.114.7", "the client sent no TLS hello"],
  ["refused", "10.0.0.1", "api.example.com resolves to 10.0.0.1, which is not public"],
])(
  "given a client that is gone before it is %s, nothing is left open and nothing else breaks",
  async (_end, address, reason) => {
    using uncaught = uncaughtErrors();
    await using server = await listen(tcpServer((socket) => socket.resume().on("end", () => socket.end())));
    const resolved = Promise.withResolvers<readonly { readonly address: string }[]>();
    await using proxy = await openProxy(server.port, { resolve: () => resolved.promise });
    const client = connect(proxy.socketPath);
    client.write("CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n");
    await sleep(50);
    client.destroy();
    await sleep(50);
    resolved.resolve([{ address }]);
    // Not disposed of before a write that failed is an error.
    await sleep(50);
    await expect.poll(() => proxy.events).toMatchObject([{ reason }]);
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(uncaught.errors).toEqual([]);
  },
);

test("given a client that is gone while a server floods it, both ends are closed", async () => {
  await using server = await listen(
    tcpServer((socket) => {
      const flood = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
      };
      socket.on("drain", flood).once("data", flood);
    }),
  );
  await using proxy = await openProxy(server.port);
  const { socket } = await connectThrough(proxy, host);
  socket.write(await helloing);
  await new Promise((resolve) => socket.once("data", resolve));
  socket.destroy();
  await expect.poll(() => server.sockets.size).toBe(0);
  await expect.poll(() => proxy.events).toMatchObject([{ reason: expect.stringContaining("it broke off") }]);
});

test("given a server that resets, the client's end is closed, and the record says why", async () => {
  await using server = await listen(
    tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
  );
  await using proxy = await openProxy(server.port);
  const { socket } = await connectThrough(proxy, host);
  socket.write(await helloing);
  await readAll(socket);
  await expect
    .poll(() => proxy.events)
    .toMatchObject([{ verdict: "allowed", reason: "it broke off (ECONNRESET)" }]);
});

test("given a client that does not read, the server is held back instead of memory being filled", async () => {
  let sent = 0;
  await using server = await listen(
    tcpServer((socket) => {
      const flood = (): void => {
        while (sent < 200_000_000 && socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on("drain", flood).once("data", flood);
    }),
  );
  await using proxy = await openProxy(server.port);
  const { socket } = await connectThrough(proxy, host);
  socket.pause().write(await helloing);
  await sleep(500);
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(30_000_000);
});

test("given it is disposed of, every connection ends, in whatever state it is, and is recorded before", async () => {
  await using server = await listen(tcpServer((socket) => socket.resume().on("end", () => socket.end())));
  let asked = 0;
  const proxy = await openProxy(server.port, {
    resolve: async () => {
      asked++;
      if (asked > 2) await new Promise(() => undefined);
      return [{ address: "203.0.114.7" }];
    },
  });
  const tunnelled = await connectThrough(proxy, host);
  tunnelled.socket.write(await helloing);
  const waiting = await connectThrough(proxy, host);
  const resolving = connectThrough(proxy, host);
  const [silent, slow] = [connect(proxy.socketPath), connect(proxy.socketPath)];
  slow.write("CONNECT api.exam");
  const ended = Promise.all([
    readAll(tunnelled.socket),
    readAll(waiting.socket),
    readAll(silent),
    readAll(slow),
    resolving.catch(() => undefined),
  ]);
  await expect.poll(() => asked).toBe(3);
  await sleep(50);
  const before = performance.now();
  await proxy[Symbol.asyncDispose]();
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(proxy.events).toHaveLength(3);
  for (const event of proxy.events) {
    expect(event).toMatchObject({
      verdict: "allowed",
      reason: expect.stringContaining("the proxy was closed"),
    });
  }
  await ended;
  await expect.poll(() => server.sockets.size).toBe(0);
  await expect(connectThrough(proxy, host)).rejects.toThrow();
});
