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

test("a truncated stream keeps what had arrived, apart from the answer", async () => {
  const { answer } = await ask("anthropic", [{ fault: "truncate" }]);
  expect(answer).toMatchObject({ type: "failed", error: { name: "TruncatedStream" } });
  expect(JSON.stringify(answer.type === "failed" && answer.partial)).toContain("This sentence");
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

test("every request of a Run sends the same bytes for system and tools", async () => {
  const { requests } = await ask("openai", [{ text: "a" }, { text: "b" }], [turn(asked), turn(called)]);
  expect(JSON.stringify(requests[1]?.body.tools)).toBe(JSON.stringify(requests[0]?.body.tools));
  expect(requests[0]?.body.tools).toMatchObject([{ name: "readTextFile" }]);
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
