import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { listen, readAll, tcpServer, temporaryDirectory } from "./egress/egress-fixture.ts";
import { freePort, startBridge } from "./start-bridge.ts";

const run = async (command: readonly string[], options: Parameters<typeof startBridge>[1] = {}) =>
  startBridge(["/nonexistent.sock", String(await freePort()), "--", ...command], options).ended;

describe("given a command", () => {
  it("it has the bridge's environment and standard streams, and its arguments as they are", async () => {
    const script = 'echo "$GREETING $1" && cat && echo problem >&2';
    const result = await run(["sh", "-c", script, "sh", "two words; $HOME"], {
      env: { GREETING: "hello" },
      stdin: "typed",
    });
    expect(result).toEqual({
      code: 0,
      signal: null,
      stdout: "hello two words; $HOME\ntyped",
      stderr: "problem\n",
    });
  });

  it("its exit code is the bridge's", async () => {
    expect(await run(["sh", "-c", "exit 37"])).toMatchObject({ code: 37, signal: null });
  });

  it("the signal it dies of is the bridge's", async () => {
    expect(await run(["sh", "-c", "kill -TERM $$"])).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(await run(["sh", "-c", "kill -KILL $$"])).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s is passed on to it, and it may refuse to die",
    async (signal) => {
      const script = `trap 'echo caught; exit 5' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const running = startBridge(["/nonexistent.sock", String(await freePort()), "--", "sh", "-c", script]);
      await expect.poll(running.stdout, { timeout: 5_000 }).toContain("ready");
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({ code: 5, stdout: "ready\ncaught\n" });
    },
  );
});

describe("given that the command cannot be run", () => {
  it("since there is none of this name, it exits with 127 and says so in a line", async () => {
    expect(await run(["no-such-program"])).toMatchObject({
      code: 127,
      stderr: "expert-stack sandbox: cannot start no-such-program (spawn no-such-program ENOENT)\n",
    });
  });

  it("since it is no program, it exits with 126", async () => {
    expect(await run([import.meta.dirname])).toMatchObject({
      code: 126,
      stderr: expect.stringContaining("EACCES"),
    });
  });

  it("since the port is taken, it exits with 125 and the command is not started", async () => {
    await using taken = await listen(createServer());
    const result = await startBridge(["/nonexistent.sock", String(taken.port), "--", "echo", "started"])
      .ended;
    expect(result).toMatchObject({ code: 125, stdout: "", stderr: expect.stringContaining("EADDRINUSE") });
  });

  it.each([[["/x.sock", "1"]], [["/x.sock", "1", "true"]], [["/x.sock", "1", "--"]]])(
    "since it is called with %j, it exits with 64 and its usage",
    async (args) => {
      expect(await startBridge(args).ended).toMatchObject({
        code: 64,
        stderr: expect.stringContaining("usage: bridge"),
      });
    },
  );
});

describe("given a connection to the port", () => {
  const holding = async (socketPath: string) => {
    const port = await freePort();
    const running = startBridge([socketPath, String(port), "--", "sh", "-c", "echo ready; exec sleep 60"]);
    await expect.poll(running.stdout, { timeout: 5_000 }).toContain("ready");
    return {
      port,
      running,
      async [Symbol.asyncDispose]() {
        running.child.kill("SIGTERM");
        await running.ended;
      },
    };
  };

  it("its bytes and its half-close arrive at the socket, and the answer comes back", async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "s.sock");
    const server = tcpServer(async (socket) => {
      const received = Buffer.concat(await socket.toArray());
      socket.end(`got ${received.length}`);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await using held = await holding(path);
    const answers = Array.from({ length: 3 }, () => {
      const socket = connect({ port: held.port, host: "127.0.0.1", allowHalfOpen: true });
      socket.end(Buffer.alloc(3_000_000));
      return readAll(socket);
    });
    for (const answer of await Promise.all(answers)) expect(answer.toString()).toBe("got 3000000");
    server.close();
  });

  it("the socket's half-close arrives, and what is sent after it does, too", async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "s.sock");
    const received = Promise.withResolvers<number>();
    const server = tcpServer(async (socket) => {
      socket.end("done");
      received.resolve(Buffer.concat(await socket.toArray()).length);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await using held = await holding(path);
    const socket = connect({ port: held.port, host: "127.0.0.1", allowHalfOpen: true });
    expect((await readAll(socket)).toString()).toBe("done");
    await sleep(50);
    socket.end(Buffer.alloc(5_000));
    expect(await received.promise).toBe(5_000);
    server.close();
  });

  it("it is closed when the proxy is not there, and the command goes on", async () => {
    await using held = await holding("/nonexistent.sock");
    for (let round = 0; round < 2; round++) {
      const socket = connect(held.port, "127.0.0.1").on("error", () => undefined);
      expect(await readAll(socket)).toHaveLength(0);
    }
    expect(held.running.child.exitCode).toBeNull();
  });
});
