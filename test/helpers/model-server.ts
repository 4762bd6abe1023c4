import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type FixtureResponse, LLMock } from "@copilotkit/aimock";

/** One answer of a scripted model, in the order of the requests. */
export type ScriptedAnswer =
  | {
      readonly text?: string;
      readonly toolCalls?: readonly { readonly name: string; readonly args: unknown }[];
      readonly thinking?: string;
      readonly finishReason?: "stop" | "length" | "tool_calls";
      readonly usage?: { readonly input: number; readonly output: number };
    }
  /** An HTTP error with the provider's own body. */
  | {
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly headers?: Record<string, string>;
    }
  /** What only a network can do to an answer. */
  | { readonly fault: "reset" | "resetMidStream" | "truncate" | "stall" | "refusal" | "overloadedMidStream" }
  /** A call whose arguments are this very text, whether or not it is JSON. */
  | { readonly call: string; readonly rawArguments: string };

export type ModelServer = AsyncDisposable & {
  /** Base URL for Anthropic's and OpenAI's clients alike, `/v1` included. */
  readonly url: string;
  /** Bodies as they came over the wire, and when, in milliseconds since the epoch. */
  readonly requests: readonly {
    readonly path: string;
    readonly body: Record<string, unknown>;
    readonly at: number;
  }[];
};

/**
 * A model over HTTP that says what a test wants: aimock speaks the providers' protocols, and a proxy before it
 * keeps the raw bodies and breaks connections. A request beyond the script gets a 500 that says so.
 *
 * @param script answers by position, or a function of the request's index and body
 */
export const startModelServer = async (
  script: readonly ScriptedAnswer[] | ((index: number, body: Record<string, unknown>) => ScriptedAnswer),
): Promise<ModelServer> => {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  let next: FixtureResponse = { content: "" };
  mock.addFixture({ match: { predicate: () => true }, response: () => next });
  await mock.start();
  const requests: { path: string; body: Record<string, unknown>; at: number }[] = [];
  let turn = Promise.resolve();
  const server = createServer((request, response) => {
    void (async () => {
      const text = await readBody(request);
      const body: Record<string, unknown> = JSON.parse(text);
      const index = requests.push({ path: request.url ?? "", body, at: Date.now() }) - 1;
      const answer = typeof script === "function" ? script(index, body) : script[index];
      if (answer === undefined) return sendError(response, outOfScript(index));
      if ("fault" in answer && answer.fault === "stall") return;
      if ("status" in answer) return sendError(response, answer);
      if ("fault" in answer && answer.fault === "reset") return void request.socket.destroy();
      if ("fault" in answer && answer.fault === "refusal") return sendRefusal(response, request.url ?? "");
      if ("fault" in answer && answer.fault === "overloadedMidStream") return sendOverload(response);
      if ("call" in answer) return sendRawCall(response, answer);
      // aimock takes one answer at a time.
      const before = turn;
      turn = (async () => {
        await before;
        next =
          "fault" in answer
            ? { content: "This sentence is never going to be whole. ".repeat(20) }
            : fixture(answer);
        const fault = "fault" in answer ? answer.fault : undefined;
        await forward({ request, response, text, target: mock.url, fault });
      })();
      await turn;
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await mock.stop();
    },
  };
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};

type Said = Exclude<ScriptedAnswer, { fault: string } | { status: number } | { call: string }>;

const fixture = (answer: Said): FixtureResponse => {
  const { text, toolCalls, thinking, finishReason, usage } = answer;
  const common = {
    ...(thinking === undefined ? {} : { reasoning: thinking }),
    ...(finishReason === undefined ? {} : { finishReason }),
    usage: {
      input_tokens: usage?.input ?? 100,
      output_tokens: usage?.output ?? 10,
      prompt_tokens: usage?.input ?? 100,
      completion_tokens: usage?.output ?? 10,
    },
  };
  const calls = toolCalls?.map(({ name, args }) => ({
    name,
    arguments: typeof args === "string" ? args : JSON.stringify(args),
  }));
  if (calls === undefined) return { content: text ?? "", ...common };
  return text === undefined
    ? { toolCalls: calls, ...common }
    : { content: text, toolCalls: calls, ...common };
};

const outOfScript = (index: number) => ({
  status: 400,
  type: "invalid_request_error",
  message: `The test's script has no answer for request ${index + 1}.`,
});

const sendError = (
  response: ServerResponse,
  error: { status: number; type: string; message: string; headers?: Record<string, string> },
): void => {
  response.writeHead(error.status, { "content-type": "application/json", ...error.headers });
  const { type, message } = error;
  response.end(JSON.stringify({ type: "error", error: { type, message, code: type } }));
};

const sendEvents = (response: ServerResponse, events: readonly Record<string, unknown>[]): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
};

const messageStart = {
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 1 },
  },
};

/** Anthropic's refusal: https://docs.claude.com/en/docs/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals */
const sendRefusal = (response: ServerResponse, path: string): void => {
  if (!path.endsWith("/messages")) throw new Error("only Anthropic's refusal is scripted here");
  sendEvents(response, [
    messageStart,
    {
      type: "message_delta",
      delta: { stop_reason: "refusal", stop_sequence: null },
      usage: { output_tokens: 1 },
    },
    { type: "message_stop" },
  ]);
};

const sendOverload = (response: ServerResponse): void =>
  sendEvents(response, [
    messageStart,
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Half an" } },
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
  ]);

/** aimock mends arguments that are no JSON; this sends them as they are, as Anthropic would. */
const sendRawCall = (response: ServerResponse, said: { call: string; rawArguments: string }): void =>
  sendEvents(response, [
    messageStart,
    {
      type: "content_block_start",
      index: 0,
      content_block: { type: "tool_use", id: "toolu_1", name: said.call, input: {} },
    },
    {
      type: "content_block_delta",
      index: 0,
      delta: { type: "input_json_delta", partial_json: said.rawArguments },
    },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "tool_use", stop_sequence: null },
      usage: { output_tokens: 5 },
    },
    { type: "message_stop" },
  ]);

const forward = async (hop: {
  request: IncomingMessage;
  response: ServerResponse;
  text: string;
  target: string;
  fault: string | undefined;
}): Promise<void> => {
  const headers = new Headers({ "content-type": "application/json" });
  for (const name of ["x-api-key", "authorization", "anthropic-version", "anthropic-beta"]) {
    const value = hop.request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  const answer = await fetch(`${hop.target}${hop.request.url}`, { method: "POST", headers, body: hop.text });
  // aimock ends a cut answer of the Responses API without the reason that OpenAI gives.
  const reason = '"incomplete_details":{"reason":"max_output_tokens"}';
  const said = (await answer.text())
    .replaceAll('"incomplete_details":null', reason)
    .replace(/"status":"incomplete"(?!.*incomplete_details)/g, `"status":"incomplete",${reason}`);
  const bytes = Buffer.from(said);
  hop.response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
  if (hop.fault === undefined) {
    hop.response.end(bytes);
    return;
  }
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (hop.fault === "truncate") {
    hop.response.end(half.subarray(0, half.lastIndexOf("\n\n") + 2));
    return;
  }
  await new Promise<void>((resolve) => hop.response.write(half, () => resolve()));
  hop.request.socket.resetAndDestroy();
};
