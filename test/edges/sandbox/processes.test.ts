import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSandbox } from "../../../src/edges/sandbox/open-sandbox.ts";
import { endTree, spawnTree } from "../../../src/edges/skills/process-tree.ts";
import type { SandboxTier } from "../../../src/job/sandbox-tier.ts";
import { missingForSituations } from "../../helpers/situation.ts";

/** Folders of groups that a child of the process is in. */
const joinedGroups = (pid: number): readonly string[] => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  const lines = children.map((child) => readFileSync(`/proc/${child}/cgroup`, "utf8")).join("\n");
  return [...lines.matchAll(/^\d+:(pids|memory):(\/.*es-sandbox-of-\d+-\w{8})$/gm)].map(
    ([, controllers = "", path = ""]) => join("/sys/fs/cgroup", controllers, path),
  );
};

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return !/^\S+ \S+ cgroup ro\b/m.test(readFileSync("/proc/mounts", "utf8"));
  } catch {
    return false;
  }
};

const missing = missingForSituations;
if (missing.length > 0) process.stderr.write(`skipped: processes in each tier: ${missing.join("; ")}\n`);

/** Where this machine lets a group be made that limits processes or memory. */
const groups = readFileSync("/proc/self/cgroup", "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, controllers, path = ""] = /^\d+:(pids|memory):(\/.*)$/.exec(line) ?? [];
    return controllers === undefined ? [] : [join("/sys/fs/cgroup", controllers, path)];
  })
  .filter(isWritable);
if (groups.length === 0)
  process.stderr.write("skipped: control groups: none of version 1 can be made here\n");

const open = async (tier: SandboxTier, files: Readonly<Record<string, string>> = {}) => {
  const root = mkdtempSync(join(tmpdir(), "processes-"));
  const workspace = join(root, "work");
  mkdirSync(workspace);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), content);
  }
  const { sandbox, tried } = await openSandbox({
    ...{ mode: "auto", network: "enforced", checkout: workspace, workspace, hidden: [] },
    ...{ home: "/nonexistent", searchPath: "/usr/bin:/bin", temporary: root, tiers: [tier] },
  });
  expect([sandbox.tier, tried]).toEqual([tier, expect.anything()]);
  onTestFinished(async () => {
    await sandbox[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });
  const start = async (script: string, env: Readonly<Record<string, string>> = {}) => {
    const entered = await sandbox.enter(
      { command: "sh", args: ["-c", script], cwd: workspace, env: { PATH: "/usr/bin:/bin", ...env } },
      {
        workspace: { path: workspace, access: "write" },
        checkout: "visible",
        ...{ readable: [], writable: [], hosts: [], addresses: "public" },
        onAccess: () => undefined,
        warn: () => undefined,
      },
    );
    const tree = await spawnTree({ ...entered.launch, stdin: "pipe" });
    return { tree, out: text(tree.stdout), err: text(tree.stderr) };
  };
  return { start, workspace };
};

describe.skipIf(missing.length > 0).each(["bubblewrap", "namespaces"] as const)("a process in %s", (tier) => {
  test.each([
    ["exit 0", 0],
    ["exit 7", 7],
    ["kill -KILL $$", 137],
    ["kill -TERM $$", 143],
    ["kill -INT $$; exit 0", 130],
  ])("that does `%s` ends with %i", async (script, code) => {
    const { start } = await open(tier);
    const { tree, err } = await start(script);
    expect([(await tree.exited).code, await err]).toEqual([code, ""]);
  });

  test("sees nothing in the root folder that is not the system's, and no socket outside what it is shown", async () => {
    const [root, folder] = [mkdtempSync("/data-"), mkdtempSync("/var/lib/sockets-")];
    onTestFinished(() => {
      for (const path of [root, folder]) rmSync(path, { recursive: true });
    });
    writeFileSync(join(root, "key"), "canary");
    const server = createServer((socket) => socket.end("reached"));
    await new Promise<void>((resolve) => server.listen(join(folder, "s.sock"), resolve));
    onTestFinished(() => void server.close());
    const { start } = await open(tier);
    const { out } = await start(`cat ${root}/key; ls -A ${root} /srv /mnt; perl -MIO::Socket::UNIX -e '
      print IO::Socket::UNIX->new(Peer => "${join(folder, "s.sock")}") ? "reached" : "closed"'`);
    expect(await out).toMatch(/closed$/);
    expect(await out).not.toMatch(/canary|key/);
  });

  test.skipIf(groups.length === 0)(
    "is in a group whose processes and memory are limited together",
    async () => {
      const { start } = await open(tier);
      const { tree } = await start("sleep 20");
      await expect.poll(() => joinedGroups(tree.pid).length).toBeGreaterThan(0);
      const members = joinedGroups(tree.pid);
      const limits = members.flatMap((folder) =>
        ["pids.max", "memory.limit_in_bytes", "memory.max"]
          .map((name) => join(folder, name))
          .filter((path) => existsSync(path))
          .map((path) => readFileSync(path, "utf8").trim()),
      );
      expect(limits).toContain("8192");
      expect(limits.some((limit) => Number(limit) > 2 ** 29)).toBe(true);
      await endTree(tree);
      for (const folder of members) expect(readFileSync(join(folder, "cgroup.procs"), "utf8")).toBe("");
    },
  );

  test("gets the environment it was given, whatever stands in it, and nothing else", async () => {
    const odd = {
      QUOTES: `it's "so" \\n $HOME \`id\``,
      LINES: "a\n\nb\n",
      EMPTY: "",
      LD_PRELOAD: "/no.so",
    };
    const { start } = await open(tier);
    const { tree, out, err } = await start(
      'printf "%s|" "$QUOTES" "$LINES" "$EMPTY"; env | cut -d= -f1 | sort',
      odd,
    );
    expect((await tree.exited).code).toBe(0);
    const [quotes, lines, empty, names = ""] = (await out).split("|");
    expect([quotes, lines, empty]).toEqual([odd.QUOTES, odd.LINES, ""]);
    for (const name of names.split("\n")) {
      expect(["", "b", "PATH", "PWD", "_", "SHLVL", "EXPERT_STACK_TREE", ...Object.keys(odd)]).toContain(
        name,
      );
    }
    // Loaded by the program and by nothing before it: each program inside complains once of what is not there.
    expect(await err).not.toMatch(/bwrap|setpriv|unshare|mount/);
  });

  test("hears the end of its input", async () => {
    const { start } = await open(tier);
    const { tree, out } = await start("cat; echo over");
    tree.stdin.end("x");
    expect((await tree.exited).code).toBe(0);
    expect(await out).toBe("xover\n");
  });

  test("is told to end before it is ended", async () => {
    const { start } = await open(tier);
    const { tree, out } = await start(
      "trap 'sleep 0.1; echo cleaned; exit 3' TERM; echo up; while :; do sleep 0.02; done",
    );
    await new Promise((resolve) => tree.stdout.once("data", resolve));
    await endTree(tree);
    expect(await out).toContain("cleaned");
  });

  test("starts in a repository of many submodules, none of whose credentials it sees", async () => {
    const secret = "[http]\n\textraheader = basic c2VjcmV0\n";
    const modules = Array.from({ length: 60 }, (_, index) => [
      [`.git/modules/lib-${index}/config`, secret],
      [`.git/modules/lib-${index}/HEAD`, "ref: refs/heads/main\n"],
    ]).flat();
    const odd = [[".git/modules/p/HEAD/q/config", secret]];
    const { start } = await open(tier, Object.fromEntries([[".git/config", secret], ...modules, ...odd]));
    const { tree, out } = await start("grep -r c2VjcmV0 .git; echo $?");
    expect((await tree.exited).code).toBe(0);
    expect(await out).toBe("1\n");
  });
});
