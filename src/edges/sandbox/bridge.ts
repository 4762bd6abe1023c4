/**
 * Runs inside a sandbox whose only network is its own loopback: `bridge <unix socket> <port> -- <command> <args...>`.
 * It passes every connection to 127.0.0.1:<port> on to the socket, and ends as the command ends. A program of its own,
 * bundled by itself, whose start is paid by every sandboxed process: Node's own modules only, and few of them.
 */
import { spawn } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import { constants } from "node:os";

const [socketPath = "", port = "", separator, command = "", ...args] = process.argv.slice(2);

const fail = (message: string, code: number): never => {
  process.stderr.write(`expert-stack sandbox: ${message}\n`);
  process.exit(code);
};

const passOn = (near: Socket): void => {
  const far = connect({ path: socketPath, allowHalfOpen: true });
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
  }
};

/** As the shell counts: 127 for no such program, 126 for one that cannot be run, 128 and the number of a signal. */
const run = (): void => {
  const child = spawn(command, args, { stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    if (child.pid !== undefined) return;
    const isMissing = "code" in error && error.code === "ENOENT";
    fail(`cannot start ${command} (${error.message})`, isMissing ? 127 : 126);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Still here: the first process of a pid namespace does not die of its own signals.
    process.exit(128 + constants.signals[signal]);
  });
};

if (separator !== "--" || command === "")
  fail("usage: bridge <unix socket> <port> -- <command> <args...>", 64);
createServer({ allowHalfOpen: true, noDelay: true }, passOn)
  .on("error", (error) => fail(`cannot listen on 127.0.0.1:${port} (${error.message})`, 125))
  .listen(Number(port), "127.0.0.1", run);
