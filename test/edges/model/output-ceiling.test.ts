import { describe, expect, test } from "vitest";
import { askProvider } from "../../helpers/ask-provider.ts";
import { type ProviderRow, providerRows } from "../../helpers/provider-rows.ts";

type Body = Record<string, unknown>;

const at = (body: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      body,
    );

/** Where each API has the tokens of a whole answer, and those of its thinking. */
const places: Record<ProviderRow["name"], { readonly most: string; readonly thinking?: string }> = {
  anthropic: { most: "max_tokens", thinking: "thinking.budget_tokens" },
  openai: { most: "max_output_tokens" },
  google: {
    most: "generationConfig.maxOutputTokens",
    thinking: "generationConfig.thinkingConfig.thinkingBudget",
  },
  deepseek: { most: "max_tokens" },
  ollama: { most: "max_tokens" },
  "openai-compatible": { most: "max_tokens" },
  "azure-openai": { most: "max_output_tokens" },
  "amazon-bedrock": {
    most: "inferenceConfig.maxTokens",
    thinking: "additionalModelRequestFields.thinking.budget_tokens",
  },
  "google-vertex": {
    most: "generationConfig.maxOutputTokens",
    thinking: "generationConfig.thinkingConfig.thinkingBudget",
  },
};

const bodyOf = async (
  row: ProviderRow,
  wish: {
    readonly ceiling?: number;
    readonly budget?: string | number;
    readonly model?: string;
  },
): Promise<Body> => {
  const { ceiling, budget, model = row.model } = wish;
  const { answer, bodies } = await askProvider(row, {
    script: [{ text: "ok" }],
    model,
    turns: [
      {
        choice: {
          provider: row.name,
          model,
          ...(budget === undefined ? {} : { reasoningBudget: budget }),
        },
        ...(ceiling === undefined ? {} : { maxOutputTokens: ceiling }),
      },
    ],
  });
  expect(answer).toMatchObject({ type: "finished" });
  const [body] = bodies;
  if (body === undefined) throw new Error("nothing was sent");
  return body;
};

describe.each(providerRows)("$name", (row) => {
  const { most, thinking } = places[row.name];

  test.each([undefined, "none", "minimal", "low", "medium", "high", 0, 1_500, 30_000])(
    "with a budget of %s a ceiling of 5,000 tokens holds for thinking and answer together",
    async (budget) => {
      const body = await bodyOf(row, { ceiling: 5_000, ...(budget === undefined ? {} : { budget }) });
      expect(at(body, most)).toBe(5_000);
      if (thinking !== undefined) expect(at(body, thinking) ?? 0).toBeLessThanOrEqual(4_000);
    },
  );

  test("a ceiling too small for thinking and an answer leaves the ceiling and the answer", async () => {
    const body = await bodyOf(row, { ceiling: 800, budget: "high" });
    expect(at(body, most)).toBe(800);
    if (thinking !== undefined) expect(at(body, thinking) ?? 0).toBeLessThanOrEqual(640);
  });
});

const row = (name: string): ProviderRow => {
  const found = providerRows.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};

describe("given a budget and no ceiling", () => {
  test.each<[string, string | undefined, string | number, object]>([
    ["anthropic", undefined, 2_048, { thinking: { type: "enabled", budget_tokens: 2_048 } }],
    ["anthropic", undefined, "none", { thinking: { type: "disabled" } }],
    ["openai", undefined, "low", { reasoning: { effort: "low" }, store: false }],
    ["openai", undefined, 10_000, { reasoning: { effort: "medium" } }],
    ["openai", undefined, "none", { reasoning: { effort: "none" } }],
    ["azure-openai", "my-deployment", "high", { reasoning: { effort: "high" }, store: false }],
    [
      "google",
      undefined,
      2_048,
      { generationConfig: { thinkingConfig: { thinkingBudget: 2_048, includeThoughts: true } } },
    ],
    ["google", undefined, "none", { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
    [
      "google",
      "gemini-3-pro-preview",
      20_000,
      { generationConfig: { thinkingConfig: { thinkingLevel: "high", includeThoughts: true } } },
    ],
    [
      "google-vertex",
      undefined,
      2_048,
      { generationConfig: { thinkingConfig: { thinkingBudget: 2_048, includeThoughts: true } } },
    ],
    ["deepseek", undefined, "none", { thinking: { type: "disabled" } }],
    ["deepseek", undefined, 3_000, { thinking: { type: "enabled" }, reasoning_effort: "low" }],
    ["ollama", undefined, "minimal", { reasoning_effort: "low" }],
    ["openai-compatible", undefined, "medium", { reasoning_effort: "medium" }],
    [
      "amazon-bedrock",
      undefined,
      2_048,
      { additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 2_048 } } },
    ],
    [
      "amazon-bedrock",
      "openai.gpt-oss-120b-1:0",
      "high",
      { additionalModelRequestFields: { reasoning_effort: "high" } },
    ],
  ])("%s (%s) is asked for %s in its own words", async (name, model, budget, body) => {
    expect(await bodyOf(row(name), { budget, ...(model === undefined ? {} : { model }) })).toMatchObject(
      body,
    );
  });
});

test("Nova 2, which takes no ceiling at its highest level of thinking, thinks less instead", async () => {
  const body = await bodyOf(row("amazon-bedrock"), {
    ceiling: 5_000,
    budget: "high",
    model: "us.amazon.nova-2-lite-v1:0",
  });
  expect(at(body, "inferenceConfig.maxTokens")).toBe(5_000);
  expect(at(body, "additionalModelRequestFields.reasoningConfig.maxReasoningEffort")).toBe("medium");
});

test("a model of Claude's that thinks by effort keeps its whole ceiling and its effort", async () => {
  const body = await bodyOf(row("anthropic"), { ceiling: 5_000, budget: "low", model: "claude-opus-4-7" });
  expect(body).toMatchObject({
    max_tokens: 5_000,
    thinking: { type: "adaptive" },
    output_config: { effort: "low" },
  });
});
