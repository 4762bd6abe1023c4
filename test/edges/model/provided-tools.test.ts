import { describe, expect, test } from "vitest";
import type { Message, ProviderCallPart } from "../../../src/job/message.ts";
import type { Generation, Provided } from "../../../src/run/ports.ts";
import { asked, askProvider } from "../../helpers/ask-provider.ts";
import { messageStart, responseCreated } from "../../helpers/model-protocols.ts";
import type { ScriptedAnswer } from "../../helpers/model-server.ts";
import { type ProviderRow, providerRows } from "../../helpers/provider-rows.ts";

const row = (name: string): ProviderRow => {
  const found = providerRows.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};

const callsOf = (answer: Generation | undefined): readonly ProviderCallPart[] =>
  answer?.type === "finished" ? answer.parts.filter((part) => part.type === "providerCall") : [];

/** A next request that has the answer before in its history. */
const afterwards = ([first]: readonly Generation[]): { messages: readonly Message[] } => ({
  messages: [
    ...asked,
    { role: "expert", parts: first?.type === "finished" ? first.parts : [] },
    { role: "user", parts: [{ type: "text", text: "Go on." }] },
  ],
});

describe("given tools that a provider runs itself", () => {
  test.each<[string, string | undefined, Provided, readonly object[]]>([
    [
      "anthropic",
      undefined,
      {
        providerTools: ["webSearch", "webFetch", "codeExecution"],
        providerToolOptions: {
          webSearch: { maxUses: 3, allowedDomains: ["example.com"] },
          webFetch: { maxUses: 2 },
        },
      },
      [
        { type: "web_search_20250305", name: "web_search", max_uses: 3, allowed_domains: ["example.com"] },
        { type: "web_fetch_20250910", name: "web_fetch", max_uses: 2 },
        { type: "code_execution_20250825", name: "code_execution" },
      ],
    ],
    [
      "openai",
      undefined,
      {
        providerTools: ["webSearch", "fileSearch", "codeInterpreter"],
        providerToolOptions: {
          webSearch: { allowedDomains: ["example.com"] },
          fileSearch: { vectorStoreIds: ["vs_1"], maxNumResults: 5 },
        },
      },
      [
        { type: "web_search", filters: { allowed_domains: ["example.com"] } },
        { type: "file_search", vector_store_ids: ["vs_1"], max_num_results: 5 },
        { type: "code_interpreter" },
      ],
    ],
    [
      "azure-openai",
      undefined,
      { providerTools: ["webSearchPreview", "codeInterpreter"] },
      [{ type: "web_search_preview" }, { type: "code_interpreter" }],
    ],
    [
      "google",
      "gemini-3-pro-preview",
      { providerTools: ["googleSearch", "urlContext", "codeExecution"] },
      [{ googleSearch: {} }, { urlContext: {} }, { codeExecution: {} }],
    ],
    [
      "google-vertex",
      "gemini-3-pro-preview",
      { providerTools: ["enterpriseWebSearch", "googleMaps"] },
      [{ enterpriseWebSearch: {} }, { googleMaps: {} }],
    ],
  ])("%s (%s) is asked for %j beside the Expert's own", async (name, model, provided, tools) => {
    const ask = { script: [{ text: "ok" }], turns: [{ provided }], ...(model && { model }) };
    const { bodies } = await askProvider(row(name), ask);
    const sent = bodies[0]?.tools;
    expect(sent).toEqual(expect.arrayContaining(tools.map((tool) => expect.objectContaining(tool))));
    expect(JSON.stringify(sent)).toContain("readTextFile");
  });

  test("OpenAI's only tool is limited by the count of all its calls", async () => {
    const provided: Provided = {
      providerTools: ["webSearch"],
      providerToolOptions: { webSearch: { maxUses: 4 } },
    };
    const { bodies } = await askProvider(row("openai"), { script: [{ text: "ok" }], turns: [{ provided }] });
    expect(bodies[0]).toMatchObject({ max_tool_calls: 4 });
  });

  test.each(["google", "google-vertex"])(
    "%s: a Gemini that would lose the Expert's own tools is not asked",
    async (name) => {
      const turns = [{ provided: { providerTools: ["googleSearch"] } }];
      const { answer, requests } = await askProvider(row(name), { script: [{ text: "ok" }], turns });
      expect(answer).toMatchObject({
        type: "failed",
        error: { message: expect.stringContaining("Use a Gemini 3 model"), isRetryable: false },
      });
      expect(requests).toEqual([]);
    },
  );

  test("another provider is asked without what it has not", async () => {
    const turns = [{ provided: { providerTools: ["webSearch"] } }];
    const { answer, bodies } = await askProvider(row("deepseek"), { script: [{ text: "ok" }], turns });
    expect(answer.type).toBe("finished");
    expect(bodies[0]?.tools).toHaveLength(1);
  });
});

describe("given skills that Anthropic runs", () => {
  const provided: Provided = {
    providerSkills: [
      { type: "builtin", skillId: "pdf" },
      { type: "custom", name: "house-style", definition: "skill_01Ab@7" },
    ],
  };

  test("they are in the container, with code execution and the betas that they need", async () => {
    const { bodies, requests } = await askProvider(row("anthropic"), {
      script: [{ text: "ok" }],
      turns: [{ provided }],
    });
    expect(bodies[0]).toMatchObject({
      container: {
        skills: [
          { type: "anthropic", skill_id: "pdf", version: "latest" },
          { type: "custom", skill_id: "skill_01Ab", version: "7" },
        ],
      },
    });
    expect(JSON.stringify(bodies[0]?.tools)).toContain("code_execution_20250825");
    expect(String(requests[0]?.headers["anthropic-beta"])).toContain("skills-2025-10-02");
  });
});

const search = {
  type: "server_tool_use",
  id: "srvtoolu_1",
  name: "web_search",
  input: {},
};

const page = {
  type: "web_search_result",
  url: "https://example.com/a",
  title: "A",
  encrypted_content: "ZW5j",
  page_age: null,
};

const block = (index: number, content_block: object) => [
  { type: "content_block_start", index, content_block },
  { type: "content_block_stop", index },
];

const ending = (stop_reason: string, more: object = {}) => [
  {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null, ...more },
    usage: { output_tokens: 20 },
  },
  { type: "message_stop" },
];

const searched = [
  { type: "content_block_start", index: 0, content_block: search },
  {
    type: "content_block_delta",
    index: 0,
    delta: { type: "input_json_delta", partial_json: '{"query":"a.txt"}' },
  },
  { type: "content_block_stop", index: 0 },
];

const found = block(1, { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [page] });

const said = (index: number, text: string) => [
  { type: "content_block_start", index, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index, delta: { type: "text_delta", text } },
  { type: "content_block_stop", index },
];

const provided: Provided = { providerTools: ["webSearch"] };

describe("given a search that Anthropic ran", () => {
  const script: readonly ScriptedAnswer[] = [
    { events: [messageStart, ...searched, ...found, ...said(2, "It is A."), ...ending("end_turn")] },
    { text: "ok" },
  ];

  test("it is a part of the answer, in its place, and goes back as it came", async () => {
    const { answers, bodies } = await askProvider(row("anthropic"), {
      script,
      turns: [{ provided }, (before) => ({ provided, ...afterwards(before) })],
    });
    expect(answers[0]).toMatchObject({
      finishReason: "stop",
      parts: [
        {
          type: "providerCall",
          id: "provided_1_0",
          tool: "web_search",
          args: { query: "a.txt" },
          result: [{ url: "https://example.com/a", title: "A" }],
        },
        { type: "text", text: "It is A." },
      ],
    });
    expect(bodies[1]).toMatchObject({
      messages: [
        {},
        {
          content: [
            { ...search, input: { query: "a.txt" } },
            { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [page] },
            { type: "text", text: "It is A." },
          ],
        },
        {},
      ],
    });
  });

  test("another provider is told of it in words", async () => {
    const { answers } = await askProvider(row("anthropic"), { script, turns: [{ provided }] });
    const { bodies } = await askProvider(row("openai"), {
      script: [{ text: "ok" }],
      turns: [afterwards(answers)],
    });
    const sent = JSON.stringify(bodies[0]?.input);
    expect(sent).toContain("[The provider ran web_search with");
    expect(sent).toContain("https://example.com/a");
    expect(sent).not.toContain("srvtoolu_1");
  });

  test("an answer that Anthropic pauses goes on where it was, as one answer with the usage of both", async () => {
    const { answers, bodies } = await askProvider(row("anthropic"), {
      script: [
        { events: [messageStart, ...searched, ...ending("pause_turn")] },
        {
          events: [
            messageStart,
            ...block(0, { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [page] }),
            ...said(1, "It is A."),
            ...ending("end_turn"),
          ],
        },
      ],
      turns: [{ provided, maxOutputTokens: 10_000 }],
    });
    expect(answers).toMatchObject([
      {
        finishReason: "stop",
        parts: [
          { type: "providerCall", tool: "web_search", result: [{ url: "https://example.com/a" }] },
          { type: "text", text: "It is A." },
        ],
        usage: { inputTokens: 20, outputTokens: 40 },
        contextTokens: 30,
      },
    ]);
    expect(bodies[1]).toMatchObject({
      max_tokens: 9_980,
      messages: [{}, { role: "assistant", content: [{ ...search, input: { query: "a.txt" } }] }],
    });
  });

  test("near the end of a budget a paused answer goes on only while the rest pays for the conversation again", async () => {
    const paused = { events: [messageStart, ...searched, ...ending("pause_turn")] };
    const limitedBy = { type: "maxTokens", limit: 5_000 } as const;
    const ask = (maxOutputTokens: number) =>
      askProvider(row("anthropic"), {
        script: [paused, { events: [messageStart, ...said(0, "It is A."), ...ending("end_turn")] }],
        turns: [{ provided, maxOutputTokens, limitedBy }],
      });
    const short = await ask(1_073);
    expect(short.answer).toMatchObject({ type: "finished", finishReason: "length", isUnpaid: true });
    expect(short.requests).toHaveLength(1);
    const enough = await ask(1_074);
    expect(enough.answer).toMatchObject({ type: "finished", finishReason: "stop" });
    expect(enough.bodies[1]).toMatchObject({ max_tokens: 1_024 });
  });

  test("an answer without a usable end has failed, and no earlier request is billed for it", async () => {
    const { answer } = await askProvider(row("anthropic"), {
      script: [{ events: [messageStart, ...said(0, "It is A."), ...ending("who_knows")] }],
      turns: [{ provided }],
    });
    expect(answer).toMatchObject({ type: "failed", error: { name: "TruncatedStream" } });
    expect(answer).not.toHaveProperty("usage");
  });

  test("a paused answer that breaks off when it goes on has failed, with what had come", async () => {
    const { answer } = await askProvider(row("anthropic"), {
      script: [
        { events: [messageStart, ...searched, ...ending("pause_turn")] },
        { events: [messageStart, ...said(0, "It")] },
      ],
      turns: [{ provided }],
    });
    expect(answer).toMatchObject({
      type: "failed",
      error: { name: "TruncatedStream" },
      partial: [{ type: "providerCall" }, { type: "text", text: "It" }],
      usage: { inputTokens: 10, outputTokens: 20 },
    });
  });

  test("a container that an answer left files in is used by the next", async () => {
    const container = { id: "container_1", expires_at: "2100-01-01T00:00:00Z", skills: null };
    const code: Provided = { providerTools: ["codeExecution"] };
    const { bodies } = await askProvider(row("anthropic"), {
      script: [
        { events: [messageStart, ...said(0, "Done."), ...ending("end_turn", { container })] },
        { text: "ok" },
      ],
      turns: [{ provided: code }, (before) => ({ provided: code, ...afterwards(before) })],
    });
    expect(bodies.map((body) => body.container)).toEqual([undefined, "container_1"]);
  });
});

describe("given what OpenAI ran", () => {
  const item = (index: number, value: object, between: readonly Record<string, unknown>[] = []) => [
    { type: "response.output_item.added", output_index: index, item: value },
    ...between,
    { type: "response.output_item.done", output_index: index, item: value },
  ];
  const finished = {
    type: "response.completed",
    response: { usage: { input_tokens: 10, output_tokens: 5 }, incomplete_details: null },
  };
  const webSearch = {
    type: "web_search_call",
    id: "ws_1",
    status: "completed",
    action: { type: "search", query: "a.txt" },
  };
  const interpreter = {
    type: "code_interpreter_call",
    id: "ci_1",
    status: "completed",
    code: "print(1)",
    container_id: "c_1",
    outputs: [{ type: "logs", logs: "1" }],
  };

  const code = [
    {
      type: "response.code_interpreter_call_code.delta",
      item_id: "ci_1",
      output_index: 1,
      delta: "print(1)",
    },
    { type: "response.code_interpreter_call_code.done", item_id: "ci_1", output_index: 1, code: "print(1)" },
  ];

  test("searches go back as they came, results of code in words, since nothing is stored there", async () => {
    const tools: Provided = { providerTools: ["webSearch", "codeInterpreter"] };
    const { answers, bodies } = await askProvider(row("openai"), {
      script: [
        { events: [responseCreated, ...item(0, webSearch), ...item(1, interpreter, code), finished] },
        { text: "ok" },
      ],
      turns: [{ provided: tools }, (before) => ({ provided: tools, ...afterwards(before) })],
    });
    expect(callsOf(answers[0])).toMatchObject([
      { tool: "web_search", result: { action: { type: "search", query: "a.txt" } } },
      { tool: "code_interpreter", args: { code: "print(1)" }, result: { outputs: [{ logs: "1" }] } },
    ]);
    const input = JSON.stringify(bodies[1]?.input);
    expect(input).toContain('"type":"web_search_call","id":"ws_1"');
    expect(input).toContain("[The provider ran code_interpreter with");
    expect(input).not.toContain("ci_1");
  });
});

describe("given an answer of Google's that rests on pages", () => {
  const grounded = {
    candidates: [
      {
        content: { role: "model", parts: [{ text: "It is A." }] },
        finishReason: "STOP",
        groundingMetadata: {
          groundingChunks: [{ web: { uri: "https://example.com/a", title: "A" } }],
        },
      },
    ],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
  };

  test("the pages are a part of the answer, and do not go back", async () => {
    const tools: Provided = { providerTools: ["googleSearch"] };
    const { answers, bodies } = await askProvider(row("google"), {
      model: "gemini-3-pro-preview",
      script: [{ events: [grounded] }, { text: "ok" }],
      turns: [{ provided: tools }, (before) => ({ provided: tools, ...afterwards(before) })],
    });
    expect(callsOf(answers[0])).toMatchObject([
      { tool: "sources", result: [{ url: "https://example.com/a", title: "A" }] },
    ]);
    expect(JSON.stringify(bodies[1]?.contents)).not.toContain("https://example.com/a");
  });

  test("code that Google ran goes back as it came", async () => {
    const tools: Provided = { providerTools: ["codeExecution"] };
    const parts = [
      { executableCode: { language: "PYTHON", code: "print(1)" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } },
      { text: "It is 1." },
    ];
    const ran = {
      candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    };
    const { answers, bodies } = await askProvider(row("google"), {
      model: "gemini-3-pro-preview",
      script: [{ events: [ran] }, { text: "ok" }],
      turns: [{ provided: tools }, (before) => ({ provided: tools, ...afterwards(before) })],
    });
    expect(callsOf(answers[0])).toMatchObject([{ tool: "code_execution", result: { output: "1" } }]);
    expect(bodies[1]).toMatchObject({
      contents: [{}, { role: "model", parts: [parts[0], parts[1], parts[2]] }, {}],
    });
  });
});
