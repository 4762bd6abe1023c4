import type { ToolCallPart } from "../../../job/message.ts";
import type { ToolDefinition } from "../../../job/tool.ts";
import type { ToolOutcome } from "../../../run/ports.ts";
import { deadline, untilAborted } from "../deadline.ts";
import { type Connection, connect } from "./connection.ts";
import { type LaunchRequest, launchOf } from "./launch.ts";
import { type RestartingConnection, restarting } from "./restarts.ts";
import { maxTotalBytes, type StderrLog, stderrLog } from "./stderr-log.ts";
import { chosenTools } from "./tool-list.ts";
import { failedCall, toolOutcome } from "./tool-outcome.ts";

/** Milliseconds a skill has to start, unless a step has less. */
const longestStartMs = 60_000;
/** Milliseconds a server has to answer a call that was cancelled, before it is ended. */
const cancelGraceMs = 500;

export type StdioSkillOptions = LaunchRequest & {
  readonly runId: string;
  /** Milliseconds one call may take. */
  readonly stepTimeoutMs: number;
};

/** One MCP server of a Run. Disposing ends its whole process tree. */
export type StdioSkill = AsyncDisposable & {
  /** As the server lists them, after `pick` and `omit`. */
  readonly tools: readonly ToolDefinition[];
  /**
   * Calls a tool. A failure of the tool or the server is an outcome. A server that does not answer in time, or goes on
   * after the signal aborted, is ended; one that has ended is started again by the next call.
   */
  call(call: ToolCallPart, signal: AbortSignal): Promise<ToolOutcome>;
};

/**
 * Starts a skill. `options.signal` covers the start only.
 *
 * @throws ExpertStackError SKILL_ENV_MISSING, SKILL_REFUSED, PACKAGE_INSTALL_FAILED, FEATURE_NOT_AVAILABLE,
 *   SKILL_START_FAILED; every process is ended first
 */
export const openStdioSkill = async (options: StdioSkillOptions): Promise<StdioSkill> => {
  const { name, skill, runId, emit } = options;
  const warn = (text: string): void =>
    emit({ type: "note", level: "warning", text: `The skill "${name}" ${text}` });
  const launch = await launchOf(options);
  const stderr = stderrLog(
    (text) => emit({ type: "skillStderr", runId, skill: name, text }),
    () => warn(`wrote more than ${maxTotalBytes / 1024} KB to stderr; the rest is left out.`),
  );
  const startTimeoutMs = Math.min(longestStartMs, options.stepTimeoutMs);
  const start = (signal: AbortSignal): Promise<Connection> =>
    connect({ runId, skill: name, launch, stderr, startTimeoutMs, emit }, signal);
  const first = await start(options.signal);
  const tools = await closingOnFailure(first, () => chosenTools(first.tools, { ...skill, name }, warn));
  const names = new Set(tools.map((tool) => tool.name));
  const connection = restarting(first, start);
  const caller = toolCaller({ name, stderr, connection, stepTimeoutMs: options.stepTimeoutMs });
  return {
    tools,
    call: async (call, signal) =>
      names.has(call.tool)
        ? caller(call, signal)
        : failedCall(`The skill "${name}" offers no tool "${call.tool}".`),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
};

/** What a server lists can be more than our reading of it survives, such as a schema nested without end. */
const closingOnFailure = async <T>(connection: Connection, read: () => T): Promise<T> => {
  try {
    return read();
  } catch (error) {
    await connection.close();
    throw error;
  }
};

type Callee = {
  readonly name: string;
  readonly stderr: StderrLog;
  readonly connection: RestartingConnection;
  readonly stepTimeoutMs: number;
};

const toolCaller =
  (callee: Callee): StdioSkill["call"] =>
  async (call, signal) => {
    using time = deadline(callee.stepTimeoutMs, signal);
    let connection: Connection | undefined;
    try {
      time.signal.throwIfAborted();
      connection = await untilAborted(callee.connection.get(), time.signal);
      return toolOutcome(await connection.callTool(call, time.signal));
    } catch (error) {
      if (time.signal.aborted) {
        const what = time.passed() ? `did not answer within ${callee.stepTimeoutMs / 1000} s` : "was stopped";
        return failedCall(await cancelledText(call, what, connection));
      }
      const end = connection?.ended();
      if (end !== undefined) return failedCall(endedText(callee, `${end.because} during the call`));
      const reason = error instanceof Error ? error.message : String(error);
      return failedCall(connection === undefined ? endedText(callee, reason) : reason);
    }
  };

/** Sees to it that the work of a cancelled call does not go on, and says what was done. */
const cancelledText = async (
  call: ToolCallPart,
  what: string,
  connection: Connection | undefined,
): Promise<string> => {
  const tool = `The tool "${call.tool}" ${what}`;
  if (connection === undefined) return `${tool}; it was never called.`;
  if (await connection.cancelledAreAnswered(cancelGraceMs)) return `${tool}; the call was cancelled.`;
  await connection.close();
  return `${tool} and its skill was stopped.`;
};

const endedText = (callee: Callee, what: string): string => {
  const tail = callee.stderr.tail();
  return `The skill "${callee.name}" ${what}.${tail === "" ? "" : ` Its last lines on stderr:\n${tail}`}`;
};
