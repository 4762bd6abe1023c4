import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import { longestWaitMs } from "../../../job/longest-wait.ts";
import type { ToolCallPart } from "../../../job/message.ts";
import { type CallOptions, clientInfo } from "./connection.ts";
import { elicitationAnswer } from "./elicitation.ts";
import { listChanges } from "./list-changes.ts";
import { listAllTools } from "./tool-pages.ts";

/** The SDK's own deadline must never come first. */
const noSdkTimeout = longestWaitMs;
/** Milliseconds for a list that is read because it changed. */
const relistMs = 60_000;

/** Characters of what a server calls itself. */
const maxNameLength = 200;

/** What was learned of a server, and the way to call it. */
export type Session = {
  readonly server: { readonly name: string; readonly version: string };
  readonly handshakeMs: number;
  readonly discoveryMs: number;
  callTool(call: ToolCallPart, options: CallOptions): Promise<CallToolResult>;
};

export type SessionOptions = {
  /** Covers the greeting and the first list. */
  readonly signal: AbortSignal;
  /** Gets that list, and those after a change. */
  readonly onTools: (tools: readonly Tool[]) => void;
  readonly warn: (text: string) => void;
};

/**
 * Greets a server over a transport and lists its tools.
 *
 * The client declares what it can do and no more: forms of elicitation are answered by their defaults; it has no
 * roots, no model to sample and no browser.
 */
export const openSession = async (transport: Transport, options: SessionOptions): Promise<Session> => {
  // Loaded here and nowhere else: a job without MCP skills does not pay for it.
  const [{ Client }, types] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/types.js"),
  ]);
  const client = new Client(clientInfo, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(types.ElicitRequestSchema, ({ params }) => elicitationAnswer(params));
  // Not `client.listTools`: it compiles every tool's output schema, and one that does not compile ends it.
  const list = (signal: AbortSignal): Promise<readonly Tool[]> =>
    listAllTools((cursor) => {
      const params = cursor === undefined ? {} : { cursor };
      const listing = { signal, timeout: noSdkTimeout };
      return client.request({ method: "tools/list", params }, types.ListToolsResultSchema, listing);
    }, options.warn);
  const read = async (): Promise<void> => options.onTools(await list(AbortSignal.timeout(relistMs)));
  const changes = listChanges({ read, warn: options.warn });
  client.setNotificationHandler(types.ToolListChangedNotificationSchema, changes.noticed);
  client.onclose = changes.stop;
  return {
    ...(await greet(client, { transport, list, options })),
    callTool: (call, { signal, onProgress }) =>
      client.request(
        { method: "tools/call", params: { name: call.tool, arguments: { ...call.args } } },
        types.CallToolResultSchema,
        { signal, timeout: noSdkTimeout, onprogress: onProgress },
      ),
  };
};

const greet = async (
  client: Client,
  {
    transport,
    list,
    options,
  }: {
    readonly transport: Transport;
    readonly list: (signal: AbortSignal) => Promise<readonly Tool[]>;
    readonly options: SessionOptions;
  },
): Promise<Omit<Session, "callTool">> => {
  const started = performance.now();
  await client.connect(transport, { signal: options.signal, timeout: noSdkTimeout });
  const connected = performance.now();
  const hasTools = client.getServerCapabilities()?.tools !== undefined;
  options.onTools(hasTools ? await list(options.signal) : []);
  const { name, version } = client.getServerVersion() ?? { name: "", version: "" };
  return {
    server: { name: name.slice(0, maxNameLength), version: version.slice(0, maxNameLength) },
    handshakeMs: Math.round(connected - started),
    discoveryMs: Math.round(performance.now() - connected),
  };
};
