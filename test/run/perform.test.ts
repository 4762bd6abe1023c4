import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import { runJob } from "../../src/run/run-job.ts";
import { jobStarted, overloaded } from "../helpers/scripted-job.ts";
import { fakePorts, finished, neverStopped, said, scriptedModel } from "./fake-ports.ts";

describe("what the model is asked with", () => {
  const second = { provider: "openai", model: "gpt-test" };

  test("is the fallback after an overload, at once, and the answer says which it was", async () => {
    const { ports, seen, clock, events } = fakePorts({
      generate: scriptedModel([{ fails: overloaded }, { text: "Fine." }]),
    });
    await runJob(ports, { events: [{ ...jobStarted(), fallbacks: [second] }] }, neverStopped);
    expect(seen.turns.map(({ choice, alternative }) => [choice.model, alternative])).toEqual([
      ["claude-test", 0],
      ["gpt-test", 1],
    ]);
    expect(clock.sleeps).toEqual([0, 0]);
    expect(events().find(({ type }) => type === "generationFinished")).toMatchObject({ alternative: 1 });
  });

  test("is the most that a budget leaves for the answer, and no bound without one", async () => {
    const bounds = async (maxTokens?: number) => {
      const { ports, seen } = fakePorts({ generate: scriptedModel([{ text: "Fine." }]) });
      const limits = maxTokens === undefined ? {} : { maxTokens };
      const state = await runJob(ports, { events: [jobStarted(limits)] }, neverStopped);
      return seen.turns.map(({ maxOutputTokens }) => maxOutputTokens ?? state.outcome?.type);
    };
    expect(await bounds()).toEqual(["completed"]);
    expect(await bounds(1_000_000)).toEqual([16_000]);
    expect((await bounds(5_000))[0]).toBeLessThan(5_000);
    expect(await bounds(1_000)).toEqual([]);
  });

  test("is the schema once its answer has missed it, and what the provider runs itself", async () => {
    const provided = { providerTools: ["webSearch"] };
    const outputSchema = { type: "object", required: ["verdict"] };
    const { ports, seen } = fakePorts({
      generate: scriptedModel([{ text: "It passes." }, { text: '{"verdict":"pass"}' }]),
      experts: new Map([["reviewer", z.parse(Expert, { instruction: "You review.", ...provided })]]),
    });
    const state = await runJob(ports, { events: [{ ...jobStarted(), outputSchema }] }, neverStopped);
    expect(seen.turns.map((turn) => [turn.outputSchema, turn.toolChoice])).toEqual([
      [undefined, "auto"],
      [outputSchema, "none"],
    ]);
    expect(seen.turns.map((turn) => turn.provided)).toEqual([provided, provided]);
    expect(seen.turns[0]?.system).toContain('{"type":"object","required":["verdict"]}');
    expect(state.outcome).toMatchObject({ type: "completed", structured: { verdict: "pass" } });
  });
});

test("results that make room are kept whole as blobs, and an image stays the blob it was", async () => {
  const long = "x".repeat(3_000);
  const image = new Uint8Array([1, 2, 3]);
  const reading = { calls: [{ tool: "read" }] };
  let asked = 0;
  const { ports, seen, blobs, events } = fakePorts({
    generate: async (turn) => {
      asked += 1;
      const usage = { inputTokens: 900, outputTokens: 5, reasoningTokens: 0, cachedInputTokens: 0 };
      const answer = asked <= 4 ? reading : { text: "Fine." };
      const generation = finished(answer, turn.step);
      return generation.type === "finished" ? { ...generation, usage } : generation;
    },
    known: { contextWindow: 1_000 },
    call: async (call) =>
      call.id === "call_1_0"
        ? { contents: [{ type: "bytes", data: image, mediaType: "image/png" }], isError: false }
        : said(call.id === "call_2_0" ? long : "short"),
  });
  const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
  expect(state.outcome).toEqual({ type: "completed", text: "Fine." });
  const reduced = events().flatMap((event) => (event.type === "contextReduced" ? event.results : []));
  expect(reduced.map(({ toolCallId, blob }) => [toolCallId, blob.mediaType])).toEqual([
    ["call_1_0", "image/png"],
    ["call_2_0", "text/plain"],
  ]);
  const [kept, text] = reduced.map(({ blob }) => blobs.get(blob.sha256));
  expect(kept).toEqual(image);
  expect(new TextDecoder().decode(text)).toBe(long);
  const last = JSON.stringify(seen.turns.at(-1)?.messages);
  expect(last).not.toContain(long);
  expect(last).toContain(`blob sha256:${reduced[1]?.blob.sha256}`);
});
