import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freePort, startBridge } from "../start-bridge.ts";
import { certificate, listen, namingServer, openProxy, temporaryDirectory } from "./egress-fixture.ts";

describe("given a program in Node that fetches, with the bridge and the proxy between it and the world", () => {
  const fetching = async (url: string) => {
    using directory = temporaryDirectory();
    const ca = join(directory.path, "ca.pem");
    writeFileSync(ca, certificate.cert);
    await using server = await listen(namingServer());
    await using proxy = await openProxy(server.port);
    const port = await freePort();
    const script = `
      const said = (error) => error && [error.message, said(error.cause)].flat();
      fetch(${JSON.stringify(url)})
        .then((response) => response.text())
        .then(console.log, (error) => { console.log(said(error)); process.exitCode = 1; });`;
    const result = await startBridge([proxy.socketPath, String(port), "--", process.execPath, "-e", script], {
      env: { NODE_USE_ENV_PROXY: "1", HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: ca },
    }).ended;
    await proxy[Symbol.asyncDispose]();
    return { ...result, events: proxy.events };
  };

  test("a host of the list answers it", async () => {
    const result = await fetching("https://api.example.com/");
    expect(result).toMatchObject({ code: 0, stdout: "hello from api.example.com\n", stderr: "" });
    expect(result.events).toMatchObject([{ host: "api.example.com", verdict: "allowed" }]);
  });

  test.each([
    "https://evil.com/",
    "https://169.254.169.254/",
    "https://2130706433/",
    "https://api.example.com:8443/",
  ])("%s does not", async (url) => {
    const result = await fetching(url);
    expect(result).toMatchObject({ code: 1, stdout: expect.stringContaining("403") });
    expect(result.events).toMatchObject([{ verdict: "refused" }]);
  });
});
