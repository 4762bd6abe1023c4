import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { type Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { listProcesses, type ProcessEntry, readProcess, startedWith } from "./process-table.ts";

/**
 * A process with everything it starts, directly or not. Whoever starts one ends it with `endTree`, also after the
 * first process has exited: its children may go on.
 */
export type ProcessTree = {
  /** The first process; also the number of its process group and of its session. */
  readonly pid: number;
  /** With `stdin: "none"` the process reads end of file, and what is written here is dropped. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The first process's end. Never rejects. A grandchild may hold `stdout` open for longer. */
  readonly exited: Promise<ProcessExit>;
};

/** Exactly one of the two is set. */
export type ProcessExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type SpawnTreeOptions = {
  /** Looked up in `env.PATH`; no shell is involved. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. One marker variable, `EXPERT_STACK_TREE`, is added. */
  readonly env: Readonly<Record<string, string>>;
  /** `none` gives `/dev/null`: programs such as ripgrep read any other input instead of the directory. */
  readonly stdin: "pipe" | "none";
  /** Ends the tree when it aborts, with half a second of grace; await `endTree` to know that it is gone. */
  readonly signal?: AbortSignal;
  /** Gives back what the tree needed of others. Called once, when its first process has ended; `endTree` waits for it. */
  readonly release?: () => PromiseLike<void>;
};

const defaultGraceMs = 500;

/**
 * Starts a process in a process group and session of its own.
 *
 * @throws the signal's reason when it has aborted already; Node's own error (`ENOENT`, `EACCES`) when the process
 *   does not start.
 */
export const spawnTree = async (options: SpawnTreeOptions): Promise<ProcessTree> => {
  options.signal?.throwIfAborted();
  const marker = `${markerName}=${randomUUID()}`;
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...options.env, [markerName]: marker.slice(markerName.length + 1) },
    stdio: [options.stdin === "none" ? "ignore" : "pipe", "pipe", "pipe"],
    detached: true,
    windowsHide: true,
  });
  // Read before the event loop turns: until then even a process that has exited is still in the table.
  const startTicks = child.pid === undefined ? 0 : (readProcess(child.pid)?.startTicks ?? 0);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  // From here on an "error" is only a signal that could not be sent, which `endTree` finds out by itself.
  child.on("error", () => undefined);
  const stdin = child.stdin ?? new Writable({ write: (_chunk, _encoding, done) => done() });
  // A process that stops reading is not a failure of the writer; its exit says what happened.
  stdin.on("error", () => undefined);
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new TypeError("spawned without pipes");
  const tree: ProcessTree = { pid, stdin, stdout, stderr, exited };
  origins.set(tree, { marker, startTicks });
  if (living.size === 0) process.once("exit", killLiving);
  living.add(tree);
  if (options.release !== undefined) releases.set(tree, exited.then(options.release));
  if (options.signal !== undefined) endOnAbort(tree, options.signal);
  return tree;
};

/**
 * Ends every process of a tree: SIGTERM, then after `graceMs` SIGKILL until none is left. Takes no time when none is
 * left already, and at most `graceMs` and one second. A second call waits for the first.
 *
 * On Linux a process belongs to the tree by session, by process group, by its parents, or by the marker in its
 * environment, so one that calls `setsid` or forks twice is found. One that leaves its session, is orphaned **and**
 * wipes its environment is not: only a pid namespace holds it. Elsewhere only the process group is known.
 *
 * @returns the pids that could not be ended (they are another user's, or hang in the kernel); normally none.
 */
export const endTree = (
  tree: ProcessTree,
  options: { readonly graceMs: number } = { graceMs: defaultGraceMs },
): Promise<readonly number[]> => {
  const ending = endings.get(tree) ?? end(tree, options.graceMs);
  endings.set(tree, ending);
  return ending;
};

type Origin = { readonly marker: string; readonly startTicks: number };

const markerName = "EXPERT_STACK_TREE";
const origins = new WeakMap<ProcessTree, Origin>();
const endings = new WeakMap<ProcessTree, Promise<readonly number[]>>();
const releases = new WeakMap<ProcessTree, Promise<void>>();
const living = new Set<ProcessTree>();

/** This process ends without having ended its trees: at a second Ctrl-C, or by a defect. There is no time to ask. */
const killLiving = (): void => {
  for (const tree of living) signalAll(tree, memberFinder(tree)(), "SIGKILL");
};

const killWithinMs = 1_000;

const endOnAbort = (tree: ProcessTree, signal: AbortSignal): void => {
  const onAbort = () => void endTree(tree);
  signal.addEventListener("abort", onAbort, { once: true });
  void tree.exited.then(() => signal.removeEventListener("abort", onAbort));
  if (signal.aborted) onAbort();
};

const end = async (tree: ProcessTree, graceMs: number): Promise<readonly number[]> => {
  const members = memberFinder(tree);
  let alive = members();
  signalAll(tree, alive, "SIGTERM");
  const graceEnds = performance.now() + graceMs;
  for (; alive.length > 0 && performance.now() < graceEnds; alive = members()) await sleep(10);
  const killEnds = performance.now() + killWithinMs;
  // Killed in rounds, since a process may start another one until it is itself dead.
  for (; alive.length > 0 && performance.now() < killEnds; alive = members()) {
    signalAll(tree, alive, "SIGKILL");
    await sleep(10);
  }
  // Dead is not yet reaped: wait for the exit to be known, so that not even a zombie is left.
  if (alive.length === 0) {
    await Promise.race([tree.exited.then(() => releases.get(tree)), sleep(200, undefined, { ref: false })]);
  }
  // A survivor would keep the pipes, and with them this process, open.
  else for (const stream of [tree.stdin, tree.stdout, tree.stderr]) stream.destroy();
  living.delete(tree);
  if (living.size === 0) process.off("exit", killLiving);
  return alive.map((member) => member.pid);
};

type Member = { readonly pid: number; readonly group: number };

/** Finds who is alive. It remembers whom it has seen: a process whose parent has died is still one of the tree. */
const memberFinder = (tree: ProcessTree): (() => readonly Member[]) => {
  const origin = origins.get(tree);
  if (origin === undefined) throw new TypeError("a tree that spawnTree did not start");
  if (!existsSync("/proc/self/stat")) {
    return () => (send(-tree.pid, 0) ? [{ pid: tree.pid, group: tree.pid }] : []);
  }
  const seen = new Map<number, number>();
  const known = (entry: ProcessEntry): boolean => seen.get(entry.pid) === entry.startTicks;
  const add = (entry: ProcessEntry): unknown => seen.set(entry.pid, entry.startTicks);
  return () => {
    const younger = listProcesses().filter((entry) => entry.startTicks >= origin.startTicks);
    // A number is free again only when its group and session are empty, so another owner means that they are.
    const reused = younger.some((entry) => entry.pid === tree.pid && entry.startTicks !== origin.startTicks);
    const isOurs = (entry: ProcessEntry): boolean =>
      (!reused && (entry.session === tree.pid || entry.group === tree.pid)) ||
      startedWith(entry.pid, origin.marker);
    younger.filter((entry) => !known(entry) && isOurs(entry)).forEach(add);
    for (let found = younger; found.length > 0; ) {
      const parents = new Set(younger.filter(known).map((entry) => entry.pid));
      found = younger.filter((entry) => !known(entry) && parents.has(entry.parent));
      found.forEach(add);
    }
    return younger.filter(known);
  };
};

const signalAll = (tree: ProcessTree, alive: readonly Member[], signal: NodeJS.Signals): void => {
  // The group at once, so that it cannot fork past us; then, one by one, those who left it.
  if (alive.some((member) => member.group === tree.pid)) send(-tree.pid, signal);
  for (const member of alive) if (member.group !== tree.pid) send(member.pid, signal);
};

/** @returns false when nobody is there or it may not be signalled. */
const send = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
};
