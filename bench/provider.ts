import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a request looked like from the provider's side. Times in milliseconds of `performance.now()`. */
export type Exchange = { readonly arrivedAt: number; readonly body: string; answeredAt: number };

export type Answer = {
  /** Content blocks' events, between the message's start and its stop. */
  readonly events: readonly object[];
  /** Milliseconds of thinking. */
  readonly delayMs?: number;
};

export type Provider = AsyncDisposable & {
  readonly url: string;
  /** In the order of their arrival. */
  readonly exchanges: readonly Exchange[];
};

/**
 * An Anthropic that answers from memory, at once if not told otherwise: what is measured beside it is the runner, not
 * a mock. Every event of an answer is written by itself.
 *
 * @param script what to answer to the request of this index, counted from 0
 */
export const startProvider = async (
  script: (index: number, request: Exchange) => Answer,
): Promise<Provider> => {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    const arrivedAt = performance.now();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const body = Buffer.concat(chunks).toString("latin1");
      const exchange: Exchange = { arrivedAt, body, answeredAt: 0 };
      const { events, delayMs = 0 } = script(exchanges.push(exchange) - 1, exchange);
      if (delayMs > 0) await sleep(delayMs);
      write(response, events);
      exchange.answeredAt = performance.now();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    exchanges,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** A provider of a job in which the model calls a tool so many times, then ends it. */
export const startReader = (steps: number): Promise<Provider> =>
  startProvider((index) => ({
    events:
      index < steps
        ? toolCalls([{ name: "readTextFile", input: { path: "two-kilobytes.txt" } }])
        : text(["Done."]),
  }));

/** An answer of these pieces of text. */
export const text = (pieces: readonly string[]): readonly object[] => [
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ...pieces.map((piece) => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: piece },
  })),
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 3 },
  },
];

export const toolCalls = (
  calls: readonly { readonly name: string; readonly input: object }[],
): readonly object[] => [
  ...calls.flatMap(({ name, input }, index) => [
    {
      type: "content_block_start",
      index,
      content_block: { type: "tool_use", id: `toolu_${++toolUses}`, name, input: {} },
    },
    {
      type: "content_block_delta",
      index,
      delta: { type: "input_json_delta", partial_json: JSON.stringify(input) },
    },
    { type: "content_block_stop", index },
  ]),
  {
    type: "message_delta",
    delta: { stop_reason: "tool_use", stop_sequence: null },
    usage: { output_tokens: 20 },
  },
];

let toolUses = 0;

const write = (response: ServerResponse, events: readonly object[]): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of [start, ...events]) response.write(`data: ${JSON.stringify(event)}\n\n`);
  response.end(`data: ${JSON.stringify({ type: "message_stop" })}\n\n`);
};

const start = {
  type: "message_start",
  message: {
    id: "msg",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 1 },
  },
};
