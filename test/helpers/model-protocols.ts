import type { ServerResponse } from "node:http";
import { awsFrame } from "./aws-frames.ts";

/** What a request's path says it speaks. */
export type Protocol = "messages" | "responses" | "chat" | "gemini" | "converse";

export const protocolOf = (path: string): Protocol => {
  const [plain = ""] = path.split("?");
  if (plain.endsWith("/messages") || plain.endsWith("RawPredict")) return "messages";
  if (plain.endsWith("/responses")) return "responses";
  if (plain.endsWith("/chat/completions")) return "chat";
  if (plain.endsWith("enerateContent")) return "gemini";
  if (plain.endsWith("/converse-stream")) return "converse";
  throw new Error(`no provider has the path ${path}`);
};

export type HttpError = {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly headers?: Record<string, string>;
};

const googleStatus: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

/** An error in the shape of the provider's own. */
export const sendError = (response: ServerResponse, error: HttpError, protocol: Protocol): void => {
  const { status, type, message, headers } = error;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(errorBody({ status, type, message }, protocol)));
};

const errorBody = ({ status, type, message }: HttpError, protocol: Protocol): object => {
  if (protocol === "converse") return { message };
  if (protocol === "gemini") {
    return { error: { code: status, message, status: googleStatus[status] ?? "INTERNAL" } };
  }
  return { type: "error", error: { type, message, code: type, param: null } };
};

export const sendEvents = (response: ServerResponse, events: readonly Record<string, unknown>[]): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) {
    const name = typeof event.type === "string" ? `event: ${event.type}\n` : "";
    response.write(`${name}data: ${JSON.stringify(event)}\n\n`);
  }
  response.end();
};

export const messageStart = {
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

export const responseCreated = {
  type: "response.created",
  response: { id: "resp_1", created_at: 1, model: "gpt-5.1", service_tier: null },
};

/**
 * A refusal in the words of the protocols that aimock cannot put it into.
 * https://docs.claude.com/en/docs/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals
 */
export const refusals: Partial<Record<Protocol, readonly Record<string, unknown>[]>> = {
  messages: [
    messageStart,
    {
      type: "message_delta",
      delta: { stop_reason: "refusal", stop_sequence: null },
      usage: { output_tokens: 1 },
    },
    { type: "message_stop" },
  ],
  responses: [
    responseCreated,
    {
      type: "response.incomplete",
      response: {
        incomplete_details: { reason: "content_filter" },
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    },
  ],
};

const overloads: Record<Exclude<Protocol, "converse">, readonly Record<string, unknown>[]> = {
  messages: [
    messageStart,
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Half an" } },
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
  ],
  responses: [
    responseCreated,
    { type: "response.output_item.added", output_index: 0, item: { type: "message", id: "msg_1" } },
    {
      type: "response.output_text.delta",
      item_id: "msg_1",
      output_index: 0,
      content_index: 0,
      delta: "Half an",
    },
    { type: "error", sequence_number: 3, code: "server_error", message: "Overloaded", param: null },
  ],
  chat: [
    {
      id: "chat_1",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta: { role: "assistant", content: "Half an" }, finish_reason: null }],
    },
    { error: { message: "Overloaded", type: "server_error", code: "server_error", param: null } },
  ],
  gemini: [
    { candidates: [{ content: { role: "model", parts: [{ text: "Half an" }] }, index: 0 }] },
    { error: { code: 503, message: "Overloaded", status: "UNAVAILABLE" } },
  ],
};

/** Half an answer, then the provider's own way to say that it cannot go on. */
export const sendOverload = (response: ServerResponse, protocol: Protocol): void => {
  if (protocol !== "converse") {
    sendEvents(response, overloads[protocol]);
    return;
  }
  response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
  const event = (type: string, payload: object) =>
    awsFrame({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, payload);
  response.write(event("messageStart", { role: "assistant" }));
  response.write(event("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Half an" } }));
  response.end(
    awsFrame(
      {
        ":exception-type": "serviceUnavailableException",
        ":content-type": "application/json",
        ":message-type": "exception",
      },
      { message: "Overloaded" },
    ),
  );
};
