import { calcPrice } from "@pydantic/genai-prices";
import { expect, test } from "vitest";
import { priceCatalog } from "../../src/edges/catalog.ts";

const usage = { inputTokens: 300_000, cachedInputTokens: 0, outputTokens: 1_000, reasoningTokens: 0 };

const choices = [
  { provider: "anthropic", model: "claude-sonnet-4-5" },
  { provider: "anthropic", model: "claude-haiku-4-5" },
  { provider: "openai", model: "gpt-5-mini" },
  { provider: "google", model: "gemini-2.5-pro" },
  { provider: "google-vertex", model: "gemini-2.5-pro" },
] as const;

const fail = (text: string): never => {
  throw new Error(text);
};

test("a model is priced by the list each time it is asked for, whatever was asked for before", async () => {
  const catalog = priceCatalog(new Map(), fail);
  for (const choice of [...choices, ...choices.toReversed()]) {
    const listed = calcPrice({ input_tokens: 300_000, output_tokens: 1_000 }, choice.model, {
      providerId: choice.provider,
    });
    expect(listed?.total_price).toBeGreaterThan(0);
    expect([choice, (await catalog.describe(choice, usage)).costUsd]).toEqual([choice, listed?.total_price]);
  }
  const elsewhere = { provider: "anthropic", model: "gemini-2.5-pro" } as const;
  expect((await catalog.describe(elsewhere, usage)).costUsd).toBeUndefined();
});

test("what nobody knows has no price, however often it is asked for, and neither has an endpoint of one's own", async () => {
  const catalog = priceCatalog(new Map(), fail);
  for (const provider of ["anthropic", "anthropic", "ollama", "openai-compatible"] as const) {
    const model = provider === "anthropic" ? "no-such-model" : "gpt-5-mini";
    expect((await catalog.describe({ provider, model }, usage)).costUsd).toBeUndefined();
    expect(await catalog.ceilingOf({ provider, model })).toBeUndefined();
  }
});

test("usage that does not add up is priced by what its whole allows, and never below nothing", async () => {
  const catalog = priceCatalog(new Map([["own", { inputUsd: 1, outputUsd: 2 }]]), fail);
  const costOf = async (choice: (typeof choices)[number], parts: object) =>
    (await catalog.describe(choice, { ...usage, inputTokens: 100, ...parts })).costUsd;
  for (const choice of choices) {
    const allCached = await costOf(choice, { cachedInputTokens: 100 });
    expect(allCached).toBeGreaterThan(0);
    expect(await costOf(choice, { cachedInputTokens: 120 })).toBe(allCached);
    expect(await costOf(choice, { cachedInputTokens: 80, cacheWriteTokens: 80 })).toBe(
      await costOf(choice, { cachedInputTokens: 80, cacheWriteTokens: 20 }),
    );
    expect(await costOf(choice, { cachedInputTokens: -20 })).toBe(await costOf(choice, {}));
    expect(await costOf(choice, { inputTokens: -5, outputTokens: -5 })).toBe(0);
  }
  const below = { ...usage, inputTokens: -5, outputTokens: -5 };
  expect(await catalog.describe({ provider: "openai", model: "own" }, below)).toEqual({ costUsd: 0 });
});

test("what the list cannot price has no price, which is said once for a model and ends nothing", async () => {
  const warnings: string[] = [];
  const catalog = priceCatalog(new Map(), (text) => warnings.push(text));
  const [choice] = choices;
  for (const inputTokens of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect((await catalog.describe(choice, { ...usage, inputTokens })).costUsd).toBeUndefined();
  }
  expect(warnings).toEqual([
    expect.stringMatching(/^What claude-sonnet-4-5 costs is not known: .*Invalid usage value/),
  ]);
  expect((await catalog.describe(choice, usage)).costUsd).toBeGreaterThan(0);
});
