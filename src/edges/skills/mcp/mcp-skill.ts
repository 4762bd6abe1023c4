import type { ToolCallPart } from "../../../job/message.ts";
import { untilAborted } from "../../../job/until-aborted.ts";
import type { SkillEvent, ToolOutcome } from "../../../run/ports.ts";
import { deadline } from "../deadline.ts";
import type { Connection, SkillServer } from "./connection.ts";
import type { Offer } from "./offer.ts";
import { progressOf } from "./progress.ts";
import { type RestartingConnection, restarting } from "./restarts.ts";
import { failedCall, toolOutcome } from "./tool-outcome.ts";

export type McpSkillOptions = {
  readonly runId: string;
  /** The skill's key. */
  readonly name: string;
  readonly server: SkillServer;
  readonly offer: Offer;
  /** Milliseconds one call may take. */
  readonly stepTimeoutMs: number;
  readonly emit: (event: SkillEvent) => void;
};

/** One MCP server of a Run. Disposing ends a start under way, the conversation, and the server when it is ours. */
export type McpSkill = AsyncDisposable & {
  /** The skill's key. */
  readonly name: string;
  readonly offer: Offer;
  /**
   * Starts it now; without this its first call does.
   *
   * @throws ExpertStackError SKILL_START_FAILED, PACKAGE_INSTALL_FAILED; every process is ended first
   */
  start(signal?: AbortSignal): Promise<void>;
  /**
   * Calls a tool. A failure of the tool or the server is an outcome. A server that does not answer in time, or goes on
   * after the signal aborted, is ended or told to stop; one that has ended is started again by the next call.
   */
  call(call: ToolCallPart, signal: AbortSignal): Promise<ToolOutcome>;
};

export const mcpSkill = (options: McpSkillOptions): McpSkill => {
  const { name, offer, server } = options;
  const connection = restarting((signal) => server.start(offer.listed, signal));
  return {
    name,
    offer,
    async start(signal) {
      await connection.get(signal);
    },
    async call(call, signal) {
      const refused = offer.refusal(call.tool);
      return refused === undefined ? calling({ ...options, connection }, call, signal) : failedCall(refused);
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
};

type Callee = McpSkillOptions & { readonly connection: RestartingConnection };

const calling = async (callee: Callee, call: ToolCallPart, signal: AbortSignal): Promise<ToolOutcome> => {
  using time = deadline(callee.stepTimeoutMs, signal);
  const onProgress = progressOf(call, callee);
  let connection: Connection | undefined;
  try {
    // Twice at most: a server that forgot the conversation did not take the call, and a new one may be had.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      time.signal.throwIfAborted();
      connection = await untilAborted(callee.connection.get(), time.signal);
      // Asked again: what the server lists may only now be known.
      const refused = callee.offer.refusal(call.tool);
      if (refused !== undefined) return failedCall(refused);
      const result = await connection.callTool(call, { signal: time.signal, onProgress });
      if (result !== "notTaken") return toolOutcome(result);
    }
    return failedCall(`The skill "${callee.name}" forgot the conversation each time it was called.`);
  } catch (error) {
    if (time.signal.aborted) {
      const what = time.passed() ? `did not answer within ${callee.stepTimeoutMs / 1000} s` : "was stopped";
      return failedCall(`The tool "${call.tool}" ${what}${await endCancelled(connection)}`);
    }
    return failedCall(failureText(callee, error, connection));
  }
};

const endCancelled = async (connection: Connection | undefined): Promise<string> =>
  connection === undefined ? "; it was never called." : await connection.endCancelled();

const failureText = (callee: Callee, error: unknown, connection: Connection | undefined): string => {
  const reason = error instanceof Error ? error.message : String(error);
  const end = connection?.ended();
  if (end !== undefined) return withLastWords(callee, `${end.because} during the call`);
  if (connection !== undefined) return reason;
  // A start that failed says whose it was, and has its last words already.
  return error instanceof Error && error.name === "ExpertStackError" ? reason : withLastWords(callee, reason);
};

const withLastWords = ({ name, server }: Callee, what: string): string => {
  const words = server.lastWords();
  return `The skill "${name}" ${what}.${words === "" ? "" : ` Its last lines on stderr:\n${words}`}`;
};
