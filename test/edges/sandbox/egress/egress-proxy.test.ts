import { existsSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, it, test } from "vitest";
import { egressProxy } from "../../../../src/edges/sandbox/egress/egress-proxy.ts";
import {
  askOver,
  connectThrough,
  listen,
  namingServer,
  openProxy,
  publicTestAddress,
  readAll,
  temporaryDirectory,
} from "./egress-fixture.ts";

test("given a host of the list, HTTPS goes through to its checked address, and is recorded when it ends", async () => {
  await using server = await listen(namingServer());
  await using proxy = await openProxy(server.port);
  const { status, socket } = await connectThrough(proxy, "API.example.com:443");
  expect(status).toBe(200);
  expect(proxy.events).toEqual([]);
  expect(await askOver(socket, "api.example.com")).toContain("hello from api.example.com");
  expect(proxy.dialed).toEqual([`${publicTestAddress}:443`]);
  await expect.poll(() => proxy.events).toHaveLength(1);
  expect(proxy.events[0]).toEqual({
    type: "proxyAccess",
    host: "API.example.com",
    port: 443,
    verdict: "allowed",
    bytesUp: expect.any(Number),
    bytesDown: expect.any(Number),
    durationMs: expect.any(Number),
  });
});

test("given a star in the list, every name below it goes through", async () => {
  await using server = await listen(namingServer());
  await using proxy = await openProxy(server.port, { hosts: ["*.example.org"] });
  const { socket } = await connectThrough(proxy, "deep.example.org:443");
  expect(await askOver(socket, "deep.example.org")).toContain("hello from deep.example.org");
});

describe("given a CONNECT that the rules refuse", () => {
  it.each([
    ["evil.com:443", "evil.com is not in allowedDomains", 'add "evil.com" to the skill\'s allowedDomains'],
    ["example.com:443", "example.com is not in allowedDomains", 'add "example.com"'],
    ["api.example.com:80", "api.example.com is asked on port 80, and only 443 is open", "port 443 only"],
    ["api.example.com:8443", "only 443 is open", "port 443 only"],
    ["api.example.com", "api.example.com is no host and port", "Ask for a host and 443"],
    ["api.example.com:0443x", "is no host and port", "Ask for a host and 443"],
    ["127.0.0.1:443", "127.0.0.1 is not a host name", "Addresses and punycode (xn--) names never are"],
    ["203.0.114.7:443", "203.0.114.7 is not a host name", "Addresses"],
    ["[::1]:443", "[::1] is not a host name", "Addresses"],
    ["[::ffff:169.254.169.254]:443", "is not a host name", "Addresses"],
    ["2130706433:443", "2130706433 is not a host name", "Addresses"],
    ["0x7f000001:443", "0x7f000001 is not a host name", "Addresses"],
    ["0177.0.0.1:443", "0177.0.0.1 is not a host name", "Addresses"],
    ["127.1:443", "127.1 is not a host name", "Addresses"],
    ["xn--e1awd7f.com:443", "xn--e1awd7f.com is not a host name", "punycode"],
  ])(
    "%s gets 403 with the reason and what to do, and nobody is resolved or connected to",
    async (to, reason, advice) => {
      let resolved = 0;
      await using proxy = await openProxy(1, {
        hosts: ["api.example.com", "127.0.0.1", "2130706433", "203.0.114.7"],
        resolve: async () => {
          resolved++;
          return [];
        },
      });
      const answer = await connectThrough(proxy, to);
      expect(answer.status).toBe(403);
      expect(answer.message).toContain(reason);
      expect(answer.body).toContain(reason);
      expect(answer.body).toContain(advice);
      expect(resolved).toBe(0);
      expect(proxy.dialed).toEqual([]);
      const port = /:(\d{1,5})$/.exec(to)?.[1];
      expect(proxy.events).toMatchObject([
        {
          host: to.replace(/:\d{1,5}$/, ""),
          port: Number(port ?? 0),
          verdict: "refused",
          bytesUp: 0,
          bytesDown: 0,
        },
      ]);
    },
  );
});

describe("given a request that is no CONNECT", () => {
  it.each([
    ["GET", "http://api.example.com/secret", "api.example.com", 80],
    ["POST", "http://evil.com:8080/", "evil.com", 8080],
    ["GET", "/", "some.host", 99],
    ["OPTIONS", "*", "some.host", 99],
  ])("%s %s gets 405 and a record", async (method, path, host, port) => {
    await using proxy = await openProxy(1);
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      request({ socketPath: proxy.socketPath, method, path, headers: { host: "some.host:99" } })
        .on("response", async (response) => {
          resolve({ status: response.statusCode, text: Buffer.concat(await response.toArray()).toString() });
        })
        .on("error", reject)
        .end();
    });
    expect(answer.status).toBe(405);
    expect(answer.text).toContain("only HTTPS goes through");
    expect(answer.text).toContain("allowedDomains");
    expect(proxy.events).toMatchObject([{ host, port, verdict: "refused" }]);
    expect(proxy.dialed).toEqual([]);
  });

  it("garbage is answered with 400 and harms nobody", async () => {
    await using server = await listen(namingServer());
    await using proxy = await openProxy(server.port);
    const socket = connect(proxy.socketPath);
    socket.end("\u0016\u0003\u0001 no http at all\r\n\r\n");
    expect((await readAll(socket)).toString()).toContain("400 Bad Request");
    const { socket: good } = await connectThrough(proxy, "api.example.com:443");
    expect(await askOver(good, "api.example.com")).toContain("hello from");
  });
});

test("given a host of a stranger, the record has one line of ASCII, and an end", async () => {
  await using proxy = await openProxy(1);
  const long = "x".repeat(400);
  for (const head of [
    `CONNECT ${long}.com:443 HTTP/1.1\r\nHost: a`,
    "GET / HTTP/1.1\r\nHost: ev\u00efl.com:80",
  ]) {
    const socket = connect(proxy.socketPath);
    socket.write(Buffer.from(`${head}\r\n\r\n`, "latin1"));
    await readAll(socket);
  }
  expect(proxy.events).toMatchObject([
    { host: long.slice(0, 255), reason: expect.stringMatching(/^.{1,200}$/) },
    { host: "ev?l.com", port: 80 },
  ]);
});

test("given a folder that is not there, it says so", async () => {
  const opening = egressProxy({
    socketPath: "/nonexistent/egress.sock",
    hosts: [],
    onAccess: () => undefined,
  });
  await expect(opening).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringContaining("/nonexistent/egress.sock"),
  });
});

test("given it is disposed of, the socket's file is gone, also the second time", async () => {
  using directory = temporaryDirectory();
  const socketPath = `${directory.path}/egress.sock`;
  const proxy = await egressProxy({ socketPath, hosts: [], onAccess: () => undefined });
  expect(existsSync(socketPath)).toBe(true);
  await proxy[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  expect(existsSync(socketPath)).toBe(false);
});
