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
