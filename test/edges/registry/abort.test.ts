import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type GitHttps, startGitHttps } from "../../helpers/git-https.ts";
import { gitProgram, makeRegistry, type ScratchRegistry } from "../../helpers/git-registry.ts";
import { livingIn } from "../../helpers/living-processes.ts";
import { addressOf, never, openRegistries } from "./open-registries.ts";

let https: GitHttps;
let registry: ScratchRegistry;

beforeAll(async () => {
  https = await startGitHttps();
  registry = makeRegistry({ x: "x" });
});

afterAll(async () => {
  registry[Symbol.dispose]();
  await https[Symbol.asyncDispose]();
});

const trusting = () => ({ environment: { PATH: process.env.PATH, GIT_SSL_CAINFO: https.ca } });

/** A process that fetches and ends without having waited when its input does. */
const endingJob = (url: string, cacheDirectory: string): string => `
  import { gitRegistries } from ${JSON.stringify(import.meta.resolve("../../../src/edges/registry/git-registries.ts"))};
  const registries = gitRegistries(${JSON.stringify({
    ...{ git: gitProgram, cacheDirectory, userConfig: "neutral" },
    ...trusting(),
  })});
  void registries.open(${JSON.stringify(addressOf(url))}, new AbortController().signal);
  process.stdin.on("end", () => process.exit(3)).resume();
`;

const reason = new Error("enough");

describe("given a job that ends in the middle of a fetch", () => {
  test("the reason comes back and no process is left", async () => {
    await using open = openRegistries(trusting());
    const controller = new AbortController();
    https.fault("hang");
    const asked = https.requests.length;
    const url = https.serve("acme/experts", registry.directory);
    const opening = open.registries.open(addressOf(url), controller.signal);
    await vi.waitFor(() => expect(livingIn(open.cacheDirectory).length).toBeGreaterThan(1));
    await delay(100);
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
    await vi.waitFor(() => expect(livingIn(open.cacheDirectory)).toEqual([]));
    https.fault(undefined);
    expect(https.requests.length - asked).toBeLessThanOrEqual(1);
    // What is left behind is of use.
    const snapshot = await open.registries.open(addressOf(url), never);
    expect((await snapshot.read(["x"], never)).size).toBe(1);
  });

  test("in the middle of waiting for another attempt: at once", async () => {
    await using open = openRegistries({ ...trusting(), retryDelays: [60_000] });
    const controller = new AbortController();
    https.fault({ status: 500 });
    const url = https.serve("acme/experts", registry.directory);
    const opening = open.registries.open(addressOf(url), controller.signal);
    await vi.waitFor(() => expect(open.commands()).toHaveLength(1));
    await delay(500);
    controller.abort(reason);
    https.fault(undefined);
    await expect(opening).rejects.toBe(reason);
    expect(livingIn(open.cacheDirectory)).toEqual([]);
  });

  test("before it began, or between two readings: the next one works", async () => {
    await using open = openRegistries(trusting());
    const address = addressOf(https.serve("acme/experts", registry.directory));
    await expect(open.registries.open(address, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(open.commands()).toEqual([]);
    const snapshot = await open.registries.open(address, never);
    await expect(snapshot.read(["x"], AbortSignal.abort(reason))).rejects.toBe(reason);
    expect((await snapshot.read(["x"], never)).size).toBe(1);
  });

  test("by ending itself, it takes git with it", async () => {
    await using open = openRegistries(trusting());
    https.fault("hang");
    const url = https.serve("acme/experts", registry.directory);
    const child = spawn(process.execPath, [
      "--input-type=module",
      "--eval",
      endingJob(url, open.cacheDirectory),
    ]);
    await vi.waitFor(() => expect(livingIn(open.cacheDirectory).length).toBeGreaterThan(1), 10_000);
    child.stdin.end();
    await once(child, "exit");
    await vi.waitFor(() => expect(livingIn(open.cacheDirectory)).toEqual([]));
    https.fault(undefined);
  });

  test("disposing in the middle waits for it to end", async () => {
    const open = openRegistries(trusting());
    const controller = new AbortController();
    const address = addressOf(https.serve("acme/experts", registry.directory));
    const opening = open.registries.open(address, controller.signal).catch(() => "ended");
    await open[Symbol.asyncDispose]();
    controller.abort(reason);
    await opening;
    expect(livingIn("/proc/self/cwd").filter((line) => line.includes(open.cacheDirectory))).toEqual([]);
  });
});
