import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, test } from "vitest";
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
  socket.write("and more");
  const whole = Buffer.concat([hello, Buffer.from("and more")]);
  await expect.poll(() => far.arrived().length).toBe(whole.length);
  expect(far.arrived()).toEqual(whole);
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
