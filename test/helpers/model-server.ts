import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type FixtureResponse, LLMock } from "@copilotkit/aimock";
import { framesWithout, wholeFrames } from "./aws-frames.ts";
import {
  messageStart,
  protocolOf,
  refusals,
  sendError,
  sendEvents,
  sendOverload,
} from "./model-protocols.ts";

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
  /** Server-sent events as they are, for what aimock does not know. */
  | { readonly events: readonly Record<string, unknown>[] }
  /** A call whose arguments are this very text, whether or not it is JSON. */
  | { readonly call: string; readonly rawArguments: string };

export type ModelServer = AsyncDisposable & {
  /** Base URL for Anthropic's and OpenAI's clients alike, `/v1` included. */
  readonly url: string;
  /** The same without `/v1`. */
  readonly origin: string;
  /** Bodies as they came over the wire, and when, in milliseconds since the epoch. */
  readonly requests: readonly {
    readonly path: string;
    readonly body: Record<string, unknown>;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly at: number;
  }[];
  /** Resolves when the client has closed the connection of a request that stalls. */
  readonly closed: Promise<void>;
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
  const requests: ModelServer["requests"][number][] = [];
  const closed = Promise.withResolvers<void>();
  let turn = Promise.resolve();
  const server = createServer((request, response) => {
    void (async () => {
      const text = await readBody(request);
      const body: Record<string, unknown> = JSON.parse(text);
      const { url: path = "", headers } = request;
      const protocol = protocolOf(path);
      const index = requests.push({ path, body, headers, at: Date.now() }) - 1;
      const answer = typeof script === "function" ? script(index, body) : script[index];
      if (answer === undefined) return sendError(response, outOfScript(index), protocol);
      if ("fault" in answer && answer.fault === "stall") {
        request.socket.on("close", () => closed.resolve());
        return;
      }
      if ("status" in answer) return sendError(response, answer, protocol);
      if ("events" in answer) return sendEvents(response, answer.events);
      if ("fault" in answer && answer.fault === "reset") return void request.socket.destroy();
      if ("fault" in answer && answer.fault === "overloadedMidStream")
        return sendOverload(response, protocol);
      const refused = "fault" in answer && answer.fault === "refusal";
      const refusal = refused ? refusals[protocol] : undefined;
      if (refusal !== undefined) return sendEvents(response, refusal);
      if ("call" in answer) return sendRawCall(response, answer);
      // aimock takes one answer at a time.
      const before = turn;
      turn = (async () => {
        await before;
        next = refused
          ? { content: "No.", finishReason: protocol === "converse" ? "content_filtered" : "content_filter" }
          : "fault" in answer
            ? { content: "This sentence is never going to be whole. ".repeat(20) }
            : fixture(answer);
        const fault = "fault" in answer && !refused ? answer.fault : undefined;
        await forward({ request, response, text, target: mock.url, fault });
      })();
      await turn;
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    origin: `http://127.0.0.1:${port}`,
    requests,
    closed: closed.promise,
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

type Said = Exclude<
  ScriptedAnswer,
  { fault: string } | { status: number } | { call: string } | { events: unknown }
>;

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
  const path = aimockPath(hop.request.url ?? "");
  const answer = await fetch(`${hop.target}${path}`, { method: "POST", headers, body: hop.text });
  const type = answer.headers.get("content-type") ?? "";
  const isBinary = type.includes("amazon");
  const whole = Buffer.from(await answer.arrayBuffer());
  // Bedrock begins no block of thinking with a frame of its own, as aimock does.
  const bytes = isBinary
    ? framesWithout(whole, '"start":{"reasoningContent"')
    : Buffer.from(corrected(whole.toString("utf8")));
  hop.response.writeHead(answer.status, { "content-type": type });
  if (hop.fault === undefined) {
    hop.response.end(bytes);
    return;
  }
  const middle = Math.floor(bytes.length / 2);
  const half = bytes.subarray(0, middle);
  if (hop.fault === "truncate") {
    hop.response.end(isBinary ? wholeFrames(bytes, middle) : half.subarray(0, lastEvent(half)));
    return;
  }
  await new Promise<void>((resolve) => hop.response.write(half, () => resolve()));
  hop.request.socket.resetAndDestroy();
};

/** The end of the last whole event; aimock ends lines of Gemini's as Google does. */
const lastEvent = (bytes: Buffer): number =>
  Math.max(bytes.lastIndexOf("\n\n") + 2, bytes.lastIndexOf("\r\n\r\n") + 4);

/** aimock knows fewer of the clouds' paths than there are. */
const aimockPath = (path: string): string =>
  path
    .replace(/^\/v1beta1\/projects/, "/v1/projects")
    .replace(/^\/openai\/v1\/responses.*/, "/v1/responses")
    .replace(/^\/v1\/projects\/.*\/publishers\/anthropic\/.*/, "/v1/messages");

/**
 * aimock ends a cut answer of the Responses API without the reason that OpenAI gives, and Gemini's calls with one that
 * Google does not know.
 */
const corrected = (said: string): string => {
  const reason = '"incomplete_details":{"reason":"max_output_tokens"}';
  return said
    .replaceAll('"finishReason":"FUNCTION_CALL"', '"finishReason":"STOP"')
    .replaceAll('"incomplete_details":null', reason)
    .replace(/"status":"incomplete"(?!.*incomplete_details)/g, `"status":"incomplete",${reason}`);
};
