import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/job/message.ts";
import type { Generation } from "../../../src/run/ports.ts";
import { asked, askProvider } from "../../helpers/ask-provider.ts";
import type { ScriptedAnswer } from "../../helpers/model-server.ts";
import { providerRows } from "../../helpers/provider-rows.ts";

/** The tool's result after the model's own answer, as the next request has them. */
const withResult = ([first]: readonly Generation[]): { messages: readonly Message[] } => {
  if (first?.type !== "finished") throw new Error(`no answer: ${JSON.stringify(first)}`);
  const calls = first.parts.flatMap((part) => (part.type === "toolCall" ? [part] : []));
  const results = calls.map(({ id, tool }) => ({
    type: "toolResult" as const,
    id,
    tool,
    contents: [{ type: "text" as const, text: "hello from a.txt" }],
    isError: false,
  }));
  return { messages: [...asked, { role: "expert", parts: first.parts }, { role: "tool", parts: results }] };
};

const failures: readonly {
  readonly named: string;
  readonly script: ScriptedAnswer;
  readonly error: object;
}[] = [
  {
    named: "400",
    script: { status: 400, type: "invalid_request_error", message: "prompt is too long" },
    error: { statusCode: 400, isRetryable: false, message: expect.stringContaining("prompt is too long") },
  },
  {
    named: "401",
    script: { status: 401, type: "authentication_error", message: "invalid key" },
    error: { statusCode: 401, isRetryable: false, message: expect.stringContaining("invalid key") },
  },
  {
    named: "403",
    script: { status: 403, type: "permission_error", message: "not yours" },
    error: { statusCode: 403, isRetryable: false, message: expect.stringContaining("not yours") },
  },
  {
    named: "404",
    script: { status: 404, type: "not_found_error", message: "no such model" },
    error: { statusCode: 404, isRetryable: false, message: expect.stringContaining("no such model") },
  },
  {
    named: "413",
    script: { status: 413, type: "request_too_large", message: "too many bytes" },
    error: { statusCode: 413, isRetryable: false, message: expect.stringContaining("too many bytes") },
  },
  {
    named: "429 with retry-after",
    script: { status: 429, type: "rate_limit_error", message: "slow down", headers: { "retry-after": "7" } },
    error: { statusCode: 429, isRetryable: true, retryAfterMs: 7_000 },
  },
  {
    named: "500",
    script: { status: 500, type: "api_error", message: "broken" },
    error: { statusCode: 500, isRetryable: true, message: expect.stringContaining("broken") },
  },
  {
    named: "503",
    script: { status: 503, type: "overloaded_error", message: "come back" },
    error: { statusCode: 503, isRetryable: true, message: expect.stringContaining("come back") },
  },
  {
    named: "529",
    script: { status: 529, type: "overloaded_error", message: "Overloaded" },
    error: { statusCode: 529, isRetryable: true },
  },
  { named: "a reset connection", script: { fault: "reset" }, error: { isRetryable: true } },
  { named: "a reset in mid-stream", script: { fault: "resetMidStream" }, error: { isRetryable: true } },
  {
    named: "a truncated stream",
    script: { fault: "truncate" },
    error: { name: "TruncatedStream", isRetryable: true },
  },
  {
    named: "an overload in mid-stream",
    script: { fault: "overloadedMidStream" },
    error: {
      statusCode: expect.toSatisfy((status: number) => status >= 500),
      isRetryable: true,
      message: expect.stringContaining("Overloaded"),
    },
  },
];

describe.each(providerRows)("$name", (row) => {
  test("a conversation of two turns: its call, its result, its text, each with usage and the credential", async () => {
    const { answers, requests } = await askProvider(row, {
      script: [
        {
          toolCalls: [
            { name: "readTextFile", args: { path: "a.txt" } },
            { name: "readTextFile", args: { path: "b.txt" } },
          ],
        },
        { text: "It says hello.", usage: { input: 120, output: 7 } },
      ],
      turns: [{}, withResult],
    });
    expect(answers[0]).toMatchObject({ type: "finished", finishReason: "toolCalls" });
    expect(
      answers[0]?.type === "finished" && answers[0].parts.filter(({ type }) => type === "toolCall"),
    ).toMatchObject([
      { id: "call_1_0", tool: "readTextFile", args: { path: "a.txt" } },
      { id: "call_1_1", tool: "readTextFile", args: { path: "b.txt" } },
    ]);
    expect(answers[1]).toMatchObject({
      type: "finished",
      finishReason: "stop",
      parts: expect.arrayContaining([{ type: "text", text: "It says hello." }]),
      usage: { inputTokens: 120, outputTokens: 7 },
    });
    const sent = JSON.stringify(requests[1]?.body);
    expect(sent.split("hello from a.txt")).toHaveLength(3);
    expect(sent).toContain("What is in a.txt?");
    expect(sent).toContain("You read.");
    for (const { headers } of requests) {
      expect(String(headers[row.credential.header] ?? "")).toMatch(row.credential.value);
    }
  });

  test("thinking and text stream as deltas, arrive whole, and go back as the provider takes them", async () => {
    const { answers, deltas } = await askProvider(row, {
      model: row.thinker ?? row.model,
      script: [{ thinking: "Let me look at it.", text: "It says hello." }, { text: "As I said." }],
      turns: [
        {},
        ([first]) => ({
          messages: [
            ...asked,
            { role: "expert", parts: first?.type === "finished" ? first.parts : [] },
            { role: "user", parts: [{ type: "text", text: "Really?" }] },
          ],
        }),
      ],
    });
    const of = (type: string): string =>
      deltas.flatMap((delta) => (delta.type === type ? [delta.text] : [])).join("");
    expect(of("thinking")).toBe("Let me look at it.");
    expect(of("text")).toBe("It says hello.As I said.");
    expect(answers[0]).toMatchObject({
      type: "finished",
      parts: [
        { type: "thinking", text: "Let me look at it." },
        { type: "text", text: "It says hello." },
      ],
    });
    expect(answers[1]).toMatchObject({ type: "finished" });
  });

  test("an answer cut at the token limit is known as such", async () => {
    const { answer } = await askProvider(row, { script: [{ text: "It sa", finishReason: "length" }] });
    expect(answer).toMatchObject({ type: "finished", finishReason: "length" });
  });

  test.each(failures)(
    "$named is told with status, message and whether to try again",
    async ({ script, error }) => {
      const { answer } = await askProvider(row, { script: [script] });
      expect(answer).toMatchObject({ type: "failed", error });
    },
  );

  test("a refusal is a refusal", async () => {
    const { answer } = await askProvider(row, { script: [{ fault: "refusal" }] });
    expect(answer).toMatchObject({ type: "finished", finishReason: "refusal" });
  });

  test("a cancelled generation is a failure, and its connection is closed", async () => {
    let closed: Promise<void> | undefined;
    const { answer } = await askProvider(row, {
      script: [{ fault: "stall" }],
      signal: (server) => {
        closed = server.closed;
        const stop = new AbortController();
        const whenAsked = setInterval(() => {
          if (server.requests.length === 0) return;
          clearInterval(whenAsked);
          stop.abort();
        }, 5);
        return stop.signal;
      },
    });
    expect(answer).toMatchObject({ type: "failed", error: { isRetryable: false } });
    await closed;
  });
});
