import type { McpSseSkill } from "../../../definition/skill.ts";
import type { ExpertStackError } from "../../../errors.ts";
import { untilAborted } from "../../../job/until-aborted.ts";
import type { SkillEvent } from "../../../run/ports.ts";
import { deadline } from "../deadline.ts";
import type { Connection, SkillServer } from "../mcp/connection.ts";
import { openSession, type Session } from "../mcp/session.ts";
import type { AddressPolicy } from "./address-policy.ts";
import { httpStatusOf, remoteFailure } from "./remote-failure.ts";
import {
  type RemoteKind,
  type RemoteTransport,
  remoteTransport,
  withinFarewell,
} from "./remote-transport.ts";

export type RemoteServerOptions = {
  readonly runId: string;
  /** The skill's key. */
  readonly name: string;
  readonly skill: McpSseSkill;
  readonly addressPolicy: AddressPolicy;
  /** Milliseconds until the tools are known. */
  readonly startTimeoutMs: number;
  readonly emit: (event: SkillEvent) => void;
};

/** By these a server says that it knows only the older transport (MCP 2025-11-25, backwards compatibility). */
const olderTransport: readonly (number | undefined)[] = [400, 404, 405];

/**
 * A server somewhere else, over streamable HTTP or, when it does not speak that, server-sent events. Its start throws
 * SKILL_REFUSED for an address that the policy does not admit, and SKILL_START_FAILED.
 */
export const remoteServer = (options: RemoteServerOptions): SkillServer => ({
  async start(onTools, signal) {
    const { runId, name, skill, startTimeoutMs, emit } = options;
    using time = deadline(startTimeoutMs, signal);
    emit({ type: "skillStarting", runId, skill: name, command: shown(new URL(skill.endpoint)), args: [] });
    const attempt = { onTools, signal: time.signal };
    const failure = (causes: readonly unknown[]): ExpertStackError =>
      remoteFailure(options, {
        causes,
        ending: time.passed() ? "late" : signal.aborted ? "stopped" : "failed",
      });
    try {
      return await connectRemote(options, "streamable", attempt);
    } catch (first) {
      if (time.signal.aborted || !olderTransport.includes(httpStatusOf(first))) throw failure([first]);
      return await connectRemote(options, "sse", attempt).catch((second: unknown) => {
        throw failure([first, second]);
      });
    }
  },
  lastWords: () => "",
});

/** Without the query, where people put keys. */
const shown = (endpoint: URL): string => `${endpoint.origin}${endpoint.pathname}`;

const connectRemote = async (
  options: RemoteServerOptions,
  kind: RemoteKind,
  {
    onTools,
    signal,
  }: { readonly onTools: Parameters<SkillServer["start"]>[0]; readonly signal: AbortSignal },
): Promise<Connection> => {
  const { runId, name, skill, emit } = options;
  let connected = false;
  const transport = await remoteTransport(
    {
      policy: options.addressPolicy,
      endpoint: new URL(skill.endpoint),
      allowedDomains: skill.allowedDomains ?? [],
      onEnd: ({ by }) => {
        if (!connected) return;
        emit({ type: "skillDisconnected", runId, skill: name, reason: by === "us" ? "closed" : "exited" });
      },
    },
    kind,
  );
  const warn = (text: string): void =>
    emit({ type: "note", level: "warning", text: `The skill "${name}" ${text}` });
  try {
    // The signal by itself ends only what waits for an answer, not a message whose sending hangs.
    const session = await untilAborted(openSession(transport, { signal, onTools, warn }), signal);
    connected = true;
    const { server, handshakeMs, discoveryMs } = session;
    emit({ type: "skillConnected", runId, skill: name, server, spawnMs: 0, handshakeMs, discoveryMs });
    return connectionOf(name, transport, session);
  } catch (error) {
    const end = transport.ended();
    await transport.close();
    throw end?.by === "itself" && isClosed(error) ? new Error(end.because, { cause: error }) : error;
  }
};

/** Whether the SDK knows no more than that the conversation is over. */
const isClosed = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === connectionClosed;
const connectionClosed = -32_000;

const connectionOf = (name: string, transport: RemoteTransport, session: Session): Connection => {
  const calls = new Set<Promise<unknown>>();
  const callTool: Connection["callTool"] = async (call, options) => {
    try {
      return await session.callTool(call, options);
    } catch (error) {
      const status = httpStatusOf(error);
      if (status === undefined || options.signal.aborted) throw error;
      if ((status === 404 || status === 400) && transport.ended()?.by === "itself") return "notTaken";
      throw remoteFailure({ name }, { causes: [error], ending: "failed" });
    }
  };
  return {
    callTool(call, options) {
      const result = callTool(call, options);
      calls.add(result);
      const forget = (): unknown => calls.delete(result);
      result.then(forget, forget);
      return result;
    },
    async endCancelled() {
      await transport.cancelledAreSent();
      return "; its server was told to stop, and may go on all the same.";
    },
    ended: transport.ended,
    async close() {
      // Other calls of a lost session are about to hear of it, and can then be made again.
      if (transport.ended()?.by === "itself") await withinFarewell(Promise.allSettled(calls));
      await transport.close();
    },
  };
};
