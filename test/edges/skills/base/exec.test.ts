import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readProcess } from "../../../../src/edges/skills/process-table.ts";
import { openSkill } from "./skill-fixture.ts";

const isAlive = (pid: unknown): boolean => !["Z", "X", undefined].includes(readProcess(Number(pid))?.state);

const timed = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
  const before = performance.now();
  return [await work, performance.now() - before];
};

describe("exec", () => {
  test("runs a program without a shell and answers its exit code and output", async () => {
    const { call } = openSkill();
    expect(await call("exec", { command: "printf", args: ["%s|", "$HOME", "a b", "*"] })).toEqual({
      isError: false,
      value: { exitCode: 0, stdout: "$HOME|a b|*|", stderr: "" },
    });
  });

  test("answers a failing program's exit code or signal, which is no error of the tool", async () => {
    const { call } = openSkill();
    expect(await call("exec", { command: "sh", args: ["-c", "echo oops >&2; exit 3"] })).toEqual({
      isError: false,
      value: { exitCode: 3, stdout: "", stderr: "oops\n" },
    });
    expect((await call("exec", { command: "sh", args: ["-c", "kill -SEGV $$"] })).value).toMatchObject({
      signal: "SIGSEGV",
    });
  });

  test("returns only the outputs that are asked for", async () => {
    const { call } = openSkill();
    const both = { command: "sh", args: ["-c", "echo out; echo err >&2"] };
    expect((await call("exec", { ...both, stderr: false })).value).toEqual({ exitCode: 0, stdout: "out\n" });
    expect((await call("exec", { ...both, stdout: false })).value).toEqual({ exitCode: 0, stderr: "err\n" });
  });

  test("gives the given environment and the call's own, nothing else", async () => {
    const { call, workspace } = openSkill({ environment: { PATH: "/usr/bin:/bin", LANG: "C" } });
    const { value } = await call("exec", { command: "env", env: { LANG: "C.UTF-8", MINE: "1" } });
    const names = String(value.stdout)
      .split("\n")
      .filter((line) => !line.startsWith("EXPERT_STACK_TREE="));
    expect(names.filter(Boolean).sort()).toEqual([
      "LANG=C.UTF-8",
      "MINE=1",
      "PATH=/usr/bin:/bin",
      `PWD=${workspace}`,
    ]);
  });

  test("runs in the workspace or in a directory of it", async () => {
    const { call, workspace } = openSkill();
    mkdirSync(join(workspace, "sub"));
    expect((await call("exec", { command: "pwd" })).value.stdout).toBe(`${workspace}\n`);
    expect((await call("exec", { command: "/bin/pwd", cwd: "sub" })).value.stdout).toBe(`${workspace}/sub\n`);
    expect(await call("exec", { command: "pwd", cwd: "none" })).toMatchObject({ isError: true });
  });

  test("starts a program by a path relative to cwd", async () => {
    const { call, workspace } = openSkill();
    writeFileSync(join(workspace, "run.sh"), "#!/bin/sh\necho ran", { mode: 0o755 });
    expect((await call("exec", { command: "./run.sh" })).value.stdout).toBe("ran\n");
  });

  test("gives an input that ends at once", async () => {
    const { call } = openSkill();
    expect((await call("exec", { command: "cat" })).value).toMatchObject({ exitCode: 0, stdout: "" });
  });

  test.for([
    ["that does not exist", { command: "no-such-program" }, "no program"],
    ["that may not be run", { command: "./a.txt" }, "EACCES"],
    ["without a name", { command: "" }, "empty"],
    ["with a NUL in an argument", { command: "echo", args: ["a\0b"] }, "NUL"],
    ["with a NUL in its environment", { command: "echo", env: { A: "a\0b" } }, "NUL"],
    ["with far too long arguments", { command: "echo", args: ["x".repeat(3_000_000)] }, "too long"],
  ] as const)("says what is wrong with a program %s", async ([, args, words]) => {
    const { call, workspace } = openSkill();
    writeFileSync(join(workspace, "a.txt"), "text");
    expect(await call("exec", args)).toMatchObject({
      isError: true,
      value: { error: "TOOL_FAILED", message: expect.stringContaining(words) },
    });
  });

  test("that is withheld is not offered and refused", async () => {
    const { call } = openSkill({ exec: "withheld" });
    expect(await call("exec", { command: "true" })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("withheld") },
    });
  });
});

describe("exec keeps the output small", () => {
  test("5 MB keep head and tail, with the number of bytes between", async () => {
    const { call } = openSkill();
    const script = "process.stdout.write('HEAD' + 'x'.repeat(5_000_000) + 'TAIL')";
    const { value } = await call("exec", { command: "node", args: ["-e", script] });
    const stdout = String(value.stdout);
    expect(stdout.length).toBeLessThan(61_000);
    expect(stdout).toMatch(/^HEADx+\n… 4940008 bytes cut …\nx+TAIL$/);
  });
});

describe("exec leaves nobody behind", () => {
  test("when the program ends before what it started", async () => {
    const { call } = openSkill();
    const script = "setsid sleep 60 & echo $!; sleep 60 & echo $!";
    const [{ value }, ms] = await timed(call("exec", { command: "sh", args: ["-c", script] }));
    expect(value.exitCode).toBe(0);
    expect(String(value.stdout).trim().split("\n").map(isAlive)).toEqual([false, false]);
    expect(ms).toBeLessThan(2_000);
  });

  test("when it takes longer than timeout, and keeps what was printed", async () => {
    const { call } = openSkill();
    const script = "trap '' TERM; sleep 60 & echo $!; wait; sleep 60";
    const [{ value, isError }, ms] = await timed(
      call("exec", { command: "sh", args: ["-c", script], timeout: 200 }),
    );
    expect([isError, value.error, value.message]).toEqual([true, "TIMEOUT", "Ended after 200 ms."]);
    expect(isAlive(String(value.stdout).trim())).toBe(false);
    expect(ms).toBeLessThan(2_500);
  });

  test("but not at once when the step may take longer than a timer can wait", async () => {
    const { call } = openSkill({ stepTimeoutMs: 3_000_000_000 });
    const { value } = await call("exec", { command: "sleep", args: ["0.2"] });
    expect(value).toMatchObject({ exitCode: 0 });
  });

  test("when it takes longer than the step may, whatever timeout says", async () => {
    const { call } = openSkill({ stepTimeoutMs: 200 });
    const { value } = await call("exec", { command: "sleep", args: ["60"], timeout: 60_000 });
    expect(value.message).toBe("Ended after 200 ms.");
  });

  test("when the job stops", async () => {
    const { call } = openSkill();
    const stop = new AbortController();
    const running = call("exec", { command: "sh", args: ["-c", "echo $$; sleep 60"] }, stop.signal);
    await sleep(200);
    stop.abort();
    const { value, isError } = await running;
    expect([isError, value.error, isAlive(String(value.stdout).trim())]).toEqual([true, "ABORTED", false]);
  });

  test("and a job that has stopped starts nothing", async () => {
    const { call } = openSkill();
    const touch = { command: "touch", args: ["made"] };
    expect(await call("exec", touch, AbortSignal.abort())).toMatchObject({ isError: true });
    expect(await call("getFileInfo", { path: "made" })).toMatchObject({ value: { exists: false } });
  });
});
