import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { readProcess } from "../../../src/edges/skills/process-table.ts";
import { endTree, type ProcessTree, spawnTree } from "../../../src/edges/skills/process-tree.ts";

const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
const running: ProcessTree[] = [];

afterEach(async () => {
  for (const tree of running.splice(0)) await endTree(tree, { graceMs: 0 });
});

const start = async (args: readonly string[], signal?: AbortSignal): Promise<ProcessTree> => {
  const [command = "", ...rest] = args;
  const base = { command, args: rest, cwd: "/", env, stdin: "none" } as const;
  const tree = await spawnTree(signal === undefined ? base : { ...base, signal });
  running.push(tree);
  return tree;
};

/** Reads the pids the processes announce, one a line, until there are `count`. */
const announced = async (tree: ProcessTree, count: number): Promise<readonly number[]> => {
  let text = "";
  for await (const chunk of tree.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const lines = text.split("\n").slice(0, -1);
    if (lines.length >= count) return lines.map(Number);
  }
  throw new Error(`only announced: ${text}`);
};

const isAlive = (pid: number): boolean => !["Z", "X", undefined].includes(readProcess(pid)?.state);

const timed = async (work: Promise<unknown>): Promise<number> => {
  const before = performance.now();
  await work;
  return performance.now() - before;
};

describe("a process tree", () => {
  test("says how its first process ended", async () => {
    expect(await (await start(["sh", "-c", "exit 3"])).exited).toEqual({ code: 3, signal: null });
    expect(await (await start(["sh", "-c", "kill -KILL $$"])).exited).toEqual({
      code: null,
      signal: "SIGKILL",
    });
  });

  test("gives the process the given environment and one marker, nothing of ours", async () => {
    const tree = await start(["env"]);
    let text = "";
    for await (const chunk of tree.stdout) text += String(chunk);
    const names = text.split("\n").flatMap((line) => (line === "" ? [] : [line.split("=")[0]]));
    expect(names.sort()).toEqual(["EXPERT_STACK_TREE", "PATH"]);
  });

  test("passes what is written to its input when asked to", async () => {
    const tree = await spawnTree({ command: "cat", args: [], cwd: "/", env, stdin: "pipe" });
    running.push(tree);
    tree.stdin.end("hello");
    expect(String((await tree.stdout.toArray())[0])).toBe("hello");
  });

  test("rejects with Node's error when the command does not exist", async () => {
    await expect(start(["no-such-command-here"])).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("does not start when the signal has aborted already", async () => {
    await expect(start(["true"], AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  });
});

describe("ending a process tree leaves nobody", () => {
  test("when all of it has ended by itself, at once", async () => {
    const tree = await start(["true"]);
    await tree.exited;
    expect(await timed(endTree(tree, { graceMs: 5_000 }))).toBeLessThan(300);
  });

  test("when a grandchild holds stdout after its parent exited", async () => {
    const tree = await start(["sh", "-c", "sleep 60 & echo $!"]);
    const pids = await announced(tree, 1);
    await tree.exited;
    expect(pids.map(isAlive)).toEqual([true]);
    expect(await endTree(tree)).toEqual([]);
    expect(pids.map(isAlive)).toEqual([false]);
  });

  test("when the process ignores SIGTERM, within a second and a half", async () => {
    const tree = await start([
      "sh",
      "-c",
      "trap '' TERM; sleep 60 & echo $!; echo $$; while :; do sleep 1; done",
    ]);
    const pids = await announced(tree, 2);
    expect(await timed(endTree(tree))).toBeLessThan(1_500);
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(await tree.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("when a daemon has left the session and forked twice", async () => {
    const tree = await start([
      "sh",
      "-c",
      "setsid sh -c 'setsid sleep 60 & echo $!' & wait; sleep 60 & echo $!",
    ]);
    const pids = await announced(tree, 2);
    await tree.exited;
    expect(pids.map((pid) => readProcess(pid)?.session === tree.pid)).toEqual([false, true]);
    await endTree(tree);
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test("when a child has left the session with an empty environment", async () => {
    const tree = await start(["sh", "-c", "setsid -f true; env -i setsid -w /bin/sleep 60 & echo $!; wait"]);
    const pids = await announced(tree, 1);
    await sleep(100);
    expect(pids.map((pid) => readProcess(pid)?.session === tree.pid)).toEqual([false]);
    await endTree(tree);
    expect(pids.map(isAlive)).toEqual([false]);
  });

  test("when an orphan with an empty environment has left the group but not the session", async () => {
    const tree = await start(["bash", "-c", "set -m; env -i /bin/sleep 60 & echo $!"]);
    const pids = await announced(tree, 1);
    await tree.exited;
    expect(pids.map((pid) => readProcess(pid)?.group === tree.pid)).toEqual([false]);
    await endTree(tree);
    expect(pids.map(isAlive)).toEqual([false]);
  });

  test("when it forks again on SIGTERM", async () => {
    const tree = await start([
      "sh",
      "-c",
      "trap 'setsid sleep 60 & echo $!' TERM; echo 0; while :; do sleep 0.1; done",
    ]);
    await announced(tree, 1);
    const ended = endTree(tree);
    const pids = await announced(tree, 1);
    await ended;
    expect(pids.map(isAlive)).toEqual([false]);
  });

  test("when the signal aborts", async () => {
    const stop = new AbortController();
    const tree = await start(["sh", "-c", "sleep 60 & echo $!; wait"], stop.signal);
    const pids = await announced(tree, 1);
    stop.abort();
    await endTree(tree);
    expect(pids.map(isAlive)).toEqual([false]);
  });

  test("and lets a process that obeys SIGTERM clean up first", async () => {
    const tree = await start([
      "sh",
      "-c",
      "trap 'echo 7; exit 0' TERM; echo 1; while :; do sleep 0.05; done",
    ]);
    await announced(tree, 1);
    const ended = endTree(tree);
    expect(await announced(tree, 1)).toEqual([7]);
    await ended;
    expect(await tree.exited).toEqual({ code: 0, signal: null });
  });

  test("and does not touch another tree", async () => {
    const [one, other] = [await start(["sleep", "60"]), await start(["sleep", "60"])];
    await endTree(one);
    expect([one.pid, other.pid].map(isAlive)).toEqual([false, true]);
  });
});
