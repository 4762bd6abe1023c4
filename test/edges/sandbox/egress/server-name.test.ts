import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, test } from "vitest";
import { readClientHello } from "../../../../src/edges/sandbox/egress/client-hello.ts";
import {
  askOver,
  connectThrough,
  helloFor,
  listen,
  namingServer,
  openProxy,
  readAll,
  tcpServer,
} from "./egress-fixture.ts";

/** A server that keeps what arrives, with a proxy before it. */
const openListener = async () => {
  const arrived: Buffer[] = [];
  const server = await listen(
    tcpServer((socket) => socket.on("data", (chunk) => arrived.push(chunk)).on("end", () => socket.end())),
  );
  const proxy = await openProxy(server.port);
  return {
    proxy,
    server,
    arrived: () => Buffer.concat(arrived),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

const accessDenied = Buffer.from([21, 3, 3, 0, 2, 2, 49]);

describe("given a tunnel whose first bytes are not a TLS hello for its host", () => {
  it.each([
    ["a hello for another host", () => helloFor("evil.com"), "is for evil.com in its TLS hello"],
    [
      "a hello for a listed other host",
      () => helloFor("b.example.com"),
      "is for b.example.com in its TLS hello",
    ],
    ["a hello without a name", () => helloFor(undefined), "begins with a TLS hello without a server name"],
    ["plain HTTP", async () => Buffer.from("GET / HTTP/1.1\r\n\r\n"), "begins with something other than TLS"],
    ["SSH", async () => Buffer.from("SSH-2.0-x\r\n"), "begins with something other than TLS"],
  ])("%s: nothing goes on, and both ends are closed", async (_name, first, reason) => {
    await using far = await openListener();
    await using proxy = await openProxy(far.server.port, { hosts: ["api.example.com", "b.example.com"] });
    const { socket } = await connectThrough(proxy, "api.example.com:443");
    socket.write(await first());
    expect(await readAll(socket)).toEqual(accessDenied);
    await expect.poll(() => far.server.sockets.size).toBe(0);
    expect(far.arrived()).toHaveLength(0);
    expect(proxy.events).toMatchObject([
      {
        host: "api.example.com",
        verdict: "refused",
        bytesUp: 0,
        reason: `a connection to api.example.com ${reason}`,
      },
    ]);
  });

  it("a name with control characters is told without them", async () => {
    await using far = await openListener();
    const { socket } = await connectThrough(far.proxy, "api.example.com:443");
    const hello = await helloFor("evil-com.test");
    hello.write("\u001b\n\u00ff", hello.indexOf("evil-com.test"), "latin1");
    socket.write(hello);
    await readAll(socket);
    const reason = "a connection to api.example.com is for ???l-com.test in its TLS hello";
    expect(far.proxy.events).toMatchObject([{ verdict: "refused", reason }]);
  });

  it("a client that ends before it has said anything is no refusal", async () => {
    await using far = await openListener();
    const { socket } = await connectThrough(far.proxy, "api.example.com:443");
    socket.end((await helloFor("api.example.com")).subarray(0, 20));
    await readAll(socket);
    await expect.poll(() => far.server.sockets.size).toBe(0);
    expect(far.arrived()).toHaveLength(0);
    expect(far.proxy.events).toMatchObject([{ verdict: "allowed", reason: "the client sent no TLS hello" }]);
  });
});

test("given a hello that comes byte by byte, nothing goes on before its last byte, and then all of it", async () => {
  await using far = await openListener();
  const { socket } = await connectThrough(far.proxy, "api.example.com:443");
  socket.setNoDelay(true);
  const hello = await helloFor("api.example.com");
  for (const byte of hello.subarray(0, -1)) {
    socket.write(Buffer.from([byte]));
    await sleep(0);
  }
  await sleep(50);
  expect(far.arrived()).toHaveLength(0);
  socket.write(hello.subarray(-1));
  await expect.poll(() => far.arrived().length).toBe(hello.length);
  expect(far.arrived()).toEqual(hello);
});

describe("given a server that asks for a second hello", () => {
  /** A ServerHello with the random that makes it a HelloRetryRequest, and the record that old boxes want. */
  const retry = Buffer.concat([
    Buffer.from("160303002c020000280303", "hex"),
    Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex"),
    Buffer.from("00130100000000140303000101", "hex"),
  ]);
  const cipherChange = Buffer.from([20, 3, 3, 0, 1, 1]);

  /** A connection through a proxy to a server that has answered its first hello with a piece after the other. */
  const opened = async (...answer: readonly Buffer[]) => {
    const arrived: Buffer[] = [];
    const server = await listen(
      tcpServer((socket) => {
        socket.once("data", async () => {
          for (const piece of answer) {
            socket.write(piece);
            await sleep(20);
          }
        });
        socket.on("data", (chunk) => arrived.push(chunk)).on("end", () => socket.end());
      }),
    );
    const proxy = await openProxy(server.port);
    const { socket } = await connectThrough(proxy, "api.example.com:443");
    const hello = await helloFor("api.example.com");
    socket.write(hello);
    return {
      ...{ proxy, socket, hello },
      /** All that came after the first hello. */
      rest: () => Buffer.concat(arrived).subarray(hello.length),
      async [Symbol.asyncDispose]() {
        socket.destroy();
        await proxy[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  };

  it("one for the same host goes on, and so does everything after it", async () => {
    await using far = await opened(retry.subarray(0, 1), retry.subarray(1, 20), retry.subarray(20));
    const said = Buffer.concat([cipherChange, far.hello]);
    far.socket.write(said);
    await expect.poll(() => far.rest()).toEqual(said);
    far.socket.write("more");
    await expect.poll(() => far.rest()).toEqual(Buffer.concat([said, Buffer.from("more")]));
  });

  it.each([
    ["for another host", "is for evil.com in its second TLS hello", () => helloFor("evil.com")],
    [
      "for another host, said before the server has asked",
      "is for evil.com in its second TLS hello",
      () => helloFor("evil.com"),
    ],
    [
      "after something else",
      "goes on with something other than TLS",
      async () => Buffer.concat([Buffer.from([23, 3, 3, 0, 1, 1]), await helloFor("evil.com")]),
    ],
    [
      "in the place of one, plain text",
      "goes on with something other than TLS",
      async () => Buffer.from("GET / HTTP/1.1"),
    ],
  ])("%s, nothing goes on", async (name, reason, said) => {
    await using far = await opened(retry);
    if (!name.includes("before")) await sleep(50);
    far.socket.write(Buffer.concat([cipherChange, await said()]));
    await expect.poll(() => far.proxy.events).toHaveLength(1);
    expect(far.rest()).toHaveLength(0);
    expect(far.proxy.events).toMatchObject([
      { verdict: "refused", reason: `a connection to api.example.com ${reason}` },
    ]);
  });

  it.each([
    ["an alert", Buffer.from([21, 3, 3, 0, 2, 1, 0])],
    ["a change of ciphers", cipherChange],
    ["both", Buffer.concat([cipherChange, Buffer.from([21, 3, 3, 0, 2, 1, 0])])],
  ])("that says %s first is waited for", async (_, first) => {
    await using far = await opened(first, retry);
    far.socket.write(await helloFor("evil.com"));
    await expect.poll(() => far.proxy.events).toHaveLength(1);
    expect(far.rest()).toHaveLength(0);
  });

  it("that says nothing but alerts is left alone after a few of them", async () => {
    const alert = Buffer.from([21, 3, 3, 0, 2, 1, 0]);
    await using far = await opened(Buffer.alloc(700, alert), Buffer.alloc(7_000, alert));
    await expect.poll(() => far.proxy.events).toHaveLength(1);
    expect(far.rest()).toHaveLength(0);
    const reason = "a connection to api.example.com is answered with no TLS hello in 4096 bytes";
    expect(far.proxy.events).toMatchObject([{ verdict: "refused", reason }]);
  });

  it("a client and a server that mean it come to talk", async () => {
    await using server = await listen(namingServer({ ecdhCurve: "P-384" }));
    await using proxy = await openProxy(server.port);
    const { socket } = await connectThrough(proxy, "api.example.com:443");
    expect(await askOver(socket, "api.example.com")).toContain("hello from api.example.com");
  });
});

test("given a hello with early data, after which data may stand before a second hello, it is refused", async () => {
  const hello = await helloFor("api.example.com");
  // In the place of `extended_master_secret`, which is as empty.
  const at = hello.indexOf(Buffer.from("00170000", "hex"));
  expect(at).toBeGreaterThan(0);
  hello.writeUInt16BE(42, at);
  expect(readClientHello(hello)).toEqual({
    type: "unfit",
    what: "a TLS hello with early data; switch that off in the client",
  });
});

test("given a hello that comes with the CONNECT, before its answer, it is checked and goes on all the same", async () => {
  await using far = await openListener();
  const head = Buffer.from("CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n");
  const hello = await helloFor("api.example.com");
  const good = connect(far.proxy.socketPath);
  good.write(Buffer.concat([head, hello]));
  await expect.poll(() => far.arrived()).toEqual(hello);
  good.destroy();
  const bad = connect(far.proxy.socketPath);
  bad.write(Buffer.concat([head, await helloFor("evil.com")]));
  expect((await readAll(bad)).subarray(-7)).toEqual(accessDenied);
  expect(far.arrived()).toEqual(hello);
});

test("given a name in other letters in the hello, it is the same name", async () => {
  await using server = await listen(namingServer());
  await using proxy = await openProxy(server.port);
  const { socket } = await connectThrough(proxy, "api.example.com:443");
  expect(await askOver(socket, "API.Example.com")).toContain("hello from API.Example.com");
});
