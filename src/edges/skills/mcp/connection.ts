import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import { ExpertStackError } from "../../../errors.ts";
import { longestWaitMs } from "../../../job/longest-wait.ts";
import type { ToolCallPart } from "../../../job/message.ts";
import type { SkillEvent } from "../../../run/ports.ts";
import { deadline } from "../deadline.ts";
import { type ProcessTree, spawnTree } from "../process-tree.ts";
import type { StderrLog } from "./stderr-log.ts";
import { type StdioTransport, stdioTransport, type TransportEnd } from "./stdio-transport.ts";
import { listAllTools } from "./tool-list.ts";

/** What is told to servers. */
export const clientInfo = { name: "expert-stack", version: "0.1.0" } as const;

/** The SDK's own deadline must never come first. */
const noSdkTimeout = longestWaitMs;

/** How a skill's process is started. */
export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

export type ConnectionOptions = {
  readonly runId: string;
  readonly skill: string;
  readonly launch: Launch;
  readonly stderr: StderrLog;
  /** Milliseconds from the spawn until the tools are known. */
  readonly startTimeoutMs: number;
  readonly emit: (event: SkillEvent) => void;
};

/** One living server with its tools known. */
export type Connection = {
  readonly tools: readonly Tool[];
  /** Rejects when the server answers with an error, when it ends, and when `signal` aborts. */
  callTool(call: ToolCallPart, signal: AbortSignal): Promise<CallToolResult>;
  readonly cancelledAreAnswered: StdioTransport["cancelledAreAnswered"];
  readonly ended: () => TransportEnd | undefined;
  /** Ends the server with its whole process tree. */
  close(): Promise<void>;
};

/**
 * Starts a server and gets to know it.
 *
 * @throws ExpertStackError SKILL_START_FAILED with the server's last words; its processes are ended first
 */
export const connect = async (options: ConnectionOptions, signal: AbortSignal): Promise<Connection> => {
  const { runId, skill, launch, emit } = options;
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
    const { peer, ...known } = await handshake(transport, { signal: time.signal, warn });
    connected = true;
    emit({ type: "skillConnected", runId, skill, spawnMs, ...known });
    const { ended, close, cancelledAreAnswered } = transport;
    return { ...peer, ended, close, cancelledAreAnswered };
  } catch (cause) {
    const end = transport.ended();
    await transport.close();
    if (time.passed())
      throw startFailure(options, `did not start within ${options.startTimeoutMs / 1000} s`, cause);
    if (signal.aborted) throw startFailure(options, "was stopped while it started", cause);
    if (end?.by === "itself") throw startFailure(options, `${end.because} while it started`, cause);
    throw startFailure(options, `did not start: ${messageOf(cause)}`, cause);
  }
};

const spawned = async (options: ConnectionOptions): Promise<ProcessTree> => {
  try {
    return await spawnTree({ ...options.launch, stdin: "pipe" });
  } catch (cause) {
    throw startFailure(options, `could not be started: ${messageOf(cause)}`, cause);
  }
};

type Handshake = {
  readonly peer: Pick<Connection, "tools" | "callTool">;
  readonly server: { readonly name: string; readonly version: string };
  readonly handshakeMs: number;
  readonly discoveryMs: number;
};

const handshake = async (
  transport: StdioTransport,
  options: { readonly signal: AbortSignal; readonly warn: (text: string) => void },
): Promise<Handshake> => {
  // Loaded here and nowhere else: a job without MCP skills does not pay for it.
  const [{ Client }, { CallToolResultSchema, ListToolsResultSchema }] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/types.js"),
  ]);
  const client = new Client(clientInfo, { capabilities: {} });
  const request = { signal: options.signal, timeout: noSdkTimeout };
  const started = performance.now();
  await client.connect(transport, request);
  const connected = performance.now();
  const hasTools = client.getServerCapabilities()?.tools !== undefined;
  // Not `client.listTools`: it compiles every tool's output schema, and one that does not compile ends it.
  const list = (cursor: string | undefined) =>
    client.request(
      { method: "tools/list", params: cursor === undefined ? {} : { cursor } },
      ListToolsResultSchema,
      request,
    );
  const tools = hasTools ? await listAllTools(list, options.warn) : [];
  const { name, version } = client.getServerVersion() ?? { name: "", version: "" };
  return {
    peer: {
      tools,
      callTool: (call, signal) =>
        client.request(
          { method: "tools/call", params: { name: call.tool, arguments: { ...call.args } } },
          CallToolResultSchema,
          { signal, timeout: noSdkTimeout },
        ),
    },
    server: { name, version },
    handshakeMs: Math.round(connected - started),
    discoveryMs: Math.round(performance.now() - connected),
  };
};

const startFailure = (options: ConnectionOptions, what: string, cause: unknown): ExpertStackError => {
  const { command, args } = options.launch;
  const tail = options.stderr.tail();
  const words = tail === "" ? "It wrote nothing to stderr." : `Its last lines on stderr:\n${tail}`;
  return new ExpertStackError({
    code: "SKILL_START_FAILED",
    message: `The skill "${options.skill}" ${what}. ${words}`,
    remedy: `Run it by hand to see why: ${[command, ...args].join(" ")}`,
    cause,
  });
};

const noise = (skill: string, line: string): string =>
  `The skill "${skill}" wrote to stdout what is no MCP message (its log belongs on stderr): ${line.slice(0, 200)}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
