import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { describe, expect, it, test } from "vitest";
import { egressProxy } from "../../../../src/edges/sandbox/egress/egress-proxy.ts";
import { askOver, connectThrough, listen, namingServer, openProxy } from "./egress-fixture.ts";

type Asked = { readonly authority: string | undefined; readonly login: string | undefined };

/** A company's proxy: it knows every name, and connects to `port`, or answers with `status`. */
const companyProxy = (port: number, { status = 200 }: { readonly status?: number } = {}) => {
  const asked: Asked[] = [];
  const server: Server = createServer().on("connect", (request, client) => {
    asked.push({ authority: request.url, login: request.headers["proxy-authorization"] });
    client.on("error", () => undefined).resume();
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 3\r\n\r\nno\n`);
      return;
    }
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    const far = connect(port, "127.0.0.1").on("error", () => client.destroy());
    client.pipe(far).pipe(client);
  });
  return { server, asked };
};

const unresolved = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));

/** A proxy behind the company's. Its only way out is to that one, at `proxy.corp`. */
const openBehind = (port: number, options: Parameters<typeof openProxy>[1] = {}) =>
  openProxy(port, {
    upstream: new URL("http://bob:p%40ss@proxy.corp:3128"),
    resolve: unresolved,
    ...options,
  });

test("given an upstream proxy, it is asked for the name with its login, and HTTPS goes through", async () => {
  await using server = await listen(namingServer());
  const company = companyProxy(server.port);
  await using upstream = await listen(company.server);
  await using proxy = await openBehind(upstream.port);
  const { socket } = await connectThrough(proxy, "api.example.com:443");
  expect(await askOver(socket, "api.example.com")).toContain("hello from api.example.com");
  expect(proxy.dialed).toEqual(["proxy.corp:3128"]);
  const login = `Basic ${Buffer.from("bob:p@ss").toString("base64")}`;
  expect(company.asked).toEqual([{ authority: "api.example.com:443", login }]);
});

describe("given an upstream proxy, it is not even asked", () => {
  it.each([
    ["for a host that is not on the list", "evil.com:443", {}, "evil.com is not in allowedDomains"],
    [
      "for a name that resolves here, to a private address",
      "api.example.com:443",
      { resolve: async () => [{ address: "10.0.0.1" }] },
      "resolves to 10.0.0.1, which is not public",
    ],
    [
      "for a name that resolves nowhere here and looks private",
      "metadata.google.internal:443",
      { hosts: ["metadata.google.internal"] },
      "metadata.google.internal is a name of a private network",
    ],
  ])("%s", async (_name, authority, options, reason) => {
    const company = companyProxy(1);
    await using upstream = await listen(company.server);
    await using proxy = await openBehind(upstream.port, options);
    const answer = await connectThrough(proxy, authority);
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining(reason) });
    expect(company.asked).toEqual([]);
    expect(proxy.events).toMatchObject([{ verdict: "refused" }]);
  });
});

test("given that private names are admitted, the upstream proxy is asked for one", async () => {
  await using server = await listen(namingServer());
  const company = companyProxy(server.port);
  await using upstream = await listen(company.server);
  await using proxy = await openBehind(upstream.port, {
    hosts: ["npm.corp.internal"],
    admitsName: () => true,
  });
  expect((await connectThrough(proxy, "npm.corp.internal:443")).status).toBe(200);
  expect(company.asked).toMatchObject([{ authority: "npm.corp.internal:443" }]);
});

test("given an upstream proxy that refuses, its status is told, its login is not", async () => {
  const company = companyProxy(1, { status: 407 });
  await using upstream = await listen(company.server);
  await using proxy = await openBehind(upstream.port);
  const answer = await connectThrough(proxy, "api.example.com:443");
  expect(answer).toMatchObject({ status: 502, body: expect.stringContaining("proxy.corp:3128 answers 407") });
  expect(answer.body + JSON.stringify(proxy.events)).not.toMatch(/p@ss|p%40ss|bob/);
  expect(proxy.events).toMatchObject([{ verdict: "allowed" }]);
  await expect.poll(() => upstream.sockets.size).toBe(0);
});

test("given an upstream proxy that never answers, it is given up in time", async () => {
  await using upstream = await listen(
    createServer().on("connect", (_request, client) => client.resume().on("end", () => client.end())),
  );
  await using proxy = await openBehind(upstream.port, { limits: { connectTimeoutMs: 100 } });
  const answer = await connectThrough(proxy, "api.example.com:443");
  expect(answer).toMatchObject({ status: 502, body: expect.stringContaining("it took more than 0.1 s") });
  await expect.poll(() => upstream.sockets.size).toBe(0);
});

test("given an upstream proxy that is no http URL, it is refused with what to write, without its login", async () => {
  const opening = egressProxy({
    socketPath: "/nonexistent/egress.sock",
    hosts: [],
    onAccess: () => undefined,
    upstream: new URL("socks5://bob:secret@proxy.corp:1080"),
  });
  await expect(opening).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: "The proxy socks5://proxy.corp:1080 cannot be used from a sandbox.",
    remedy: expect.stringContaining("http://"),
  });
});
