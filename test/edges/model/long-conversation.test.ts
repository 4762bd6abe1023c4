import { expect, test } from "vitest";
import { aiSdkModel } from "../../../src/edges/model/ai-sdk-model.ts";
import { providerSettings } from "../../../src/edges/model/provider-settings.ts";
import type { Message } from "../../../src/job/message.ts";
import { startModelServer } from "../../helpers/model-server.ts";

const long = `"quoted" \\ back, line\nbreak, tab\t, é, 😀, \u0001 and ${"more ".repeat(200)}`;

const conversation: readonly Message[] = [
  { role: "user", parts: [{ type: "text", text: `asked: ${long}` }] },
  {
    role: "expert",
    parts: [
      { type: "text", text: `said: ${long}` },
      { type: "toolCall", id: "call_1_0", tool: "read", args: { path: `argument: ${long}` } },
      { type: "toolCall", id: "call_1_1", tool: "read", args: { path: "missing" } },
      { type: "toolCall", id: "call_1_2", tool: "read", args: { path: "several" } },
    ],
  },
  {
    role: "tool",
    parts: [
      {
        type: "toolResult",
        id: "call_1_0",
        tool: "read",
        contents: [{ type: "text", text: `found: ${long}` }],
        isError: false,
      },
      {
        type: "toolResult",
        id: "call_1_1",
        tool: "read",
        contents: [{ type: "text", text: `failed: ${long}` }],
        isError: true,
      },
      {
        type: "toolResult",
        id: "call_1_2",
        tool: "read",
        contents: [
          { type: "text", text: `one: ${long}` },
          { type: "text", text: `two: ${long}` },
        ],
        isError: false,
      },
    ],
  },
];

/** Every text of a JSON value, also of one that is written in a text. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value, ...innerTexts(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
};

const innerTexts = (text: string): readonly string[] => {
  try {
    return textsOf(JSON.parse(text));
  } catch {
    return [];
  }
};

test.each(["anthropic", "openai", "openai-compatible"] as const)(
  "%s: given long texts everywhere, when asked again and again, then each arrives as it is every time",
  async (providerName) => {
    await using server = await startModelServer([{ text: "Yes." }, { text: "Yes." }]);
    const variable = providerName === "anthropic" ? "ANTHROPIC" : "OPENAI";
    const environment = { [`${variable}_API_KEY`]: "key", [`${variable}_BASE_URL`]: server.url };
    const model = aiSdkModel(providerSettings({ providerName }, environment), () => 1_000);
    for (let step = 1; step <= 2; step++) {
      const answer = await model.generate(
        {
          runId: "r0",
          step,
          choice: { provider: providerName, model: "some-model" },
          system: "You read.",
          tools: [],
          toolChoice: "auto",
          messages: conversation,
          alternative: 0,
          provided: {},
        },
        { signal: AbortSignal.timeout(5_000), onDelta: () => {}, readBlob: () => new Uint8Array() },
      );
      expect(answer.type).toBe("finished");
    }
    for (const { body } of server.requests) {
      const texts = textsOf(body);
      for (const name of ["asked", "said", "argument", "found", "failed", "one", "two"]) {
        expect(texts).toContain(`${name}: ${long}`);
      }
    }
    expect(server.requests[1]?.body).toEqual(server.requests[0]?.body);
  },
);
