import * as http from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { HeaderList } from "../../../src/edges/model/header-list.ts";
import { providerFetch } from "../../../src/edges/model/provider-fetch.ts";
import { listen, readBody } from "../../helpers/loopback-server.ts";
import { startModelServer } from "../../helpers/model-server.ts";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;

const serve = async (handler: Handler): Promise<string> => {
  const server = await listen(http.createServer((request, response) => void handler(request, response)));
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.url;
};

const send = providerFetch();
const post = (url: string, body: string, init: RequestInit = {}) =>
  send(url, { method: "POST", body, ...init });

/** What came of a promise that should have rejected. */
const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (error: unknown) => error,
  );

test("method, path, headers and body arrive as they were given, the length ahead", async () => {
  const url = await serve(async (request, response) => {
    const body = String(await readBody(request));
    const { method, headers } = request;
    response.end(JSON.stringify({ method, path: request.url, headers, body }));
  });
  const headers = { "Content-Type": "application/json", "x-api-key": "k" };
  const response = await post(`${url}/v1/messages?beta=true`, '{"a":"é"}', { headers });
  expect(response).toMatchObject({ ok: true, status: 200, statusText: "OK" });
  const arrived = await response.json();
  expect(arrived).toMatchObject({ method: "POST", path: "/v1/messages?beta=true", body: '{"a":"é"}' });
  expect(arrived).toMatchObject({
    headers: { "content-type": "application/json", "x-api-key": "k", "content-length": "10" },
  });
});

const emoji = "😀".repeat(100_000);

test.each([
  ["letters", "x".repeat(3_000_000)],
  ["letters of two bytes", "é".repeat(1_000_000)],
  ["characters of two halves", emoji],
  ["characters of two halves, one letter on", `x${emoji}`],
  ["a character across the end of a piece", `${"x".repeat(65_535)}😀 and the rest`],
  ["nothing", ""],
])("a body of %s arrives whole", async (_, body) => {
  const url = await serve(async (request, response) => response.end(await readBody(request)));
  expect((await (await post(url, body)).text()) === body).toBe(true);
});

test("bodies on their way at the same time, one wave after the other, do not mix", async () => {
  const url = await serve(async (request, response) => response.end(await readBody(request)));
  for (let wave = 0; wave < 3; wave++) {
    const bodies = Array.from({ length: 8 }, (_, index) => `${wave}${index}é`.repeat(50_000 + index));
    const echoes = await Promise.all(bodies.map(async (body) => (await post(url, body)).text()));
    expect(echoes.map((echo, index) => echo === bodies[index])).toEqual(bodies.map(() => true));
  }
});

test("a body that is taken slowly arrives whole", async () => {
  const body = `${"0123456789".repeat(800_000)}.`;
  const url = await serve((request, response) => {
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      request.pause();
      setTimeout(() => request.resume(), 1);
    });
    request.on("end", () => response.end(String(length)));
  });
  expect(await (await post(url, body)).text()).toBe(String(body.length));
});

test("an answer can be read while it arrives", async () => {
  let finish = (): void => {};
  const url = await serve((_request, response) => {
    response.write("first");
    finish = () => response.end("second");
  });
  const { body } = await post(url, "{}");
  const seen: string[] = [];
  for await (const chunk of body ?? []) {
    seen.push(Buffer.from(chunk).toString());
    finish();
  }
  expect(seen).toEqual(["first", "second"]);
});

test("an error's status, headers and body are the provider's", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(429, { "retry-after": "7", "X-Two": ["a", "b"] }).end('{"error":"slow down"}');
  });
  const response = await post(url, "{}");
  expect(response).toMatchObject({ ok: false, status: 429, statusText: "Too Many Requests" });
  expect(Object.fromEntries([...response.headers])).toMatchObject({ "retry-after": "7", "x-two": "a, b" });
  expect(response.headers.get("Retry-After")).toBe("7");
  expect(await response.text()).toBe('{"error":"slow down"}');
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
] as const)("an answer packed with %s, though nobody asked, is unpacked", async (encoding, pack) => {
  const url = await serve((request, response) => {
    response.writeHead(200, { "content-encoding": encoding });
    response.end(pack(`asked for ${request.headers["accept-encoding"]}`));
  });
  expect(await (await post(url, "{}")).text()).toBe("asked for identity");
});

test("a packed answer that breaks off fails when it is read", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip", "content-length": 1_000 });
    response.write(gzipSync("a".repeat(5_000)).subarray(0, 12), () => response.destroy());
  });
  const response = await post(url, "{}");
  expect(await failureOf(response.text())).toBeInstanceOf(Error);
});

test("a connection that is refused, or reset before an answer, is a failed fetch with its code", async () => {
  const gone = await listen(http.createServer());
  await gone[Symbol.asyncDispose]();
  const reset = await serve((request) => request.socket.resetAndDestroy());
  const failures = [
    await failureOf(post(gone.url, "{}")),
    await failureOf(post(reset, "x".repeat(5_000_000))),
  ];
  expect(failures).toMatchObject([
    { name: "TypeError", message: "fetch failed", cause: { code: "ECONNREFUSED" } },
    {
      name: "TypeError",
      message: "fetch failed",
      cause: { code: expect.stringMatching(/ECONNRESET|EPIPE/) },
    },
  ]);
});

test("a connection that breaks within the answer fails the reader, not the process", async () => {
  const url = await serve((request, response) => {
    response.write("half an ans", () => setTimeout(() => request.socket.resetAndDestroy(), 20));
  });
  const response = await post(url, "{}");
  expect(await failureOf(response.text())).toMatchObject({
    name: "TypeError",
    message: "terminated",
    cause: { code: "ECONNRESET" },
  });
});

test("an abort ends the request with its reason, before, while and after the answer begins", async () => {
  const closed: string[] = [];
  const url = await serve((request, response) => {
    request.once("close", () => closed.push(request.url ?? ""));
    response.once("close", () => closed.push(request.url ?? ""));
    if (request.url === "/begun") response.write("half");
  });
  const reason = new Error("enough");
  expect(await failureOf(post(url, "{}", { signal: AbortSignal.abort(reason) }))).toBe(reason);
  const waiting = new AbortController();
  const silent = failureOf(post(`${url}/silent`, "{}", { signal: waiting.signal }));
  setTimeout(() => waiting.abort(reason), 30);
  expect(await silent).toBe(reason);
  const reading = new AbortController();
  const response = await post(`${url}/begun`, "{}", { signal: reading.signal });
  setTimeout(() => reading.abort(reason), 30);
  expect(await failureOf(response.text())).toBe(reason);
  await expect.poll(() => new Set(closed)).toEqual(new Set(["/silent", "/begun"]));
});

test("one connection serves one request after the other", async () => {
  const ports = new Set<number | undefined>();
  const url = await serve(async (request, response) => {
    await readBody(request);
    ports.add(request.socket.remotePort);
    response.end("{}");
  });
  for (let count = 0; count < 3; count++) await (await post(url, "x".repeat(200_000))).text();
  expect(ports.size).toBe(1);
});

test("requests go through the proxy that Node was told of", async () => {
  const proxy = await serve((request, response) => response.end(`by proxy: ${request.url}`));
  const restore = http.setGlobalProxyFromEnv({ http_proxy: proxy });
  onTestFinished(() => restore());
  const response = await post("http://provider.invalid/v1/messages", "{}");
  expect(await response.text()).toBe("by proxy: http://provider.invalid/v1/messages");
});

test("a redirect within the origin is followed as Node's own fetch does, with the whole body", async () => {
  const url = await serve(async (request, response) => {
    if (request.url !== "/new") return response.writeHead(308, { location: "/new" }).end();
    return response.end(await readBody(request));
  });
  const body = "é".repeat(50_000);
  expect((await (await post(url, body)).text()) === body).toBe(true);
});

test.each([301, 302, 303])("a request that %i sends on is a GET without a body", async (status) => {
  const url = await serve(async (request, response) => {
    if (request.url !== "/new") return response.writeHead(status, { location: "/new" }).end();
    const kept = request.headers["x-kept"] ?? "";
    return response.end(`${request.method} ${kept} ${request.headers["x-own"]} ${await readBody(request)}`);
  });
  const own = providerFetch((body, { "x-own": _, ...headers }) => ({ headers, body: [body] }));
  const headers = { "x-own": "1", "x-kept": "2" };
  const response = await own(url, { method: "POST", body: "body", headers });
  expect(await response.text()).toBe("GET 2 undefined ");
});

test.each([301, 302, 303, 307, 308])(
  "a %i to another origin is told, and nothing is sent there",
  async (status) => {
    const arrived: unknown[] = [];
    const other = await serve(async (request, response) => {
      arrived.push(request.headers, String(await readBody(request)));
      response.end("{}");
    });
    const url = await serve((_request, response) =>
      response.writeHead(status, { location: `${other}/v1/messages` }).end(),
    );
    const headers = { "x-api-key": "k", "api-key": "k", "x-goog-api-key": "k" };
    expect(await failureOf(post(`${url}/v1/messages`, "the conversation", { headers }))).toMatchObject({
      name: "ProviderRedirect",
      message: `The provider redirects to ${other}; write that as \`baseUrl\`.`,
    });
    const bytes = new TextEncoder().encode("the conversation");
    expect(await failureOf(send(url, { method: "POST", headers, body: bytes }))).toBeInstanceOf(TypeError);
    expect(arrived).toEqual([]);
  },
);

test("a name of the same server is another origin, and so is its port without TLS", async () => {
  const url = await serve((request, response) => {
    const location =
      request.url === "/name" ? url.replace("127.0.0.1", "localhost") : url.replace("http:", "https:");
    response.writeHead(307, { location }).end();
  });
  for (const path of ["/name", "/protocol"]) {
    expect(await failureOf(post(`${url}${path}`, "{}"))).toMatchObject({ name: "ProviderRedirect" });
  }
});

test("redirects in a circle end", async () => {
  let asked = 0;
  const url = await serve((_request, response) => {
    asked += 1;
    response.writeHead(307, { location: "/again" }).end();
  });
  expect(await failureOf(post(url, "{}"))).toMatchObject({
    name: "ProviderRedirect",
    message: "The provider redirects more than 5 times.",
  });
  expect(asked).toBe(6);
});

test("a redirect that leads nowhere is told", async () => {
  const url = await serve((_request, response) => response.writeHead(307).end());
  expect(await failureOf(post(url, "{}"))).toMatchObject({
    message: "The provider redirects (307) and does not say where.",
  });
});

const megabyte = 1_048_576;

test.each([
  [400, "text/event-stream"],
  [200, "application/json"],
])("an answer %i of %s that unpacks to more than 32 MB is not read to its end", async (status, type) => {
  const packed = gzipSync(Buffer.alloc(100 * megabyte));
  const url = await serve((_request, response) =>
    response.writeHead(status, { "content-encoding": "gzip", "content-type": type }).end(packed),
  );
  const { body } = await post(url, "{}");
  let read = 0;
  const reading = (async () => {
    for await (const chunk of body ?? []) read += chunk.length;
  })();
  expect(await failureOf(reading)).toMatchObject({
    name: "AnswerTooLarge",
    message: `The provider's answer (${status}) is larger than 32 MB, and is no stream.`,
  });
  expect(read).toBeLessThanOrEqual(32 * megabyte);
});

test("a stream of events may be longer, and so may an answer of just that size", async () => {
  const url = await serve((request, response) => {
    const type = request.url === "/stream" ? "text/event-stream; charset=utf-8" : "application/json";
    response.writeHead(200, { "content-type": type });
    response.end(Buffer.alloc((request.url === "/stream" ? 33 : 32) * megabyte));
  });
  const sizes = [];
  for (const path of ["/stream", "/json"])
    sizes.push((await (await post(`${url}${path}`, "{}")).bytes()).length);
  expect(sizes).toEqual([33 * megabyte, 32 * megabyte]);
});

test("a GET has no body, and an answer that cannot have one leaves its connection free", async () => {
  const url = await serve((request, response) => {
    const { method, headers } = request;
    if (request.url === "/none") return response.writeHead(204).end();
    return response.end(JSON.stringify({ method, length: headers["content-length"] ?? "none" }));
  });
  expect(await (await send(url)).json()).toEqual({ method: "GET", length: "none" });
  const empty = [await send(`${url}/none`), await send(url, { method: "HEAD" })];
  expect(empty.map(({ status, body }) => [status, body])).toEqual([
    [204, null],
    [200, null],
  ]);
  expect(await empty[0]?.text()).toBe("");
  const busy = () => Object.keys(http.globalAgent.sockets).filter((name) => name.includes(new URL(url).port));
  await expect.poll(busy).toEqual([]);
});

test("what is no text goes by Node's own fetch", async () => {
  const url = await serve(async (request, response) => response.end(await readBody(request)));
  const bytes = new TextEncoder().encode("bytes");
  const response = await send(new Request(url, { method: "POST", body: bytes }));
  expect(await response.text()).toBe("bytes");
});

test("headers are found whatever their case, joined when they are several, and hold what Node's own do", () => {
  const headers = new HeaderList({ "Content-Type": "a" });
  headers.append("content-type", "b");
  headers.set("X-One", " 1 ");
  const seen: string[] = [];
  headers.forEach((value, name) => {
    seen.push(`${name}=${value}`);
  });
  expect(seen).toEqual(["content-type=a, b", "x-one=1"]);
  headers.delete("x-ONE");
  expect([headers.has("x-one"), headers.get("x-one"), headers.has("CONTENT-type")]).toEqual([
    false,
    null,
    true,
  ]);
  expect([...new HeaderList(new Headers({ a: "1" }))]).toEqual([["a", "1"]]);
  expect([
    new Headers() instanceof HeaderList,
    headers instanceof HeaderList,
    {} instanceof HeaderList,
  ]).toEqual([true, true, false]);
  expect(new Headers(headers).get("content-type")).toBe("a, b");
});

test("who asks is told once a request has gone out whole, before its answer", async () => {
  await using server = await startModelServer([{ fault: "stall" }]);
  const sent = Promise.withResolvers<void>();
  const stop = new AbortController();
  const own = providerFetch(undefined, sent.resolve);
  const answer = own(`${server.url}/messages`, { method: "POST", body: "{}", signal: stop.signal });
  await sent.promise;
  stop.abort(new Error("enough"));
  await expect(answer).rejects.toThrow("enough");
});

test("headers of an answer are those of Node's own, cookies one by one", () => {
  const given: [string, string][] = [
    ["Accept", "a"],
    ["accept", " b "],
    ["set-cookie", "one=1, 2"],
    ["Set-Cookie", "two=2"],
    ["x-last", "c"],
  ];
  for (const [own, nodes] of [
    [new HeaderList(given), new Headers(given)],
    [new HeaderList(new HeaderList(given)), new Headers(new Headers(given))],
  ] as const) {
    expect([...own]).toEqual([...nodes]);
    expect([...own.keys()]).toEqual([...nodes.keys()]);
    expect([...own.values()]).toEqual([...nodes.values()]);
    expect(own.getSetCookie()).toEqual(nodes.getSetCookie());
    expect(own.get("set-cookie")).toBe(nodes.get("set-cookie"));
  }
});
