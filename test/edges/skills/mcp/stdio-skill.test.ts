import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listProcesses } from "../../../../src/edges/skills/process-table.ts";
import { notesOf, openFixture, temporaryDirectory, textOf } from "./fixture-skill.ts";

const isAlive = (pid: number): boolean => listProcesses().some((entry) => entry.pid === pid);

test("a server's tools are offered with the skill's name, and read-only ones are known as such", async () => {
  await using skill = await openFixture({ server: "tools.mjs" });
  expect(skill.tools.find((tool) => tool.name === "echo")).toEqual({
    name: "echo",
    description: "The tool echo.",
    inputSchema: { type: "object", properties: { text: { type: "string" } } },
    skill: "fixture",
    readOnly: true,
  });
  expect(skill.tools.find((tool) => tool.name === "crash")?.readOnly).toBe(false);
});

test("a call's answer comes back, and a tool's own error is an outcome", async () => {
  await using skill = await openFixture({ server: "tools.mjs" });
  expect(await skill.run("echo", { text: "häll☃" })).toEqual({
    contents: [{ type: "text", text: "häll☃" }],
    isError: false,
  });
  expect(await skill.run("fails")).toEqual({
    contents: [{ type: "text", text: "no such city" }],
    isError: true,
  });
  const thrown = await skill.run("throws");
  expect(thrown.isError).toBe(true);
  expect(textOf(thrown)).toContain("thrown inside the tool");
});

test("parallel calls to one server do not wait for each other", async () => {
  await using skill = await openFixture({ server: "tools.mjs" });
  const slow = skill.run("slow", { ms: 400 });
  const first = await Promise.race([slow, skill.run("echo", { text: "quick" })]);
  expect(textOf(first)).toBe("quick");
  expect(textOf(await slow)).toBe("at last");
});

test("the journal hears of start, connection and end, each once and in order", async () => {
  const skill = await openFixture({ server: "tools.mjs" });
  await skill[Symbol.asyncDispose]();
  await skill[Symbol.asyncDispose]();
  const [starting, connected, disconnected, ...more] = skill.events;
  expect(starting).toMatchObject({
    type: "skillStarting",
    runId: "r0",
    skill: "fixture",
    command: process.execPath,
  });
  expect(connected).toMatchObject({ type: "skillConnected", server: { name: "tools", version: "1.2.3" } });
  if (connected?.type !== "skillConnected") throw new Error("not connected");
  expect(connected.handshakeMs).toBeGreaterThan(0);
  expect(connected.spawnMs + connected.discoveryMs).toBeGreaterThanOrEqual(0);
  expect(disconnected).toEqual({
    type: "skillDisconnected",
    runId: "r0",
    skill: "fixture",
    reason: "closed",
  });
  expect(more).toEqual([]);
});

test("the server works in the workspace", async () => {
  using directory = temporaryDirectory();
  await using skill = await openFixture({ server: "tools.mjs", workspace: directory.path });
  expect(textOf(await skill.run("where"))).toBe(directory.path);
});

test("a command is looked up on the PATH", async () => {
  using directory = temporaryDirectory();
  const program = join(directory.path, "my-server");
  symlinkSync(process.execPath, program);
  await using skill = await openFixture({
    server: "tools.mjs",
    definition: { command: "my-server" },
    environment: { PATH: directory.path },
  });
  expect(textOf(await skill.run("echo", { text: "found" }))).toBe("found");
});

test("pick and omit choose the tools, and a name the server does not have is warned about", async () => {
  await using skill = await openFixture({
    server: "tools.mjs",
    definition: { pick: ["echo", "slow", "ecko"], omit: ["slow", "crashh"] },
  });
  expect(skill.tools.map((tool) => tool.name)).toEqual(["echo"]);
  expect(notesOf(skill.events)).toEqual([
    expect.stringMatching(/"fixture" has no tool "ecko".*`pick`/),
    expect.stringMatching(/"fixture" has no tool "crashh".*`omit`/),
  ]);
  const refused = await skill.run("slow", { ms: 1 });
  expect(refused.isError).toBe(true);
  expect(textOf(refused)).toContain('offers no tool "slow"');
});

test("a list of tools is read to its last page, and to 1,000 tools at most", async () => {
  await using paged = await openFixture({ server: "paged.mjs", args: ["20"] });
  expect(paged.tools.map((tool) => tool.name)).toEqual(
    Array.from({ length: 20 }, (_, index) => `tool-${index}`),
  );
  await using huge = await openFixture({ server: "paged.mjs", args: ["1500"] });
  expect(huge.tools).toHaveLength(1_000);
  expect(notesOf(huge.events)).toEqual([expect.stringContaining("more than 1000 tools")]);
});

test("disposing leaves no process, not even a daemon that ignores SIGTERM and holds stdout", async () => {
  using directory = temporaryDirectory();
  const pidFile = join(directory.path, "pid");
  const skill = await openFixture({ server: "tools.mjs" });
  await skill.run("daemon", { pidFile });
  const daemon = Number(readFileSync(pidFile, "utf8"));
  expect(isAlive(daemon)).toBe(true);
  const started = performance.now();
  await skill[Symbol.asyncDispose]();
  expect(isAlive(daemon)).toBe(false);
  expect(performance.now() - started).toBeLessThan(3_000);
});

test("a closed skill answers that it is closed", async () => {
  const skill = await openFixture({ server: "tools.mjs" });
  const pending = skill.run("never");
  await skill[Symbol.asyncDispose]();
  expect(await pending).toMatchObject({ isError: true });
  const late = await skill.run("echo", { text: "still there?" });
  expect(late.isError).toBe(true);
  expect(textOf(late)).toContain('The skill "fixture" was closed');
});
