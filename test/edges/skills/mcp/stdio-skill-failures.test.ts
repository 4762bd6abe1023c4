import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { listProcesses } from "../../../../src/edges/skills/process-table.ts";
import { eventsOfLastOpen, notesOf, openFixture, temporaryDirectory, textOf } from "./fixture-skill.ts";

const isAlive = (pid: number): boolean => listProcesses().some((entry) => entry.pid === pid);
const soon = (): AbortSignal => AbortSignal.timeout(200);

test("a server that exits at its start is reported at once, with its exit code and its last words", async () => {
  const started = performance.now();
  await expect(openFixture({ server: "exits-at-start.mjs" })).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringMatching(
      /"fixture" exited with code 7 while it started.*cannot reach the database/s,
    ),
    remedy: expect.stringContaining("exits-at-start.mjs"),
  });
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(eventsOfLastOpen.map((event) => event.type)).toEqual([
    "skillStarting",
    "skillStderr",
    "skillStderr",
  ]);
});

test("a server that never answers is given up at the step's deadline, with its last words", async () => {
  await expect(openFixture({ server: "silent.mjs", stepTimeoutMs: 1_000 })).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringMatching(/did not start within 1 s.*waiting for a licence/s),
  });
});

test("a start that is aborted ends the server", async () => {
  await expect(openFixture({ server: "silent.mjs", signal: AbortSignal.timeout(500) })).rejects.toMatchObject(
    {
      code: "SKILL_START_FAILED",
      message: expect.stringContaining("was stopped while it started"),
    },
  );
});

test("a command that does not exist is named", async () => {
  await expect(openFixture({ definition: { command: "no-such-server", args: [] } })).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringContaining("no-such-server"),
  });
});

test("garbage on stdout is noted once, and the server stays usable", async () => {
  await using skill = await openFixture({ server: "garbage.mjs" });
  expect(textOf(await skill.run("work"))).toBe("worked");
  expect(notesOf(skill.events)).toEqual([expect.stringMatching(/no MCP message.*Server listening!/)]);
});

test("a call that outlasts the deadline is an error outcome, and the skill works again with the next", async () => {
  await using skill = await openFixture({ server: "tools.mjs", stepTimeoutMs: 1_500 });
  const before = textOf(await skill.run("count"));
  const outcome = await skill.run("never");
  expect(outcome).toEqual({
    contents: [
      { type: "text", text: 'The tool "never" did not answer within 1.5 s and its skill was stopped.' },
    ],
    isError: true,
  });
  expect(isAlive(Number(before.split(" ")[0]))).toBe(false);
  expect(textOf(await skill.run("count"))).toMatch(/ 1$/);
});

test("a server that answers the cancellation is left running", async () => {
  await using skill = await openFixture({ server: "obeys-cancel.mjs" });
  const before = textOf(await skill.run("pid"));
  const outcome = await skill.run("work", {}, soon());
  expect(outcome.isError).toBe(true);
  expect(textOf(outcome)).toBe('The tool "work" was stopped; the call was cancelled.');
  expect(textOf(await skill.run("pid"))).toBe(before);
});

test("a call that is over is not cancelled when its Run ends or its deadline passes later", async () => {
  await using skill = await openFixture({ server: "obeys-cancel.mjs", stepTimeoutMs: 1_000 });
  const run = new AbortController();
  await skill.run("pid", {}, run.signal);
  run.abort();
  await sleep(1_200);
  await skill.run("pid");
  await skill.run("pid");
  expect(skill.events.map((event) => event.type)).toEqual(["skillStarting", "skillConnected"]);
});

test("an aborted call ends a server that ignores SIGTERM, within two seconds", async () => {
  await using skill = await openFixture({ server: "stubborn.mjs" });
  const started = performance.now();
  const outcome = await skill.run("work", {}, soon());
  expect(performance.now() - started).toBeLessThan(200 + 2_000);
  expect(textOf(outcome)).toBe('The tool "work" was stopped and its skill was stopped.');
  const pid = skill.events.flatMap((event) =>
    event.type === "skillStderr" ? event.text.match(/pid (\d+)/) : [],
  )[1];
  expect(Number(pid)).toBeGreaterThan(0);
  expect(isAlive(Number(pid))).toBe(false);
});

test("a call that was aborted beforehand is never made", async () => {
  await using skill = await openFixture({ server: "tools.mjs" });
  expect(textOf(await skill.run("count", {}, AbortSignal.abort()))).toContain("was never called");
  expect(textOf(await skill.run("count"))).toMatch(/ 1$/);
});

test("a crash is an outcome with exit code and last words, and a crashed skill can be called again", async () => {
  await using skill = await openFixture({ server: "tools.mjs" });
  const bystander = skill.run("never");
  const crashed = await skill.run("crash");
  expect(crashed.isError).toBe(true);
  expect(textOf(crashed)).toMatch(/"fixture" exited with code 3 during the call.*the disk is on fire/s);
  expect(await bystander).toMatchObject({ isError: true });
  const [one, two] = await Promise.all([skill.run("echo", { text: "a" }), skill.run("echo", { text: "b" })]);
  expect([textOf(one), textOf(two)]).toEqual(["a", "b"]);
  expect(skill.events.flatMap(({ type }) => (type === "skillStderr" ? [] : [type]))).toEqual([
    "skillStarting",
    "skillConnected",
    "skillDisconnected",
    "skillStarting",
    "skillConnected",
  ]);
  expect(skill.events.find((event) => event.type === "skillDisconnected")).toMatchObject({
    reason: "exited",
  });
});

test("a crash is noticed at once also when a daemon of the server holds its stdout, and the daemon is ended", async () => {
  using directory = temporaryDirectory();
  const pidFile = join(directory.path, "pid");
  await using skill = await openFixture({ server: "tools.mjs" });
  await skill.run("daemon", { pidFile });
  const started = performance.now();
  expect(textOf(await skill.run("crash"))).toContain("exited with code 3");
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(textOf(await skill.run("echo", { text: "again" }))).toBe("again");
  expect(isAlive(Number(readFileSync(pidFile, "utf8")))).toBe(false);
});

test("a server that closes its stdout and lives on is ended", async () => {
  await using skill = await openFixture({ server: "closes-stdout.mjs" });
  expect(textOf(await skill.run("work"))).toContain("closed its output during the call");
});

test("a skill that crashes at every call is given up after three restarts", async () => {
  await using skill = await openFixture({ server: "crashes-always.mjs" });
  for (let call = 0; call < 4; call += 1) {
    expect(textOf(await skill.run("work"))).toContain("was ended by SIGKILL during the call");
  }
  const last = await skill.run("work");
  expect(last.isError).toBe(true);
  expect(textOf(last)).toContain('The skill "fixture" was restarted 3 times and is given up');
  expect(skill.events.filter((event) => event.type === "skillStarting")).toHaveLength(4);
});

test("a line without end ends the skill instead of filling the memory", async () => {
  await using skill = await openFixture({ server: "endless-line.mjs" });
  const outcome = await skill.run("work");
  expect(outcome.isError).toBe(true);
  expect(textOf(outcome)).toContain("sent a line of more than 10 MB during the call");
});

test("a flood on stderr is cut, by line and in total, and does not disturb the call", async () => {
  await using skill = await openFixture({ server: "flooding-stderr.mjs" });
  expect(textOf(await skill.run("work"))).toBe("said it all");
  const lines = skill.events.flatMap((event) => (event.type === "skillStderr" ? [event.text] : []));
  expect(lines[0]).toBe(`${"L".repeat(4_096)} […]`);
  expect(lines.join("").length).toBeLessThanOrEqual(256 * 1_024);
  expect(lines.join("").length).toBeGreaterThan(250 * 1_024);
  expect(notesOf(skill.events)).toEqual([expect.stringContaining("more than 256 KB to stderr")]);
});

test.each([
  ["asks without end", { times: 5_000, bytes: 1, deaf: false }, "sent more than 100 requests of its own"],
  ["asks and does not read", { times: 90, bytes: 1_000_000, deaf: true }, "does not read what it is sent"],
])("a server that %s in a call is ended", async (_, args, because) => {
  await using skill = await openFixture({ server: "asking.mjs" });
  const outcome = await skill.run("work", args);
  expect(textOf(outcome)).toContain(`The skill "fixture" ${because} during the call`);
  expect(skill.events.at(-1)).toMatchObject({ type: "skillDisconnected", reason: "exited" });
});

test("a server may ask a hundred things at once", async () => {
  await using skill = await openFixture({ server: "asking.mjs" });
  expect(textOf(await skill.run("work", { times: 100, bytes: 1, deaf: false }))).toBe("all is answered");
});
