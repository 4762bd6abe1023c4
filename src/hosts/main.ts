import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { hideVariables } from "./hide-variables.ts";
import { keepMemoryLow } from "./memory.ts";
import type { Terminal } from "./terminal.ts";

/**
 * One program for both: with a command it is the command line; without one, inside a workflow step, the action.
 */
export const main = async (): Promise<void> => {
  if (isTooOld(process.versions.node)) {
    process.stderr.write(
      `error: expert-stack needs Node.js ${oldestNode.join(".")} or newer; this is ${process.version}.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const argv = process.argv.slice(2);
  const isStep = argv.length === 0 && process.env.GITHUB_ACTIONS === "true";
  const stop = stopSignal(isStep ? "step" : "terminal");
  forgetEmptyAddresses(process.env);
  await obeyProxyVariables(process.env);
  keepMemoryLow();
  if (isStep) {
    const { runAction } = await import("./action.ts");
    process.exitCode = await runAction(process.env, stop);
  } else {
    cacheCompiledCode(process.env.XDG_CACHE_HOME);
    const { runCli } = await import("./cli.ts");
    process.exitCode = await runCli(argv.length === 0 ? ["--help"] : argv, terminal(stop));
  }
};

/** As `engines` in package.json says. */
const oldestNode = [22, 12] as const;

const isTooOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
};

/**
 * A workflow variable that is not set arrives as an empty one. The AI SDK's packages look at their addresses as they are
 * loaded, and fail on these.
 */
const forgetEmptyAddresses = (environment: NodeJS.ProcessEnv): void => {
  for (const [name, value] of Object.entries(environment)) {
    if (name.endsWith("_BASE_URL") && value?.trim() === "") delete environment[name];
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

/** Milliseconds within which one Ctrl-C may arrive twice: from the terminal, and from the npm that started us. */
const samePressMs = 300;

/**
 * Aborts on the first SIGINT, SIGTERM or SIGHUP (the terminal is gone), with the signal's name as reason, and when nobody reads what it prints
 * any more. In a terminal a later one ends the process at once, as people expect of a second Ctrl-C. A runner sends
 * SIGTERM after SIGINT to a step that has not ended and kills it afterwards: a step saves for as long as it may.
 */
const stopSignal = (host: "step" | "terminal"): AbortSignal => {
  const controller = new AbortController();
  let stoppedAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      stoppedAt = performance.now();
      controller.abort(name);
    } else if (host === "terminal" && performance.now() - stoppedAt > samePressMs) process.exit(130);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      controller.abort("SIGPIPE");
    });
  }
  return controller.signal;
};

const terminal = (stop: AbortSignal): Terminal => ({
  environment: { ...process.env },
  hide: (variables) => hideVariables(process.env, variables),
  cwd: process.cwd(),
  stdoutIsTerminal: process.stdout.isTTY === true,
  stderrIsTerminal: process.stderr.isTTY === true && process.env.TERM !== "dumb",
  // A terminal that does not know its width says 0.
  columns: process.stderr.columns || 80,
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
  stop,
});
