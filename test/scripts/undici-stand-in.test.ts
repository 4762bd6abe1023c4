import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetch, ProxyAgent } from "../../scripts/bundling/undici-stand-in.ts";

describe("given a library that asks undici for a proxy", () => {
  const server = createServer((request, response) =>
    response.end(`${request.method} ${request.headers["x-a"]}`),
  );
  let url = "";

  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    url = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("its fetch goes out through Node's, whatever dispatcher it names", async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "x-a": "b" },
      dispatcher: new ProxyAgent(),
    });
    expect(await response.text()).toBe("POST b");
  });

  it("and without any options", async () => expect(await (await fetch(url)).text()).toBe("GET undefined"));

  it("an agent that is really asked to send says what to use instead", () => {
    expect(() => new ProxyAgent().dispatch()).toThrow("http.setGlobalProxyFromEnv");
  });
});
