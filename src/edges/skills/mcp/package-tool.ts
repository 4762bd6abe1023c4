import { delimiter } from "node:path";
import { untilAborted } from "../../../job/until-aborted.ts";
import { deadline } from "../deadline.ts";
import { lineReader } from "../line-reader.ts";
import { endTree, type ProcessTree } from "../process-tree.ts";
import { pathOutside, programOutside } from "../program-outside.ts";
import type { Starter } from "../starter.ts";

/** Milliseconds one command may take. */
const timeoutMs = 300_000;
const keptLines = 15;
const keptLineBytes = 1_000;

/** What a package manager needs of the host to reach a registry; none of it configures the manager itself. */
const keptVariables = [
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

export type PackageToolOptions = {
  readonly tool: "npm" | "uv";
  readonly args: readonly string[];
  /** A directory of our own. */
  readonly directory: string;
  /** What configures it, in place of every setting of the host, its user and the workspace. */
  readonly settings: Readonly<Record<string, string>>;
  /** The manager's own cache, and the hosts of its registry. */
  readonly needs: InstallNeeds;
  readonly workspace: string;
  /** The host's environment, to pick from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Starts a process that may write to these folders, and reach these hosts. */
  readonly startInstall: (allowed: InstallNeeds) => Starter;
  readonly signal: AbortSignal;
};

/** What a package manager needs: its folders, and the hosts of its registry. */
export type InstallNeeds = { readonly writable: readonly string[]; readonly hosts: readonly string[] };

/** `lines` are its last ones, of stdout and stderr together. */
export type PackageToolResult =
  | { readonly type: "done" }
  /** It is not on the PATH. */
  | { readonly type: "missing"; readonly because: string; readonly lines: "" }
  | { readonly type: "failed"; readonly because: string; readonly lines: string };

/** Runs a package manager. Neither it nor any program it looks up is taken from the workspace. */
export const runPackageTool = async (options: PackageToolOptions): Promise<PackageToolResult> => {
  const { tool, workspace, environment } = options;
  const { PATH = "" } = environment;
  const command = programOutside(tool, { path: PATH, workspace });
  if (command === undefined) {
    return { type: "missing", because: `there is no ${tool} on the PATH outside the workspace`, lines: "" };
  }
  const kept = keptVariables.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const env = {
    ...Object.fromEntries(kept),
    PATH: pathOutside(PATH, workspace).join(delimiter),
    ...options.settings,
  };
  using time = deadline(timeoutMs, options.signal);
  let lines: readonly string[] = [];
  const onLine = (line: string): void => {
    lines = [...lines.slice(1 - keptLines), line];
  };
  try {
    const { args, directory: cwd } = options;
    const { writable, hosts } = options.needs;
    const start = options.startInstall({ writable: [cwd, ...writable], hosts });
    const tree = await start({ command, args, cwd, env }, "none");
    const result = await exitOf(tree, time.signal, onLine);
    if (result.code === 0) return { type: "done" };
    const because =
      result.code === null ? `was ended by ${result.signal}` : `exited with code ${result.code}`;
    return { type: "failed", because: `${tool} ${because}`, lines: lines.join("\n") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const because = time.passed() ? `${tool} took longer than ${timeoutMs / 1000} s` : reason;
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
