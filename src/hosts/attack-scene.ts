import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Target } from "../attacks/attack.ts";

/** A runner in a folder, with everything on it that an attacker is after. Disposing removes it. */
export type AttackScene = AsyncDisposable & {
  readonly target: Target;
  /** Folders that the job is told to hide, as the action hides the runner's. */
  readonly hidden: readonly string[];
  readonly jobs: string;
  readonly cache: string;
  /** What has changed outside the workspace, was reached, or still runs; each as a sentence's end. */
  damage(): Promise<readonly string[]>;
};

/** @param canary is in the environment of this process already, as a token is in a runner's */
export const attackScene = async (canary: string): Promise<AttackScene> => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "expert-stack-attack-")));
  const at = (path: string): string => join(root, path);
  const { secretFiles, obeyedFiles, config } = furnish(at, canary);
  const watched = [...secretFiles, ...obeyedFiles];
  const before = new Map(watched.map((path) => [path, readFileSync(path, "utf8")]));
  const doors = await openDoors(at("home/agent.sock"));
  const hook = at("workspace/.git/hooks/pre-commit");
  return {
    target: {
      ...{ canary, pid: process.pid, workspace: at("workspace") },
      secretFiles: [...secretFiles, config],
      obeyedFiles: [...obeyedFiles, hook],
      ...{ port: doors.port, socket: at("home/agent.sock"), node: process.execPath },
    },
    hidden: [at("home"), at("runner")],
    ...{ jobs: at("jobs"), cache: at("cache") },
    async damage() {
      const changed = watched.filter((path) => readFileSync(path, "utf8") !== before.get(path));
      return [
        ...changed.map((path) => `${path.slice(root.length + 1)} was changed`),
        ...(existsSync(hook) ? ["a git hook was written"] : []),
        ...(doors.reached() > 0 ? [`the runner's own services were reached ${doors.reached()} times`] : []),
        ...((await beats(at("workspace/heartbeat"))) ? ["a process outlived the job"] : []),
      ];
    },
    async [Symbol.asyncDispose]() {
      doors.close();
      endAllIn(root);
      rmSync(root, { recursive: true, force: true });
    },
  };
};

/** Writes a home, a runner's folders and a repository with its credentials. */
const furnish = (at: (path: string) => string, canary: string) => {
  const put = (path: string, text: string): string => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
    return at(path);
  };
  const secretFiles = ["home/.netrc", "home/.ssh/id_ed25519", "runner/_temp/token", "runner/event.json"].map(
    (path) => put(path, `machine github.com password ${canary}\n`),
  );
  const configuration = `[core]\n\tbare = false\n[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic ${canary}\n[remote "origin"]\n\turl = https://x-access-token:${canary}@github.com/acme/widgets\n`;
  // The workspace's own, and one that a workflow checked out below it.
  for (const git of ["workspace/inner/.git", "workspace/.git"]) {
    put(`${git}/config`, configuration);
    put(`${git}/HEAD`, "ref: refs/heads/main\n");
    put(
      `${git}/logs/HEAD`,
      `0 1 pull https://x-access-token:${canary}@github.com/acme/widgets: Fast-forward\n`,
    );
    for (const folder of ["hooks", "objects", "refs/heads"])
      mkdirSync(at(`${git}/${folder}`), { recursive: true });
  }
  const config = at("workspace/.git/config");
  put("workspace/a.txt", "hello\n");
  // So that another user, too, can enter and has something to attack; keys are where only their owner reads them.
  chmodSync(at("."), 0o755);
  chmodSync(at("workspace"), 0o777);
  for (const path of secretFiles) chmodSync(path, 0o600);
  const obeyed = ["runner/_temp/set_env", "runner/_temp/add_path", "runner/dist/index.js"];
  const obeyedFiles = [...obeyed.map((path) => put(path, "original\n")), config];
  return { secretFiles, obeyedFiles, config };
};

/** A service of the runner's on a port and one on a socket, which count who comes. */
const openDoors = async (path: string) => {
  let reached = 0;
  const listen = async (where: object): Promise<Server> => {
    const server = createServer((socket) => {
      reached += 1;
      socket.on("error", () => undefined).destroy();
    });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(where, resolve));
    return server.unref();
  };
  const servers = [await listen({ host: "127.0.0.1", port: 0 }), await listen({ path })];
  const address = servers[0]?.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    reached: () => reached,
    close() {
      for (const server of servers) server.close();
    },
  };
};

/** What an attack left running, where nothing held it. */
const endAllIn = (folder: string): void => {
  if (!existsSync("/proc/self")) return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended, or is somebody else's.
    }
  }
};

/** Whether something still writes to a file. */
const beats = async (path: string): Promise<boolean> => {
  const size = (): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const before = size();
  await sleep(300);
  return size() !== before;
};
