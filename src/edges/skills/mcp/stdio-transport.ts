import { setTimeout as sleep } from "node:timers/promises";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { type LineReader, lineReader } from "../line-reader.ts";
import { endTree, type ProcessExit, type ProcessTree } from "../process-tree.ts";
import { cancelledRequests } from "./cancelled-requests.ts";
import type { TransportEnd } from "./connection.ts";
import { endOnce } from "./end-once.ts";
import { serverRequests } from "./server-requests.ts";

/** Bytes of one message. A server that sends more in one line is ended: it would be held in memory. */
const maxMessageBytes = 10 * 1024 * 1024;

/** Milliseconds a server has to leave by itself once its stdin is closed. */
const leaveMs = 200;
/** Milliseconds to read on after the process has exited: a grandchild may hold its pipes open for ever. */
const drainMs = 200;

/** MCP over the stdin and stdout of a process tree: one JSON-RPC message a line. */
export type StdioTransport = Transport & {
  /** Set once nothing can be sent or received any more. */
  readonly ended: () => TransportEnd | undefined;
  /**
   * Whether every request that was cancelled has been answered, given `graceMs` for it. A server need not answer a
   * cancelled request, so false means only that nobody knows whether the work goes on.
   */
  readonly cancelledAreAnswered: (graceMs: number) => Promise<boolean>;
};

export type StdioTransportOptions = {
  readonly tree: ProcessTree;
  /** Reads stderr. */
  readonly stderr: LineReader;
  /** Called with the first line on stdout that is no message; the conversation goes on. */
  readonly onNoise: (line: string) => void;
  /** Called once. */
  readonly onEnd: (end: TransportEnd) => void;
};

/** Speaks to a server that runs already. Closing it ends the whole tree, in about two seconds at most. */
export const stdioTransport = (options: StdioTransportOptions): StdioTransport => {
  const { tree } = options;
  const cancelled = cancelledRequests();
  const { ended, finish } = endOnce((end) => {
    options.onEnd(end);
    transport.onclose?.();
  });
  const fail = (because: string): void => {
    finish({ by: "itself", because });
    void endTree(tree);
  };
  const requests = serverRequests(fail);
  const stdout = messageReader({
    onMessage: (message) => {
      if (ended() !== undefined || !requests.admits(message)) return;
      cancelled.received(message);
      transport.onmessage?.(message);
    },
    onNoise: options.onNoise,
    onTooLong: () => fail(`sent a line of more than ${maxMessageBytes / 1024 / 1024} MB`),
  });
  const transport: StdioTransport = {
    start: async () => listen(tree, { stdout, stderr: options.stderr, onEnd: fail }),
    send: async (message) => {
      const end = ended();
      if (end !== undefined) throw new Error(`The skill ${end.because}.`);
      cancelled.sent(message);
      requests.sent(message);
      if (write(tree, message) === "piledUp") fail("does not read what it is sent");
    },
    close: async () => {
      finish({ by: "us", because: "was closed" });
      await leave(tree);
    },
    ended,
    cancelledAreAnswered: cancelled.areAnswered,
  };
  return transport;
};

/** Not waited for: a server that stops reading is found out by its silence, or by what piles up. */
const write = ({ stdin }: ProcessTree, message: JSONRPCMessage): "written" | "piledUp" => {
  stdin.write(`${JSON.stringify(message)}\n`);
  return stdin.writableLength > maxMessageBytes ? "piledUp" : "written";
};

/** Closing stdin asks an MCP server to leave; what then is still there is ended. */
const leave = async (tree: ProcessTree): Promise<void> => {
  tree.stdin.end();
  await Promise.race([tree.exited, sleep(leaveMs, undefined, { ref: false })]);
  await endTree(tree);
};

type Listener = {
  readonly stdout: LineReader;
  readonly stderr: LineReader;
  readonly onEnd: (because: string) => void;
};

const listen = (tree: ProcessTree, listener: Listener): void => {
  const closed = (
    [
      ["stdout", tree.stdout],
      ["stderr", tree.stderr],
    ] as const
  ).map(([name, stream]) => {
    const reader = listener[name];
    stream.on("data", (chunk: Buffer) => reader.push(chunk));
    stream.on("error", () => undefined);
    return new Promise<void>((resolve) =>
      stream.once("close", () => {
        reader.end();
        resolve();
      }),
    );
  });
  const drained = async (): Promise<unknown> =>
    Promise.race([Promise.all(closed), sleep(drainMs, undefined, { ref: false })]);
  void tree.exited.then(async (exit) => {
    await drained();
    listener.onEnd(described(exit));
  });
  void closed[0]?.then(async () => {
    await Promise.race([tree.exited.then(drained), sleep(2 * drainMs, undefined, { ref: false })]);
    listener.onEnd("closed its output");
  });
};

const described = (exit: ProcessExit): string =>
  exit.signal === null ? `exited with code ${exit.code}` : `was ended by ${exit.signal}`;

const messageReader = (reader: {
  readonly onMessage: (message: JSONRPCMessage) => void;
  /** Called with the first line that is no message. */
  readonly onNoise: (line: string) => void;
  readonly onTooLong: () => void;
}): LineReader => {
  let noisy = false;
  return lineReader(maxMessageBytes, (line) => {
    if (line.end === "cut") return reader.onTooLong();
    if (line.text.trim() === "") return;
    const message = parseMessage(line.text);
    if (message !== undefined) return reader.onMessage(message);
    if (!noisy) reader.onNoise(line.text);
    noisy = true;
  });
};

const parseMessage = (line: string): JSONRPCMessage | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    // Not JSON: the caller reports the line.
    return undefined;
  }
};

// The SDK checks the rest of the shape when it dispatches the message.
const isMessage = (value: unknown): value is JSONRPCMessage =>
  typeof value === "object" && value !== null && "jsonrpc" in value && value.jsonrpc === "2.0";
