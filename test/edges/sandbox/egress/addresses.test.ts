import { connect, Socket } from "node:net";
import { describe, expect, it, test } from "vitest";
import { askOver, connectThrough, listen, namingServer, openProxy, tcpServer } from "./egress-fixture.ts";

const resolvingTo =
  (...addresses: readonly string[]) =>
  async () =>
    addresses.map((address) => ({ address }));

describe("given a listed name that resolves to", () => {
  it.each([
    ["127.0.0.1"],
    ["169.254.169.254"],
    ["168.63.129.16"],
    ["100.64.0.1"],
    ["10.0.0.1"],
    ["0.0.0.0"],
    ["::1"],
    ["::ffff:10.0.0.1"],
    ["::ffff:a9fe:a9fe"],
    ["64:ff9b::7f00:1"],
    ["fe80::1%eth0"],
    ["fd00::1"],
    ["not an address"],
  ])("%s, it is refused and not connected to, also behind a good address", async (address) => {
    for (const addresses of [[address], ["203.0.114.7", address]]) {
      await using proxy = await openProxy(1, { resolve: resolvingTo(...addresses) });
      const answer = await connectThrough(proxy, "api.example.com:443");
      const reason = `api.example.com resolves to ${address}, which is not public`;
      expect(answer).toMatchObject({ status: 403, body: expect.stringContaining(reason) });
      expect(proxy.dialed).toEqual([]);
      expect(proxy.events).toMatchObject([{ host: "api.example.com", verdict: "refused", reason }]);
    }
  });
});

test("given a name that resolves otherwise the second time, it is resolved once and stays at the first", async () => {
  await using server = await listen(namingServer());
  const answers = ["203.0.114.7", "169.254.169.254"];
  const asked: string[] = [];
  await using proxy = await openProxy(server.port, {
    resolve: async (host) => {
      asked.push(host);
      return [{ address: answers.shift() ?? "169.254.169.254" }];
    },
  });
  const { socket } = await connectThrough(proxy, "api.example.com.:443");
  expect(await askOver(socket, "api.example.com")).toContain("hello from");
  expect(asked).toEqual(["api.example.com"]);
  expect(proxy.dialed).toEqual(["203.0.114.7:443"]);
});

test("given that private addresses are admitted, one is connected to", async () => {
  await using server = await listen(namingServer());
  await using proxy = await openProxy(server.port, {
    resolve: resolvingTo("10.0.0.1"),
    admitsAddress: () => true,
  });
  const { socket } = await connectThrough(proxy, "api.example.com:443");
  expect(await askOver(socket, "api.example.com")).toContain("hello from");
  expect(proxy.dialed).toEqual(["10.0.0.1:443"]);
});

test("given several addresses of which the first is dead, the next one is used", async () => {
  await using server = await listen(namingServer());
  const dialed: string[] = [];
  await using proxy = await openProxy(server.port, {
    resolve: resolvingTo("2606:4700::1", "203.0.114.7"),
    connect: (address) => {
      dialed.push(address);
      const port = address.includes(":") ? 1 : server.port;
      return connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    },
  });
  const { socket } = await connectThrough(proxy, "api.example.com:443");
  expect(await askOver(socket, "api.example.com")).toContain("hello from");
  expect(dialed).toEqual(["2606:4700::1", "203.0.114.7"]);
});

describe("given a listed host that cannot be reached", () => {
  const failing = async (options: Parameters<typeof openProxy>[1], port = 1) => {
    await using proxy = await openProxy(port, options);
    const answer = await connectThrough(proxy, "api.example.com:443");
    return { answer, events: proxy.events };
  };

  it("since it does not resolve, it says so", async () => {
    const resolve = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
    const { answer, events } = await failing({ resolve });
    expect(answer).toMatchObject({
      status: 502,
      body: expect.stringContaining("cannot be reached (ENOTFOUND)"),
    });
    expect(events).toMatchObject([{ verdict: "allowed", reason: expect.stringContaining("ENOTFOUND") }]);
  });

  it("since it has no address, it says so", async () => {
    expect((await failing({ resolve: resolvingTo() })).answer.body).toContain("it has no address");
  });

  it("since it refuses connections, it says so", async () => {
    expect((await failing({})).answer).toMatchObject({
      status: 502,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("since resolving takes forever, it is given up in time", async () => {
    const { answer } = await failing({
      resolve: () => new Promise(() => undefined),
      limits: { connectTimeoutMs: 50 },
    });
    expect(answer).toMatchObject({ status: 502, body: expect.stringContaining("it took more than 0.05 s") });
  });

  it("since connecting takes forever, it is given up in time", async () => {
    const socket = new Socket();
    const { answer } = await failing({ connect: () => socket, limits: { connectTimeoutMs: 50 } });
    expect(answer).toMatchObject({ status: 502, body: expect.stringMatching(/0\.05 s|ETIMEDOUT/) });
    expect(socket.destroyed).toBe(true);
  });
});

test("given a server that speaks first, nothing of it comes before the client's hello was checked", async () => {
  await using server = await listen(tcpServer((socket) => socket.write("220 mail.example.com ready\r\n")));
  await using proxy = await openProxy(server.port, { limits: { headTimeoutMs: 300 } });
  const { socket } = await connectThrough(proxy, "api.example.com:443");
  const heard: Buffer[] = [];
  socket.on("data", (chunk) => heard.push(chunk));
  await expect.poll(() => socket.closed || socket.readableEnded, { timeout: 5_000 }).toBe(true);
  expect(Buffer.concat(heard).toString("latin1")).not.toContain("220");
  expect(proxy.events).toMatchObject([{ reason: "it took more than 0.3 s", bytesDown: 0 }]);
});
