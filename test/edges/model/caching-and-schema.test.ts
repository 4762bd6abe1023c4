import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/job/message.ts";
import { asked, askProvider } from "../../helpers/ask-provider.ts";
import { messageStart } from "../../helpers/model-protocols.ts";
import { type ProviderRow, providerRows } from "../../helpers/provider-rows.ts";

const row = (name: string): ProviderRow => {
  const found = providerRows.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};

const called: readonly Message[] = [
  ...asked,
  {
    role: "expert",
    parts: [{ type: "toolCall", id: "call_1_0", tool: "readTextFile", args: { path: "a" } }],
  },
  {
    role: "tool",
    parts: [
      {
        type: "toolResult",
        id: "call_1_0",
        tool: "readTextFile",
        contents: [{ type: "text", text: "hello" }],
        isError: false,
      },
    ],
  },
];

test("Claude on Bedrock: cache points end the system prompt and the last two messages heard", async () => {
  const { bodies } = await askProvider(row("amazon-bedrock"), {
    script: [{ text: "ok" }],
    turns: [{ messages: called }],
  });
  const point = { cachePoint: { type: "default" } };
  expect(bodies[0]).toMatchObject({
    system: [{ text: "You read." }, point],
    messages: [{ content: [{}, point] }, {}, { content: [{ toolResult: {} }, point] }],
  });
});

test("a model of Bedrock's that caches nothing gets no cache points", async () => {
  const { bodies } = await askProvider(row("amazon-bedrock"), {
    script: [{ text: "ok" }],
    model: "mistral.mistral-large-2407-v1:0",
    turns: [{ messages: called }],
  });
  expect(JSON.stringify(bodies[0])).not.toContain("cachePoint");
});

test("what came from Anthropic's cache and what went into it are counted apart", async () => {
  const usage = {
    input_tokens: 10,
    cache_read_input_tokens: 700,
    cache_creation_input_tokens: 90,
    output_tokens: 1,
  };
  const start = { ...messageStart, message: { ...messageStart.message, usage } };
  const { answer } = await askProvider(row("anthropic"), {
    script: [
      {
        events: [
          start,
          { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
          { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi." } },
          { type: "content_block_stop", index: 0 },
          {
            type: "message_delta",
            delta: { stop_reason: "end_turn", stop_sequence: null },
            usage: { output_tokens: 3 },
          },
          { type: "message_stop" },
        ],
      },
    ],
  });
  expect(answer).toMatchObject({
    usage: { inputTokens: 800, cachedInputTokens: 700, cacheWriteTokens: 90, outputTokens: 3 },
  });
});

const open = { type: "object", properties: { verdict: { type: "string" } } };
const closed = { ...open, required: ["verdict"], additionalProperties: false };

describe("given a schema of the answer", () => {
  test.each<[ProviderRow["name"], object]>([
    ["anthropic", { output_config: { format: { type: "json_schema", schema: closed } } }],
    ["openai", { text: { format: { type: "json_schema", strict: true, schema: closed } } }],
    ["azure-openai", { text: { format: { type: "json_schema", strict: true, schema: closed } } }],
    ["google", { generationConfig: { responseMimeType: "application/json" } }],
    ["google-vertex", { generationConfig: { responseMimeType: "application/json" } }],
    ["deepseek", { response_format: { type: "json_object" } }],
    ["ollama", { response_format: { type: "json_schema", json_schema: { strict: true, schema: closed } } }],
    ["openai-compatible", { response_format: { type: "json_schema", json_schema: { schema: closed } } }],
    [
      "amazon-bedrock",
      { additionalModelRequestFields: { output_config: { format: { type: "json_schema" } } } },
    ],
  ])("%s is asked for it in its own way", async (name, body) => {
    const { bodies } = await askProvider(row(name), {
      script: [{ text: '{"verdict":"fine"}' }],
      turns: [{ outputSchema: closed, tools: [] }],
    });
    expect(bodies[0]).toMatchObject(body);
    expect(JSON.stringify(bodies[0])).toContain("verdict");
  });

  test.each(["openai", "openai-compatible"])(
    "%s is not asked for the strict form of an open one",
    async (name) => {
      const { bodies } = await askProvider(row(name), {
        script: [{ text: "{}" }],
        turns: [{ outputSchema: open, tools: [] }],
      });
      expect(JSON.stringify(bodies[0])).toContain('"strict":false');
    },
  );
});
