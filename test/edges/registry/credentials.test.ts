import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GitOptions } from "../../../src/edges/registry/git-options.ts";
import { unreachable } from "../../../src/edges/registry/unreachable.ts";
import { type GitHttps, startGitHttps } from "../../helpers/git-https.ts";
import { makeRegistry, type ScratchRegistry } from "../../helpers/git-registry.ts";
import { addressOf, never, openRegistries } from "./open-registries.ts";

const token = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";
const sent = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;

let https: GitHttps;
let other: GitHttps;
let registry: ScratchRegistry;
let home: string;

beforeAll(async () => {
  [https, other] = await Promise.all([startGitHttps(), startGitHttps()]);
  registry = makeRegistry();
  home = mkdtempSync(join(tmpdir(), "expert-stack-home-"));
});

afterAll(async () => {
  registry[Symbol.dispose]();
  rmSync(home, { recursive: true, force: true });
  await Promise.all([https, other].map((server) => server[Symbol.asyncDispose]()));
});

const open = async (url: string, options: Partial<GitOptions> = {}) => {
  const [before, elsewhere] = [https.requests.length, other.requests.length];
  const environment = { PATH: process.env.PATH, HOME: home, GIT_SSL_CAINFO: https.ca };
  await using opened = openRegistries({ environment, ...options });
  const error: unknown = await opened.registries.open(addressOf(url), never).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return {
    error,
    asked: https.requests.slice(before),
    askedElsewhere: other.requests.slice(elsewhere),
    arguments: opened.lines(),
  };
};

const tokenFor = (host: string): string | undefined => (host === https.host ? token : undefined);

describe("given a private registry", () => {
  test("the token opens it, and is in no argument", async () => {
    const url = https.serve("acme/private", registry.directory, { token });
    const { error, asked, arguments: lines } = await open(url, { tokenFor });
    expect(error).toBeUndefined();
    expect(asked.map(({ authorization }) => authorization)).toEqual(asked.map(() => sent));
    expect(asked.length).toBeGreaterThan(1);
    for (const secret of [token, sent.slice(6)]) expect(lines.join()).not.toContain(secret);
  });

  test("a token that does not open it is not in the error", async () => {
    const url = https.serve("acme/private", registry.directory, { token: "another" });
    const { error } = await open(url, { tokenFor });
    expect(error).toMatchObject({ message: expect.stringContaining("401, asked with the token for it") });
    expect(JSON.stringify([error, `${error}`])).not.toContain(token);
  });

  test("that hides itself: the message says that it may be access", async () => {
    const url = https.serve("acme/private", registry.directory, { token: "another", hidden: true });
    const { error } = await open(url, { tokenFor });
    expect(error).toMatchObject({
      message: expect.stringContaining("no such repository, or no access to it"),
    });
  });

  test("the token of one host is not sent to another", async () => {
    const { asked } = await open(https.serve("acme/experts", registry.directory), {
      tokenFor: (host) => (host === other.host ? token : undefined),
    });
    expect(asked.map(({ authorization }) => authorization)).toEqual(asked.map(() => undefined));
  });

  test.each([301, 302, 307, 308])("a %i to another host is not followed with a token", async (status) => {
    const moved = other.serve("acme/moved", registry.directory);
    https.fault({ status, headers: { location: `${moved}/info/refs?service=git-upload-pack` } }, 1);
    const { error, asked, askedElsewhere } = await open(https.serve("acme/moved", registry.directory), {
      tokenFor,
    });
    expect([asked.length, askedElsewhere]).toEqual([1, []]);
    expect(error).toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringContaining(`answered ${status}: it lies elsewhere now`),
    });
  });

  test("without a token a moved one is followed, to https only", async () => {
    const moved = https.serve("acme/here", registry.directory);
    https.fault({ status: 301, headers: { location: `${moved}/info/refs?service=git-upload-pack` } }, 1);
    const followed = await open(https.serve("acme/moved", registry.directory));
    expect([followed.error, followed.asked.at(-1)?.path]).toEqual([
      undefined,
      "/acme/here.git/git-upload-pack",
    ]);
    https.fault({ status: 301, headers: { location: "http://localhost:9/acme/here.git/info/refs" } });
    const { error } = await open(https.serve("acme/moved", registry.directory));
    https.fault(undefined);
    expect(error).toMatchObject({ message: expect.stringContaining("git may speak https and ssh only") });
  });
});

describe("given a person's own git configuration with a credential helper", () => {
  beforeAll(() => {
    mkdirSync(join(home, "hooks"));
    writeFileSync(
      join(home, "hooks", "reference-transaction"),
      `#!/bin/sh\ntouch "${join(home, "hooked")}"\n`,
      { mode: 0o755 },
    );
    writeFileSync(
      join(home, ".gitconfig"),
      [
        '[credential]\n\thelper = "!f() { echo username=x-access-token; echo password=$(cat ~/secret); }; f"',
        `[core]\n\thooksPath = ${join(home, "hooks")}`,
      ].join("\n"),
    );
    writeFileSync(join(home, "secret"), token);
  });

  test("the command line uses it, but none of its hooks", async () => {
    const url = https.serve("acme/private", registry.directory, { token });
    expect((await open(url, { userConfig: "kept" })).error).toBeUndefined();
    expect(existsSync(join(home, "hooked"))).toBe(false);
  });

  test("the action does not", async () => {
    const url = https.serve("acme/private", registry.directory, { token });
    const { error } = await open(url, { userConfig: "neutral" });
    expect(error).toMatchObject({ message: expect.stringContaining("answered 401, asked without a token") });
  });

  test("the action does not look into .netrc either, which the command line may", async () => {
    writeFileSync(join(home, ".gitconfig"), "");
    writeFileSync(join(home, ".netrc"), `machine localhost login x-access-token password ${token}\n`);
    const url = https.serve("acme/private", registry.directory, { token });
    const neutral = await open(url, { userConfig: "neutral" });
    expect(neutral.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect((await open(url, { userConfig: "kept" })).error).toBeUndefined();
    rmSync(join(home, ".netrc"));
  });

  test("a header of its own does not go out beside the token", async () => {
    writeFileSync(
      join(home, ".gitconfig"),
      `[http "https://${https.host}/"]\n\textraHeader = Authorization: Basic b2xk\n`,
    );
    const url = https.serve("acme/private", registry.directory, { token });
    expect((await open(url, { userConfig: "kept", tokenFor })).error).toBeUndefined();
  });
});

test("given a git that says what it was given, then the error does not", () => {
  const said = `fatal: bad header: ${sent}, ${token} at https://user:hidden@${https.host}/x`;
  const options = { git: "", environment: {}, cacheDirectory: "", userConfig: "neutral", tokenFor } as const;
  const asked = { id: "a/b", url: `https://${https.host}/x`, options, attempts: 1 };
  const { message } = unreachable({ type: "unknown", said }, asked);
  for (const secret of [token, sent.slice(6), "hidden"]) expect(message).not.toContain(secret);
});

test("given GIT_TRACE variables, then git does not see them", async () => {
  const trace = join(home, "trace");
  const environment = {
    PATH: process.env.PATH,
    GIT_SSL_CAINFO: https.ca,
    GIT_TRACE: trace,
    GIT_TRACE_CURL: trace,
  };
  for (const userConfig of ["kept", "neutral"] as const) {
    await open(https.serve("acme/experts", registry.directory), { environment, userConfig, tokenFor });
  }
  expect(existsSync(trace)).toBe(false);
});
