import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GitOptions } from "../../../src/edges/registry/git-options.ts";
import { indexPath } from "../../../src/registry/index-path.ts";
import { startConnectProxy } from "../../helpers/connect-proxy.ts";
import { type GitFault, type GitHttps, startGitHttps } from "../../helpers/git-https.ts";
import { makeRegistry, type ScratchRegistry } from "../../helpers/git-registry.ts";
import { addressOf, never, type OpenRegistries, openRegistries } from "./open-registries.ts";

let https: GitHttps;
let registry: ScratchRegistry;

beforeAll(async () => {
  https = await startGitHttps();
  registry = makeRegistry();
  registry.publish({ name: "@acme/x", version: "1.0.0" });
});

afterAll(async () => {
  registry[Symbol.dispose]();
  await https[Symbol.asyncDispose]();
});

const trusting = (options: Partial<GitOptions> = {}): Partial<GitOptions> => ({
  environment: { PATH: process.env.PATH, GIT_SSL_CAINFO: https.ca },
  ...options,
});

/** Opens it once and says what came of that: how it failed, and how often the server was asked. */
const open = async (url: string, options: Partial<GitOptions> = trusting()) => {
  const before = https.requests.length;
  await using opened = openRegistries(options);
  const error: unknown = await opened.registries.open(addressOf(url), never).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, fetches: opened.commands().length, requests: https.requests.slice(before) };
};

describe("given a server that does not serve", () => {
  test.each<[string, GitFault, number, RegExp, RegExp]>([
    ["404", { status: 404 }, 1, /answered 404, asked without a token: there is no such repository/, /access/],
    ["401", { status: 401 }, 1, /answered 401, asked without a token: it wants to know who/, /the input/],
    ["403", { status: 403 }, 1, /answered 403, asked without a token: access is denied/, /the input/],
    [
      "429",
      { status: 429, headers: { "retry-after": "1" } },
      4,
      /answered 429: too many .* 4 times/,
      /later/,
    ],
    ["500", { status: 500 }, 4, /answered 500: it has a fault of its own\. It was asked 4 times/, /later/],
    ["503", { status: 503 }, 4, /answered 503/, /later/],
    ["a reset", "reset", 4, /the connection to localhost:\d+ failed or broke off/, /HTTPS_PROXY/],
  ])("%s is told apart, and tried again where that may help", async (_, fault, fetches, why, remedy) => {
    https.fault(fault);
    const url = https.serve("acme/experts", registry.directory);
    const accessRemedy = () => "Give access with the input `registry-token`.";
    const { error, ...asked } = await open(url, trusting({ accessRemedy }));
    https.fault(undefined);
    expect(error).toMatchObject({ code: "REGISTRY_UNREACHABLE", message: expect.stringMatching(why) });
    expect(error).toMatchObject({ remedy: expect.stringMatching(remedy) });
    expect(asked.fetches).toBe(fetches);
  });

  test("one that hangs is waited for no longer than the limit, each time", async () => {
    https.fault("hang");
    const url = https.serve("acme/experts", registry.directory);
    const { error, fetches } = await open(url, trusting({ timeLimitMs: 400 }));
    https.fault(undefined);
    expect(error).toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringMatching(/localhost:\d+ had not answered within the time limit\. .* 4 times/),
    });
    expect(fetches).toBe(4);
  });

  test("one that recovers has cost nothing but time", async () => {
    https.fault({ status: 502 }, 2);
    const { error, fetches } = await open(https.serve("acme/experts", registry.directory));
    expect([error, fetches]).toEqual([undefined, 3]);
  });
});

test("given a proxy that asks who it is, then everything goes through it, and nothing is said to it but that", async () => {
  await using proxy = await startConnectProxy("ada:hidden");
  const environment = { ...trusting().environment, HTTPS_PROXY: `http://ada:hidden@localhost:${proxy.port}` };
  const { error, requests } = await open(https.serve("acme/experts", registry.directory), { environment });
  expect([error, requests.length > 0]).toEqual([undefined, true]);
  expect(new Set(proxy.asked)).toEqual(new Set([https.host]));
  const stranger = { ...environment, HTTPS_PROXY: `http://eve:hidden@localhost:${proxy.port}` };
  const refused = await open(https.serve("acme/experts", registry.directory), {
    ...{ environment: stranger, retryDelays: [] },
  });
  expect(refused.requests).toEqual([]);
  expect(refused.error).toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringMatching(/the proxy let nobody through to localhost/),
  });
});

describe("given no server that can be talked to", () => {
  test("a port that nobody listens on", async () => {
    const { error, fetches } = await open(`https://localhost:${await freePort()}/acme/experts.git`);
    expect(error).toMatchObject({ message: expect.stringMatching(/the connection to localhost:\d+ failed/) });
    expect(fetches).toBe(4);
  });

  test("a host that is not there", async () => {
    const { error, fetches } = await open("https://nowhere.invalid/acme/experts.git");
    expect(error).toMatchObject({ message: expect.stringContaining("there is no host nowhere.invalid") });
    expect(fetches).toBe(4);
  });

  test("a proxy that is not there", async () => {
    const environment = { ...trusting().environment, HTTPS_PROXY: "http://user:hidden@nowhere.invalid:1" };
    const url = https.serve("acme/experts", registry.directory);
    const { error, requests } = await open(url, { environment, retryDelays: [] });
    expect(error).toMatchObject({
      message: expect.stringMatching(/the proxy let nobody through to localhost/),
    });
    expect([requests, `${error}`.includes("hidden")]).toEqual([[], false]);
  });

  test("a proxy that is not for this host", async () => {
    const environment = {
      ...trusting().environment,
      HTTPS_PROXY: "http://nowhere.invalid:1",
      NO_PROXY: "localhost",
    };
    const { error } = await open(https.serve("acme/experts", registry.directory), { environment });
    expect(error).toBeUndefined();
  });

  test("an ssh server that nobody listens as", async () => {
    const url = `ssh://git@localhost:${await freePort()}/acme/experts.git`;
    const { error, fetches } = await open(url);
    expect(error).toMatchObject({ message: expect.stringMatching(/the connection to localhost:\d+ failed/) });
    expect(fetches).toBe(4);
  });

  test("a certificate that is not trusted", async () => {
    const url = https.serve("acme/experts", registry.directory);
    const { error, fetches, requests } = await open(url, {});
    expect(error).toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringMatching(/the certificate of localhost:\d+ is not trusted/),
      remedy: expect.stringContaining("GIT_SSL_CAINFO"),
    });
    expect([fetches, requests]).toEqual([1, []]);
  });
});

describe("given what is only likely to be read next", () => {
  const published = (): ScratchRegistry => {
    const own = makeRegistry({ "likely.toml": randomBytes(300_000).toString("base64") });
    own.publish({ name: "@acme/x", version: "1.0.0" });
    return own;
  };

  test("what is here already is not fetched again", async () => {
    using own = published();
    const url = https.serve("acme/likely", own.directory);
    await using opened = openRegistries(trusting());
    const bytesOf = async (registries: OpenRegistries["registries"]): Promise<number> => {
      const before = https.requests.length;
      const snapshot = await registries.open(addressOf(url), never);
      expect((await snapshot.read([indexPath("@acme/x")], never, ["likely.toml"])).size).toBe(1);
      return https.requests.slice(before).reduce((sum, { bytes }) => sum + bytes, 0);
    };
    expect(await bytesOf(opened.registries)).toBeGreaterThan(300_000);
    own.publish({ name: "@acme/x", version: "1.9.0" });
    await using again = opened.another(trusting());
    expect(await bytesOf(again)).toBeLessThan(100_000);
  });

  test("what does not come with it keeps nobody from what is wanted", async () => {
    using own = published();
    await using opened = openRegistries(trusting({ retryDelays: [] }));
    const snapshot = await opened.registries.open(
      addressOf(https.serve("acme/likely", own.directory)),
      never,
    );
    https.fault({ status: 500 }, 1);
    expect((await snapshot.read([indexPath("@acme/x")], never, ["likely.toml"])).size).toBe(1);
    expect(opened.commands()).toEqual(["fetch", "fetch", "fetch"]);
  });
});

describe("given a server of whatever age", () => {
  test.each([
    ["new", 2],
    ["old", 1],
    ["old with filters", 3],
  ] as const)("%s: an index file is read with %i processes", async (age, processes) => {
    const url = https.serve("acme/experts", registry.directory, { age });
    await using opened = openRegistries(trusting());
    const snapshot = await opened.registries.open(addressOf(url), never);
    const files = await snapshot.read([indexPath("@acme/x")], never);
    const line: unknown = JSON.parse(Buffer.from(files.get(indexPath("@acme/x")) ?? []).toString("utf8"));
    expect(line).toMatchObject({ name: "@acme/x", version: "1.0.0" });
    expect(opened.commands()).toHaveLength(processes);
  });
});

test("given a server that gives out no commit by its id, then its tag is asked for, and without one it is no answer", async () => {
  const url = https.serve("acme/experts", registry.directory, { age: "old" });
  const commit = registry.git("rev-list", "--max-parents=0", "HEAD");
  await using opened = openRegistries(trusting());
  const file = { address: addressOf(url), path: "README.md", commit };
  await expect(opened.registries.source(file, never)).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringContaining("gives out no commit by its id"),
  });
  const found = await opened.registries.source({ ...file, tag: "@acme/x@1.0.0" }, never);
  expect(found?.commit).toBe(registry.git("rev-parse", "@acme/x@1.0.0"));
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
};
