import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { notesOf, textOf } from "../mcp/fixture-skill.ts";
import { everythingServer, freePort } from "./everything-server.ts";
import { openRemote, type RemoteFixture } from "./remote-fixture.ts";

const progressOf = (skill: RemoteFixture) => skill.events.filter((event) => event.type === "toolProgress");

test.each([["streamableHttp"], ["sse"]] as const)(
  "given the reference server over %s, its tools are listed and called, pictures and progress arrive",
  async (kind) => {
    await using server = await everythingServer(kind);
    await using far = await openRemote(server.endpoint);
    expect(far.offer.tools().map((tool) => tool.name)).toEqual(expect.arrayContaining(["echo", "get-sum"]));
    expect(textOf(await far.run("echo", { message: "häll☃" }))).toBe("Echo: häll☃");
    const { contents } = await far.run("get-tiny-image");
    const picture = contents.find((content) => content.type === "bytes");
    expect(picture).toMatchObject({ mediaType: "image/png" });
    expect(Buffer.from(picture?.data ?? []).subarray(1, 4)).toEqual(Buffer.from("PNG"));
    await far.run("trigger-long-running-operation", { duration: 0.4, steps: 4 });
    // The last may come with the answer, when nobody listens any more.
    expect(progressOf(far).slice(0, 3)).toEqual(
      [1, 2, 3].map((progress) => ({
        type: "toolProgress",
        runId: "r0",
        toolCallId: "call_1_0",
        progress,
        total: 4,
      })),
    );
    const connected = far.events.find((event) => event.type === "skillConnected");
    expect(connected).toMatchObject({ skill: "far", server: { version: expect.any(String) } });
    expect(notesOf(far.events)).toEqual([]);
  },
);

test("given a call that outlasts its time although it reports progress, it ends and the server is told", async () => {
  await using server = await everythingServer("streamableHttp");
  await using far = await openRemote(server.endpoint, { stepTimeoutMs: 1_000 });
  const outcome = await far.run("trigger-long-running-operation", { duration: 60, steps: 300 });
  expect(outcome.isError).toBe(true);
  expect(textOf(outcome)).toBe(
    'The tool "trigger-long-running-operation" did not answer within 1 s; its server was told to stop, and may go on all the same.',
  );
  expect(progressOf(far).length).toBeGreaterThan(0);
  expect(textOf(await far.run("echo", { message: "still here" }))).toBe("Echo: still here");
});

test("given a server that dies during a call and comes back, the call fails and the next one works", async () => {
  const port = await freePort();
  const first = await everythingServer("streamableHttp", port);
  await using far = await openRemote(first.endpoint);
  const call = far.run("trigger-long-running-operation", { duration: 30, steps: 300 });
  while (progressOf(far).length === 0) await sleep(20);
  await first[Symbol.asyncDispose]();
  expect(await call).toMatchObject({ isError: true });
  expect(textOf(await call)).toContain("ended the connection before it answered");
  const refused = await far.run("echo", { message: "nobody there" });
  expect(textOf(refused)).toContain(`127.0.0.1:${port} cannot be reached (ECONNREFUSED)`);
  await using _second = await everythingServer("streamableHttp", port);
  expect(textOf(await far.run("echo", { message: "again" }))).toBe("Echo: again");
});

test("given the older transport and a server that dies, the call fails at once and the next one starts anew", async () => {
  const port = await freePort();
  const first = await everythingServer("sse", port);
  await using far = await openRemote(first.endpoint);
  const call = far.run("trigger-long-running-operation", { duration: 30, steps: 300 });
  while (progressOf(far).length === 0) await sleep(20);
  await first[Symbol.asyncDispose]();
  expect(textOf(await call)).toContain('The skill "far" closed the connection during the call');
  await using _second = await everythingServer("sse", port);
  expect(textOf(await far.run("echo", { message: "again" }))).toBe("Echo: again");
});
