import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { ExpertStackError } from "../../../errors.ts";
import type { SkillEvent } from "../../../run/ports.ts";
import type { Launch } from "../../../run/sandbox-ports.ts";
import { deadline } from "../deadline.ts";
import type { ProcessTree } from "../process-tree.ts";
import type { Starter } from "../starter.ts";
import type { Connection } from "./connection.ts";
import { saidBy } from "./said-by.ts";
import { openSession, type Session } from "./session.ts";
import { type FailedStart, startHint } from "./start-hint.ts";
import type { StderrLog } from "./stderr-log.ts";
import { type StdioTransport, stdioTransport } from "./stdio-transport.ts";

/** Milliseconds a server has to answer a call that was cancelled, before it is ended. */
const cancelGraceMs = 500;

export type StdioConnectionOptions = {
  readonly runId: string;
  readonly skill: string;
  readonly launch: Launch;
  readonly start: Starter;
  readonly stderr: StderrLog;
  /** Milliseconds from the spawn until the tools are known. */
  readonly startTimeoutMs: number;
  /** What may have kept it from starting, besides itself. */
  readonly circumstances: () => Pick<FailedStart, "hosts" | "known" | "held" | "startsIn">;
  readonly emit: (event: SkillEvent) => void;
  readonly onTools: (tools: readonly Tool[]) => void;
};

/**
 * Starts a server as a process and gets to know it. Closing the connection ends its whole process tree.
 *
 * @throws ExpertStackError SKILL_START_FAILED with the server's last words; its processes are ended first
 */
export const connectStdio = async (
  options: StdioConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> => {
  const { runId, skill, launch, emit, onTools } = options;
  using time = deadline(options.startTimeoutMs, signal);
  emit({ type: "skillStarting", runId, skill, command: launch.command, args: launch.args });
  const started = performance.now();
  const tree = await spawned(options);
  const spawnMs = Math.round(performance.now() - started);
  let connected = false;
  const transport = stdioTransport({
    tree,
    stderr: options.stderr.reader(),
    onNoise: (line) => emit({ type: "note", level: "warning", text: noise(skill, line) }),
    onEnd: ({ by }) => {
      if (!connected) return;
      emit({ type: "skillDisconnected", runId, skill, reason: by === "us" ? "closed" : "exited" });
    },
  });
  const warn = (text: string) =>
    emit({ type: "note", level: "warning", text: `The skill "${skill}" ${text}` });
  try {
    const session = await openSession(transport, { signal: time.signal, onTools, warn });
    connected = true;
    const { server, handshakeMs, discoveryMs } = session;
    emit({ type: "skillConnected", runId, skill, server, spawnMs, handshakeMs, discoveryMs });
    return connectionOf(transport, session);
  } catch (cause) {
    const end = transport.ended();
    await transport.close();
    if (time.passed())
      throw startFailure(options, `did not start within ${options.startTimeoutMs / 1000} s`, cause);
    if (signal.aborted) throw startFailure(options, "was stopped while it started", cause);
    if (end?.by === "itself") throw startFailure(options, `${end.because} while it started`, cause);
    throw startFailure(options, `did not start: ${saidBy(cause)}`, cause);
  }
};

const connectionOf = (transport: StdioTransport, session: Session): Connection => ({
  callTool: session.callTool,
  async endCancelled() {
    if (await transport.cancelledAreAnswered(cancelGraceMs)) return "; the call was cancelled.";
    await transport.close();
    return " and its skill was stopped.";
  },
  ended: transport.ended,
  close: transport.close,
});

const spawned = async (options: StdioConnectionOptions): Promise<ProcessTree> => {
  try {
    return await options.start(options.launch, "pipe");
  } catch (cause) {
    throw isMissing(cause)
      ? noProgram(options, cause)
      : startFailure(options, `could not be started: ${saidBy(cause)}`, cause);
  }
};

/** The same error comes for a folder to start in that is not there, which is ours and always is. */
const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "ENOENT";

const noProgram = ({ skill, launch }: StdioConnectionOptions, cause: unknown): ExpertStackError => {
  const [program = "", ...rest] = launch.command.split(/\s+/);
  const place = program.includes("/") ? "" : " on the PATH";
  return new ExpertStackError({
    code: "SKILL_START_FAILED",
    message: `The skill "${skill}" could not be started: there is no program "${launch.command}"${place}.`,
    remedy:
      rest.length === 0
        ? "Install it, or correct the skill's `command`."
        : `\`command\` is one program: write command = "${program}" and the other words as \`args\`, or as \`packageName\` where it is npx or uvx.`,
    cause,
  });
};

const startFailure = (options: StdioConnectionOptions, what: string, cause: unknown): ExpertStackError => {
  const { command, args, cwd, env } = options.launch;
  const tail = options.stderr.tail();
  const words = tail === "" ? "It wrote nothing to stderr." : `Its last lines on stderr:\n${tail}`;
  return new ExpertStackError({
    code: "SKILL_START_FAILED",
    message: `The skill "${options.skill}" ${what}. ${words}`,
    remedy: startHint({
      ...{ command, args, cwd, words: tail, given: new Set(Object.keys(env)) },
      ...options.circumstances(),
    }),
    cause,
  });
};

const noise = (skill: string, line: string): string =>
  `The skill "${skill}" wrote to stdout what is no MCP message (its log belongs on stderr): ${line.slice(0, 200)}`;
