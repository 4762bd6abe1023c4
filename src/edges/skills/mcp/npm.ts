import { delimiter, join } from "node:path";
import { deadline, untilAborted } from "../deadline.ts";
import { endTree, type ProcessTree, spawnTree } from "../process-tree.ts";
import { pathOutside, programOutside } from "../program-outside.ts";
import { lineReader } from "./line-reader.ts";

/** Milliseconds one npm command may take. */
const npmTimeoutMs = 300_000;
const keptLines = 15;
const keptLineBytes = 1_000;

/** What npm needs of the host to reach a registry; none of it configures npm itself. */
const npmVariables = [
  "HOME",
  "LANG",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
] as const;

export type NpmOptions = {
  readonly args: readonly string[];
  /** A directory of our own, with a `package.json`: npm takes the nearest one above as its project. */
  readonly directory: string;
  /** Kept between installs. */
  readonly cache: string;
  readonly workspace: string;
  /** The host's environment, to pick from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

/** `lines` are npm's last ones, of stdout and stderr together. */
export type NpmResult =
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly because: string; readonly lines: string };

/**
 * Runs npm with neutral configuration: no user, global or environment setting applies, and neither npm nor the node
 * it runs on is taken from the workspace.
 */
export const runNpm = async (options: NpmOptions): Promise<NpmResult> => {
  const { PATH = "" } = options.environment;
  const path = pathOutside(PATH, options.workspace);
  const npm = programOutside("npm", { path: PATH, workspace: options.workspace });
  if (npm === undefined) {
    return { type: "failed", because: "there is no npm on the PATH outside the workspace", lines: "" };
  }
  using time = deadline(npmTimeoutMs, options.signal);
  let lines: readonly string[] = [];
  try {
    const tree = await spawnTree({
      command: npm,
      args: options.args,
      cwd: options.directory,
      env: npmEnvironment(options, path),
      stdin: "none",
    });
    const result = await exitOf(tree, time.signal, (line) => {
      lines = [...lines.slice(1 - keptLines), line];
    });
    if (result.code === 0) return { type: "done" };
    const because =
      result.code === null ? `was ended by ${result.signal}` : `exited with code ${result.code}`;
    return { type: "failed", because: `npm ${because}`, lines: lines.join("\n") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const because = time.passed() ? `npm took longer than ${npmTimeoutMs / 1000} s` : reason;
    return { type: "failed", because, lines: lines.join("\n") };
  }
};

const exitOf = async (tree: ProcessTree, signal: AbortSignal, onLine: (line: string) => void) => {
  for (const stream of [tree.stdout, tree.stderr]) {
    const reader = lineReader(keptLineBytes, ({ text }) => text.trim() !== "" && onLine(text));
    stream.on("data", (chunk: Buffer) => reader.push(chunk)).once("close", () => reader.end());
  }
  const closed = [tree.stdout, tree.stderr].map(
    (stream) => new Promise<void>((resolve) => stream.once("close", () => resolve())),
  );
  try {
    const exit = await untilAborted(tree.exited, signal);
    await endTree(tree);
    await Promise.all(closed);
    return exit;
  } finally {
    await endTree(tree);
  }
};

const npmEnvironment = (options: NpmOptions, path: readonly string[]): Readonly<Record<string, string>> => {
  const kept = npmVariables.flatMap((name) => {
    const value = options.environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    npm_config_userconfig: join(options.directory, "no-user-npmrc"),
    npm_config_globalconfig: join(options.directory, "no-global-npmrc"),
    npm_config_cache: options.cache,
    npm_config_update_notifier: "false",
  };
};
