import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request looked like from the provider's side. Times in milliseconds of `performance.now()`. */
export type Exchange = { readonly arrivedAt: number; readonly bytes: number; answeredAt: number };

export type Provider = AsyncDisposable & { readonly url: string; readonly exchanges: Exchange[] };

/**
 * An Anthropic that answers at once from memory: what is measured beside it is the runner, not a mock.
 *
 * @param steps how many answers call a tool before the last one ends the job
 */
export const startProvider = async (steps: number): Promise<Provider> => {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    const arrivedAt = performance.now();
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => {
      const exchange: Exchange = { arrivedAt, bytes, answeredAt: 0 };
      exchanges.push(exchange);
      answer(response, exchanges.length <= steps ? toolCall(exchanges.length) : text);
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

const answer = (response: ServerResponse, block: readonly object[]): void => {
  const events = [start, ...block, { type: "message_stop" }];
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
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

const toolCall = (step: number): readonly object[] => [
  {
    type: "content_block_start",
    index: 0,
    content_block: { type: "tool_use", id: `toolu_${step}`, name: "readTextFile", input: {} },
  },
  {
    type: "content_block_delta",
    index: 0,
    delta: { type: "input_json_delta", partial_json: '{"path":"two-kilobytes.txt"}' },
  },
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "tool_use", stop_sequence: null },
    usage: { output_tokens: 20 },
  },
];

const text: readonly object[] = [
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Done." } },
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 3 },
  },
];
