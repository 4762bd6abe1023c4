import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Terminal } from "./terminal.ts";

/**
 * One program for both: with a command it is the command line; without one, inside a workflow step, the action.
 */
export const main = async (): Promise<void> => {
  const argv = process.argv.slice(2);
  const isStep = argv.length === 0 && process.env.GITHUB_ACTIONS === "true";
  const stop = stopSignal();
  await obeyProxyVariables(process.env);
  if (isStep) {
    const { runAction } = await import("./action.ts");
    process.exitCode = await runAction(process.env, stop);
  } else {
    cacheCompiledCode(process.env.XDG_CACHE_HOME);
    const { runCli } = await import("./cli.ts");
    process.exitCode = await runCli(argv.length === 0 ? ["--help"] : argv, terminal(stop));
  }
};

const proxyVariables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] as const;

/** Node's own proxy support, from Node 24 on; the toolkit's brings an HTTP client of 300 KB for it. */
const obeyProxyVariables = async (environment: NodeJS.ProcessEnv): Promise<void> => {
  if (!proxyVariables.some((name) => environment[name])) return;
  const http = await import("node:http");
  if ("setGlobalProxyFromEnv" in http) http.setGlobalProxyFromEnv();
  else process.stderr.write("warning: this Node has no proxy support; requests go out directly.\n");
};

/**
 * Lets Node keep compiled code in the user's own cache from the second start on. Not in the action: its runner is
 * new each time, and what an Expert's program could write there must never be loaded by `post`.
 */
const cacheCompiledCode = (cache: string | undefined): void => {
  enableCompileCache(join(cache || join(homedir(), ".cache"), "expert-stack", "compiled"));
};

/**
 * Aborts on the first SIGINT or SIGTERM, with the signal's name as reason, and when nobody reads standard output
 * any more. A second signal ends the process at once, as people expect of Ctrl-C.
 */
const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(name);
    });
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    controller.abort("SIGPIPE");
  });
  return controller.signal;
};

const terminal = (stop: AbortSignal): Terminal => ({
  environment: { ...process.env },
  cwd: process.cwd(),
  stdoutIsTerminal: process.stdout.isTTY === true,
  stderrIsTerminal: process.stderr.isTTY === true && process.env.TERM !== "dumb",
  columns: process.stderr.columns ?? 80,
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
  stop,
});
