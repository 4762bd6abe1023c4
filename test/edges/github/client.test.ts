import { expect, test, vi } from "vitest";
import { type GitHubAccess, type GitHubClient, gitHubClient } from "../../../src/edges/github/client.ts";
import { addToken } from "../../helpers/fake-github/populate-people.ts";
import { addRepository } from "../../helpers/fake-github/populate-repository.ts";
import { type FakeGitHub, startFakeGitHub } from "../../helpers/fake-github/server.ts";

const here = { owner: "acme", repo: "widgets" } as const;
const path = /^\/repos\/acme\/widgets$/;

type Scene = AsyncDisposable & {
  readonly github: FakeGitHub;
  readonly client: GitHubClient;
  readonly warnings: readonly string[];
};

const start = async (): Promise<Scene> => {
  const github = await startFakeGitHub();
  addRepository(github.world, { owner: "acme", name: "widgets", visibility: "public" });
  const { value: token } = addToken(github.world, { permissions: { contents: "read" } });
  const access: GitHubAccess = { token, apiUrl: github.url, ...here };
  const warnings: string[] = [];
  return {
    github,
    warnings,
    client: gitHubClient(access, (text) => warnings.push(text)),
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
};

const limited = (seconds: number) => ({
  path,
  status: 403,
  headers: { "retry-after": String(seconds) },
  body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes.", status: "403" },
});

test("a request that is to wait a moment is repeated after it, with a warning", async () => {
  await using scene = await start();
  scene.github.failNext(limited(1));
  const startedAt = Date.now();
  const { data } = await scene.client.rest.repos.get(here);
  expect(data.full_name).toBe("acme/widgets");
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
  expect(scene.warnings).toEqual([
    expect.stringMatching(/secondary rate limit stopped .*; trying again in 1 s\.$/),
  ]);
});

test("a request that is to wait for longer than a runner should be paid for fails at once", async () => {
  await using scene = await start();
  scene.github.failNext({ ...limited(3_600), times: 5 });
  const startedAt = Date.now();
  await expect(scene.client.rest.repos.get(here)).rejects.toMatchObject({ status: 403 });
  expect(Date.now() - startedAt).toBeLessThan(1_000);
  expect(scene.warnings).toEqual([expect.stringMatching(/; giving up\.$/)]);
});

test("a request that GitHub failed to answer is repeated, one that it refused is not", async () => {
  await using scene = await start();
  scene.github.failNext({ path, status: 502, body: { message: "Server Error" } });
  await scene.client.rest.repos.get(here);
  expect(scene.github.world.requests.map(({ status }) => status)).toEqual([502, 200]);
  scene.github.failNext({ path, status: 404, body: { message: "Not Found", status: "404" } });
  await expect(scene.client.rest.repos.get(here)).rejects.toMatchObject({ status: 404 });
  expect(scene.github.world.requests).toHaveLength(3);
});

test("a connection that breaks is tried again", async () => {
  await using scene = await start();
  scene.github.failNext({ path, reset: "before" });
  expect((await scene.client.rest.repos.get(here)).status).toBe(200);
});

test("nothing is printed where a runner would read it", async () => {
  const printed = vi.spyOn(console, "warn").mockImplementation(() => {});
  const failed = vi.spyOn(console, "error").mockImplementation(() => {});
  await using scene = await start();
  scene.github.failNext({
    path,
    status: 200,
    headers: { deprecation: "Sat, 01 Jan 2022 00:00:00 GMT", sunset: "Sat, 01 Jan 2028 00:00:00 GMT" },
    body: {},
  });
  await scene.client.rest.repos.get(here);
  await expect(scene.client.rest.repos.get({ owner: "no", repo: "body" })).rejects.toThrow("Not Found");
  expect([printed.mock.calls, failed.mock.calls]).toEqual([[], []]);
});
