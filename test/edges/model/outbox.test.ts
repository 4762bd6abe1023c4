import { expect, onTestFinished, test } from "vitest";
import { aiSdkModel } from "../../../src/edges/model/ai-sdk-model.ts";
import { outbox } from "../../../src/edges/model/outbox.ts";
import { providerFetch } from "../../../src/edges/model/provider-fetch.ts";
import type { Message } from "../../../src/job/message.ts";
import type { Generation, Turn } from "../../../src/run/ports.ts";
import { said } from "../../helpers/arbitrary-conversation.ts";
import { startRecorder } from "../../helpers/request-recorder.ts";

const marker = "a-word-nobody-guesses";
const element = `{"role":"user","content":"${marker}"}`;
const kept = { marker, element, bytes: [Buffer.from('{"kept":"é"}'), Buffer.from(',{"kept":2}')] };

const start = async () => {
  const server = await startRecorder();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const box = outbox();
  const send = providerFetch(box.prepare);
  const post = (body: string) =>
    box.replace(kept, (headers) =>
      send(server.url, { method: "POST", body, headers: { ...headers, "x-own": "1" } }),
    );
  return { server, box, send, post };
};

test("the marker's element gives way to what is kept, the rest of the body stays as it is, its header stays here", async () => {
  const { server, post } = await start();
  await post(`{"a": 1.0, "messages":[${element},{"new":"ü"}]}`);
  expect(server.requests).toMatchObject([
    { body: '{"a": 1.0, "messages":[{"kept":"é"},{"kept":2},{"new":"ü"}]}', headers: { "x-own": "1" } },
  ]);
  expect(JSON.stringify(server.requests)).not.toContain("expert-stack");
});

test.each([
  ["no marker", '{"messages":[{"new":1}]}'],
  ["the marker twice", `{"messages":[${element},${element}]}`],
  ["the marker also in a text", `{"messages":[${element},{"text":"${marker}"}]}`],
  ["the marker in an element that is more than it", `{"messages":[{"role":"user","content":"s ${marker}"}]}`],
])("given a body with %s, when it is to go out, then it fails before anything is sent", async (_, body) => {
  const { server, post } = await start();
  await expect(post(body)).rejects.toThrow("The request was not sent: the older part");
  expect(server.requests).toEqual([]);
});

test("a request whose answer nobody waits for any more is not sent", async () => {
  const { server, box, send } = await start();
  let known: Readonly<Record<string, string>> = {};
  await box.replace(kept, async (headers) => {
    known = headers;
  });
  await expect(send(server.url, { method: "POST", body: element, headers: known })).rejects.toThrow(
    "not sent",
  );
  expect(server.requests).toEqual([]);
});

test("what would be sent is told and never leaves", async () => {
  const { server, box, send } = await start();
  const body = await box.wouldSend((headers) => send(server.url, { method: "POST", body: "{}", headers }));
  expect(body).toBe("{}");
  expect(server.requests).toEqual([]);
});

/** A Run's conversation after so many steps, told apart from others by its name. */
const talk = (name: string, steps: number): readonly Message[] => [
  said(`I am ${name}.`),
  ...Array.from({ length: steps }, (_, step): readonly Message[] => {
    const call = { id: `call_${step}_0`, tool: "readTextFile" };
    const contents = [{ type: "text", text: `${name} ${step}` } as const];
    return [
      { role: "expert", parts: [{ type: "toolCall", ...call, args: {} }] },
      { role: "tool", parts: [{ type: "toolResult", ...call, contents, isError: false }] },
    ];
  }).flat(),
];

const startModel = async () => {
  const { server, box, send } = await start();
  const common = { apiKey: "k", baseUrl: `${server.url}/v1`, headers: {} };
  const settings = [
    { ...common, provider: "anthropic" } as const,
    { ...common, provider: "openai" } as const,
  ];
  const model = aiSdkModel(settings, { now: () => 0, fetch: send, outbox: box });
  const ask = (
    messages: readonly Message[],
    more: Partial<Turn> & { signal?: AbortSignal } = {},
  ): Promise<Generation> => {
    const { signal = AbortSignal.timeout(10_000), ...turn } = more;
    const usual = { runId: "r0", step: 1, alternative: 0, system: "s", tools: [], provided: {} };
    const choice = { provider: "anthropic", model: "claude-sonnet-4-5" };
    return model.generate(
      { ...usual, choice, toolChoice: "auto", messages, ...turn },
      { signal, onDelta: () => {}, readBlob: () => new Uint8Array() },
    );
  };
  return { server, ask };
};

/** What each text of a request's conversation is, in order. */
const told = (body: string, name: string): readonly string[] =>
  [...body.matchAll(new RegExp(`${name} (\\d+)`, "g"))].map(([, step]) => step ?? "");

const steps = (count: number): readonly string[] => Array.from({ length: count }, (_, step) => String(step));

test("two Runs at the same time each send their own conversation, and so do a hundred", async () => {
  const { server, ask } = await startModel();
  const runs = Array.from({ length: 100 }, (_, index) => ({
    name: `run${index}x`,
    all: talk(`run${index}x`, 24),
  }));
  for (const length of [41, 43, 49]) {
    await Promise.all(runs.map(({ all }) => ask(all.slice(0, length))));
  }
  const sent = server.requests.slice(-100).map(({ body }) => body);
  for (const { name } of runs) {
    const own = sent.filter((body) => body.includes(`I am ${name}.`));
    expect(own.map((body) => told(body, name))).toEqual([steps(24)]);
    expect(own[0]?.match(/run\d+x/g)?.every((word) => word === name)).toBe(true);
  }
});

test("a step that is tried again, by another provider, and by the first again, is the same each time", async () => {
  const { server, ask } = await startModel();
  const all = talk("one", 30);
  const other = { alternative: 1, choice: { provider: "openai", model: "gpt-5.1" } };
  await ask(all.slice(0, 41));
  for (const turn of [{}, {}, other, other, {}]) await ask(all, turn);
  const bodies = server.requests.slice(1).map(({ body }) => body);
  expect(bodies.map((body) => told(body, "one"))).toEqual(bodies.map(() => steps(30)));
  expect(new Set(bodies).size).toBe(2);
  expect(bodies[4]).toBe(bodies[0]);
});

test("given a step that was given up before it began, when it is tried again, then all of it is sent", async () => {
  const { server, ask } = await startModel();
  const all = talk("one", 30);
  expect(await ask(all, { signal: AbortSignal.abort(new Error("stopped")) })).toMatchObject({
    type: "failed",
  });
  expect(server.requests).toEqual([]);
  await ask(all);
  await ask(all);
  expect(server.requests.map(({ body }) => told(body, "one"))).toEqual([steps(30), steps(30)]);
});
