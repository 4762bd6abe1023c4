import type { CallToolResult, Progress, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { ToolCallPart } from "../../../job/message.ts";

/** What is told to servers. */
export const clientInfo = { name: "expert-stack", version: "0.2.0" } as const;

/** How a conversation ended. `because` completes the sentence "the skill …". */
export type TransportEnd = { readonly by: "us" | "itself"; readonly because: string };

export type CallOptions = {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
};

/** One living conversation with a server. */
export type Connection = {
  /**
   * Rejects when the server answers with an error, when the conversation ends, and when the signal aborts. `notTaken`
   * means that the server knew nothing of the conversation any more and did nothing: the call may be made again.
   */
  callTool(call: ToolCallPart, options: CallOptions): Promise<CallToolResult | "notTaken">;
  /** Sees to it that the work of cancelled calls does not go on. Says how that went, to go on after "the tool …". */
  endCancelled(): Promise<string>;
  readonly ended: () => TransportEnd | undefined;
  /** Ends the conversation, and the server when it is ours. */
  close(): Promise<void>;
};

/** A server that can be reached again and again: each start is a new conversation. */
export type SkillServer = {
  /**
   * @param onTools gets all tools once they are known, before this resolves, and again whenever the server says that
   *   they changed. What it throws the first time fails the start.
   * @throws ExpertStackError when the server cannot be reached; nothing of it is left then
   */
  start(onTools: (tools: readonly Tool[]) => void, signal: AbortSignal): Promise<Connection>;
  /** The last it said of itself, for messages; empty when there is nothing. */
  lastWords(): string;
};
