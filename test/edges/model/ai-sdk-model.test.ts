import { expect, test } from "vitest";
import { aiSdkModel } from "../../../src/edges/model/ai-sdk-model.ts";
import { providerSettings } from "../../../src/edges/model/provider-settings.ts";
import type { Message } from "../../../src/job/message.ts";
import type { Delta, Generation, Turn } from "../../../src/run/ports.ts";
import { type ScriptedAnswer, startModelServer } from "../../helpers/model-server.ts";

const tool = {
  name: "readTextFile",
  description: "Read a file.",
  inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  skill: "@perstack/base",
  readOnly: true,
} as const;

const turn = (messages: readonly Message[], further: Partial<Turn> = {}): Turn => ({
  runId: "r0",
  step: 1,
  choice: { provider: "anthropic", model: "claude-sonnet-4-5" },
  system: "You read.",
  tools: [tool],
  toolChoice: "auto",
  messages,
  alternative: 0,
  provided: {},
  ...further,
});

const asked: readonly Message[] = [{ role: "user", parts: [{ type: "text", text: "What is in a.txt?" }] }];

type Provider = "anthropic" | "openai" | "openai-compatible";

const ask = async (
  provider: Provider,
  script: readonly ScriptedAnswer[],
  turns: readonly Turn[] = [turn(asked)],
) => {
  await using server = await startModelServer(script);
  const variable = provider === "anthropic" ? "ANTHROPIC" : "OPENAI";
  const environment = { [`${variable}_API_KEY`]: "key", [`${variable}_BASE_URL`]: server.url };
  const model = aiSdkModel([providerSettings({ providerName: provider }, environment)], { now: () => 1_000 });
  const deltas: Delta[] = [];
  const answers: Generation[] = [];
  for (const one of turns) {
    answers.push(
      await model.generate(one, {
        signal: AbortSignal.timeout(5_000),
        onDelta: (delta) => deltas.push(delta),
        readBlob: () => new TextEncoder().encode("blob text"),
      }),
    );
  }
  const [answer] = answers;
  if (answer === undefined) throw new Error("no turn");
  return { answer, answers, deltas, requests: [...server.requests] };
};

const providers = ["anthropic", "openai", "openai-compatible"] as const;

test.each(providers)("%s: text streams as deltas and arrives whole, with usage", async (provider) => {
  const { answer, deltas } = await ask(provider, [
    { text: "It says hello.", usage: { input: 120, output: 7 } },
  ]);
  expect(answer).toMatchObject({
    type: "finished",
    finishReason: "stop",
    parts: expect.arrayContaining([{ type: "text", text: "It says hello." }]),
    usage: { inputTokens: 120, outputTokens: 7 },
  });
  expect(deltas.map((delta) => delta.text).join("")).toBe("It says hello.");
});

test.each(providers)("%s: tool calls get ids of our own, in order", async (provider) => {
  const { answer } = await ask(provider, [
    {
      toolCalls: [
        { name: "readTextFile", args: { path: "a.txt" } },
        { name: "readTextFile", args: { path: "b.txt" } },
      ],
    },
  ]);
  expect(answer).toMatchObject({ type: "finished", finishReason: "toolCalls" });
  const parts = answer.type === "finished" ? answer.parts : [];
  expect(parts.filter((part) => part.type === "toolCall")).toMatchObject([
    { id: "call_1_0", tool: "readTextFile", args: { path: "a.txt" } },
    { id: "call_1_1", tool: "readTextFile", args: { path: "b.txt" } },
  ]);
});

test.each(providers)("%s: an answer cut at the token limit is known as such", async (provider) => {
  const { answer } = await ask(provider, [{ text: "It sa", finishReason: "length" }]);
  expect(answer).toMatchObject({ type: "finished", finishReason: "length" });
});

const failures: readonly [string, ScriptedAnswer, object][] = [
  [
    "401",
    { status: 401, type: "authentication_error", message: "invalid x-api-key" },
    { statusCode: 401, isRetryable: false },
  ],
  [
    "400",
    { status: 400, type: "invalid_request_error", message: "prompt is too long" },
    { statusCode: 400, isRetryable: false },
  ],
  [
    "404",
    { status: 404, type: "not_found_error", message: "model: nope" },
    { statusCode: 404, isRetryable: false },
  ],
  [
    "429 with retry-after",
    { status: 429, type: "rate_limit_error", message: "slow down", headers: { "retry-after": "7" } },
    { statusCode: 429, isRetryable: true, retryAfterMs: 7_000 },
  ],
  [
    "429",
    { status: 429, type: "rate_limit_error", message: "slow down" },
    { statusCode: 429, isRetryable: true },
  ],
  [
    "529",
    { status: 529, type: "overloaded_error", message: "Overloaded" },
    { statusCode: 529, isRetryable: true },
  ],
];

test.each(
  providers.flatMap((provider) =>
    failures.map(([name, script, error]) => ({ provider, name, script, error })),
  ),
)("$provider: $name keeps status and message", async ({ provider, script, error }) => {
  const { answer } = await ask(provider, [script]);
  if (!("status" in script)) throw new Error("not an HTTP error");
  expect(answer).toMatchObject({ type: "failed", error });
  expect(answer.type === "failed" && answer.error.message).toContain(script.message);
});

test.each(
  providers.flatMap((provider) =>
    (["reset", "resetMidStream", "truncate"] as const).map((fault) => ({ provider, fault })),
  ),
)("$provider: $fault can be tried again", async ({ provider, fault }) => {
  const { answer } = await ask(provider, [{ fault }]);
  expect(answer).toMatchObject({ type: "failed", error: { isRetryable: true } });
});

test("a truncated stream keeps what had arrived, apart from the answer", async () => {
  const { answer } = await ask("anthropic", [{ fault: "truncate" }]);
  expect(answer).toMatchObject({ type: "failed", error: { name: "TruncatedStream" } });
  expect(JSON.stringify(answer.type === "failed" && answer.partial)).toContain("This sentence");
});

test("an overload in mid-stream is a retryable 529 with its message", async () => {
  const { answer } = await ask("anthropic", [{ fault: "overloadedMidStream" }]);
  expect(answer).toMatchObject({
    type: "failed",
    error: { statusCode: 529, isRetryable: true, message: "Overloaded" },
  });
});

test("a refusal is a refusal", async () => {
  const { answer } = await ask("anthropic", [{ fault: "refusal" }]);
  expect(answer).toMatchObject({ type: "finished", finishReason: "refusal" });
});

test("an aborted generation is a failure at once, not an exception", async () => {
  await using server = await startModelServer([{ fault: "stall" }]);
  const settings = providerSettings(
    { providerName: "anthropic" },
    { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: server.url },
  );
  const answer = await aiSdkModel([settings], { now: () => 0 }).generate(turn(asked), {
    signal: AbortSignal.timeout(50),
    onDelta: () => {},
    readBlob: () => new Uint8Array(),
  });
  expect(answer.type).toBe("failed");
});

const called: readonly Message[] = [
  ...asked,
  {
    role: "expert",
    parts: [
      { type: "thinking", text: "Let me look.", providerData: { anthropic: { signature: "c2ln" } } },
      { type: "toolCall", id: "call_1_0", tool: "readTextFile", args: { path: "a.txt" } },
    ],
  },
  {
    role: "tool",
    parts: [
      {
        type: "toolResult",
        id: "call_1_0",
        tool: "readTextFile",
        contents: [{ type: "blob", sha256: "0", mediaType: "text/plain", size: 9 }],
        isError: false,
      },
    ],
  },
];

test("Anthropic: system, last tool and the last two messages heard are marked for its cache", async () => {
  const { requests } = await ask("anthropic", [{ text: "ok" }], [turn(called)]);
  const marks: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if ("cache_control" in value && value.cache_control) marks.push(path);
    for (const [key, item] of Object.entries(value)) walk(item, `${path}.${key}`);
  };
  walk(requests[0]?.body, "");
  expect(marks).toEqual([".system.0", ".messages.0.content.0", ".messages.2.content.0", ".tools.0"]);
});

test("Anthropic: thinking goes back with its signature, a blob as the text it holds", async () => {
  const { requests } = await ask("anthropic", [{ text: "ok" }], [turn(called)]);
  expect(requests[0]?.body).toMatchObject({
    messages: [
      {},
      {
        content: [
          { type: "thinking", thinking: "Let me look.", signature: "c2ln" },
          { type: "tool_use", id: "call_1_0", name: "readTextFile", input: { path: "a.txt" } },
        ],
      },
      { content: [{ type: "tool_result", tool_use_id: "call_1_0", content: "blob text" }] },
    ],
  });
});

test("Anthropic: thinking comes with its signature and is kept", async () => {
  const { answer } = await ask("anthropic", [{ text: "ok", thinking: "Hm." }]);
  expect(answer).toMatchObject({
    parts: [
      { type: "thinking", text: "Hm.", providerData: { anthropic: { signature: expect.any(String) } } },
      { type: "text", text: "ok" },
    ],
  });
});

test("a number of thinking tokens is Anthropic's budget, a level OpenAI's effort", async () => {
  const anthropic = await ask(
    "anthropic",
    [{ text: "ok" }],
    [turn(asked, { choice: { provider: "anthropic", model: "claude-sonnet-4-5", reasoningBudget: 2048 } })],
  );
  expect(anthropic.requests[0]?.body).toMatchObject({ thinking: { type: "enabled", budget_tokens: 2048 } });
  const openai = await ask(
    "openai",
    [{ text: "ok" }],
    [turn(asked, { choice: { provider: "openai", model: "gpt-5.1", reasoningBudget: "low" } })],
  );
  expect(openai.requests[0]?.body).toMatchObject({ reasoning: { effort: "low" }, store: false });
});

test("every request of a Run sends the same bytes for system and tools", async () => {
  const { requests } = await ask("openai", [{ text: "a" }, { text: "b" }], [turn(asked), turn(called)]);
  expect(JSON.stringify(requests[1]?.body.tools)).toBe(JSON.stringify(requests[0]?.body.tools));
  expect(requests[0]?.body.tools).toMatchObject([{ name: "readTextFile" }]);
});

test("a provider key that is missing is named, with what to write", () => {
  expect(() => providerSettings({ providerName: "openai" }, {})).toThrow(/OPENAI_API_KEY is not set/);
});

test.each([
  ["https://gateway.example.com", "https://gateway.example.com/v1"],
  ["https://gateway.example.com/", "https://gateway.example.com/v1"],
  ["https://gateway.example.com/anthropic/v1", "https://gateway.example.com/anthropic/v1"],
])("Anthropic's base URL %s, as its own clients take it, is %s", (given, used) => {
  const environment = { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: given };
  expect(providerSettings({ providerName: "anthropic" }, environment).baseUrl).toBe(used);
});

test("a failed result of several parts says that it failed, and what no model can be shown is named", async () => {
  const failed: readonly Message[] = [
    ...called.slice(0, 2),
    {
      role: "tool",
      parts: [
        {
          type: "toolResult",
          id: "call_1_0",
          tool: "readTextFile",
          contents: [
            { type: "text", text: "half" },
            { type: "blob", sha256: "0", mediaType: "audio/wav", size: 9 },
          ],
          isError: true,
        },
      ],
    },
  ];
  const { requests } = await ask("anthropic", [{ text: "ok" }], [turn(failed)]);
  const sent = JSON.stringify(requests[0]?.body);
  expect(sent).toContain("The tool reported an error:");
  expect(sent).toContain("[audio/wav, 9 bytes: no model can be shown this]");
});
