import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { convertReadableStreamToArray, simulateReadableStream } from "ai/test";
import { expect, test } from "vitest";
import { collector } from "../../../src/edges/model/collect.ts";
import type { Delta } from "../../../src/run/ports.ts";

const usage = {
  inputTokens: { total: 90, noCache: 50, cacheRead: 40, cacheWrite: 0 },
  outputTokens: { total: 30, text: 10, reasoning: 20 },
};

const collect = async (chunks: readonly LanguageModelV4StreamPart[]) => {
  const deltas: Delta[] = [];
  const answer = collector({ step: 3, via: "anthropic" }, (delta) => deltas.push(delta));
  const stream = simulateReadableStream({
    chunks: [...chunks],
    initialDelayInMs: null,
    chunkDelayInMs: null,
  });
  for (const part of await convertReadableStreamToArray(stream)) answer.add(part);
  return { answer, deltas };
};

test("blocks that grow side by side keep the order in which they began", async () => {
  const { answer, deltas } = await collect([
    { type: "reasoning-start", id: "a" },
    { type: "text-start", id: "b" },
    { type: "text-delta", id: "b", delta: "It " },
    { type: "reasoning-delta", id: "a", delta: "Hm." },
    { type: "text-delta", id: "b", delta: "works." },
    { type: "reasoning-end", id: "a" },
    { type: "text-end", id: "b" },
  ]);
  expect(answer.parts()).toEqual([
    { type: "thinking", text: "Hm." },
    { type: "text", text: "It works." },
  ]);
  expect(deltas.map(({ type, text }) => `${type}:${text}`)).toEqual([
    "text:It ",
    "thinking:Hm.",
    "text:works.",
  ]);
});

test("signatures from any part of a thinking block are kept together", async () => {
  const { answer } = await collect([
    { type: "reasoning-start", id: "a", providerMetadata: { openai: { itemId: "rs_1" } } },
    { type: "reasoning-delta", id: "a", delta: "", providerMetadata: { anthropic: { signature: "s" } } },
    { type: "reasoning-end", id: "a", providerMetadata: { openai: { encrypted: "e" } } },
  ]);
  expect(answer.parts()).toEqual([
    {
      type: "thinking",
      text: "",
      providerData: { openai: { itemId: "rs_1", encrypted: "e" }, anthropic: { signature: "s" } },
    },
  ]);
});

test("an empty text block is no part of the answer", async () => {
  const { answer } = await collect([
    { type: "text-start", id: "a" },
    { type: "text-end", id: "a" },
  ]);
  expect(answer.parts()).toEqual([]);
});

test.each([
  ['{"path":"a"}', { args: { path: "a" } }],
  ["", { args: {} }],
  ["[1]", { args: {}, malformed: "[1]" }],
  ['{"path":', { args: {}, malformed: '{"path":' }],
])("the arguments %j become an object, or are kept as malformed", async (input, expected) => {
  const { answer } = await collect([{ type: "tool-call", toolCallId: "x", toolName: "read", input }]);
  expect(answer.parts()).toEqual([{ type: "toolCall", id: "call_3_0", tool: "read", ...expected }]);
});

test("usage counts cached input and reasoning", async () => {
  const { answer } = await collect([
    { type: "response-metadata", modelId: "model-as-reported" },
    { type: "finish", usage, finishReason: { unified: "stop", raw: "end_turn" } },
  ]);
  expect(answer.finish).toMatchObject({
    reason: "stop",
    isPaused: false,
    usage: { inputTokens: 90, outputTokens: 30, reasoningTokens: 20, cachedInputTokens: 40 },
  });
  expect(answer.model).toBe("model-as-reported");
});

test.each([
  ["content-filter", "refusal"],
  ["length", "length"],
  ["tool-calls", "toolCalls"],
  ["interrupted", "interrupted"],
  ["error", "interrupted"],
  ["other", "interrupted"],
] as const)("a stream that finishes with %s is a %s", async (unified, reason) => {
  const { answer } = await collect([{ type: "finish", usage, finishReason: { unified, raw: undefined } }]);
  expect(answer.finish?.reason).toBe(reason);
});

test("an error part is thrown as it came", async () => {
  await expect(collect([{ type: "error", error: new Error("overloaded") }])).rejects.toThrow("overloaded");
});

test("arguments nested beyond use are malformed instead of exhausting every reader's stack", async () => {
  const input = `{"a":${"[".repeat(3_000)}${"]".repeat(3_000)}}`;
  const { answer } = await collect([{ type: "tool-call", toolCallId: "x", toolName: "read", input }]);
  expect(answer.parts()).toMatchObject([{ args: {}, malformed: input }]);
});

test("tokens written to the provider's cache are counted apart", async () => {
  const written = { ...usage, inputTokens: { ...usage.inputTokens, cacheWrite: 10 } };
  const { answer } = await collect([
    { type: "finish", usage: written, finishReason: { unified: "stop", raw: undefined } },
  ]);
  expect(answer.finish?.usage.cacheWriteTokens).toBe(10);
});
