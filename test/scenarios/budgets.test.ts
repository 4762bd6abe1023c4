import { describe, expect, test } from "vitest";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";

const manifest = (top = "") => `model = "claude-sonnet-4-5"
${top}
[provider]
providerName = "anthropic"

[experts.lead]
instruction = "You are LEAD."
delegates = ["helper"]

[experts.helper]
instruction = "You are HELPER."
`;

const isLead = (body: Record<string, unknown>) => JSON.stringify(body.system).includes("LEAD");

const eightHelpers: ScriptedAnswer = {
  toolCalls: Array.from({ length: 8 }, (_, nth) => ({ name: "helper", args: { query: `Part ${nth}.` } })),
  usage: { input: 3_000, output: 500 },
};

/** A helper that takes as much as it may, and never ends. */
const greedy = (body: Record<string, unknown>): ScriptedAnswer => ({
  toolCalls: [{ name: "listDirectory", args: { path: "." } }],
  usage: { input: 3_000, output: Number(body.max_tokens) },
});

describe("a budget in tokens", () => {
  test("is never exceeded, by eight delegates side by side that take all they may", async () => {
    await using world = await startCliWorld({
      files: { "perstack.toml": manifest() },
      answers: (_index, body) => (isLead(body) ? eightHelpers : greedy(body)),
    });
    const run = await runCli(world, ["run", "lead", "Go.", "--max-tokens", "150000"]);
    expect(run.exitCode).toBe(1);
    const { totals } = world.recorded().head;
    const spent = totals.usage.inputTokens + totals.usage.outputTokens;
    expect(spent).toBeLessThanOrEqual(150_000);
    expect(spent).toBeGreaterThan(50_000);
    expect(world.recorded().outcome).toEqual({ type: "maxTokens", limit: 150_000 });
    expect(run.stderr).toContain("Raise `max-tokens`");
    expect(run.stderr).toContain("Go on with: expert-stack run lead --continue");
  });

  test("counts thinking: what goes over the wire never allows more than is left", async () => {
    await using world = await startCliWorld({
      files: { "perstack.toml": manifest('reasoningBudget = "high"\n') },
      answers: [{ text: "Done.", usage: { input: 3_000, output: 100 } }],
    });
    const run = await runCli(world, ["run", "lead", "Go.", "--max-tokens", "12000"]);
    expect(run.exitCode).toBe(0);
    expect(world.model.requests[0]?.body.max_tokens).toBeLessThanOrEqual(12_000);
  });

  test("too small for one answer asks nobody", async () => {
    await using world = await startCliWorld({ files: { "perstack.toml": manifest() } });
    const run = await runCli(world, ["run", "lead", "Go.", "--max-tokens", "1500"]);
    expect([run.exitCode, world.model.requests.length]).toEqual([1, 0]);
    expect(world.recorded().outcome).toEqual({ type: "maxTokens", limit: 1_500 });
  });
});

describe("a budget in dollars", () => {
  test("is never exceeded, and the bill is that of the price list", async () => {
    await using world = await startCliWorld({
      files: { "perstack.toml": manifest() },
      answers: (_index, body) => (isLead(body) ? eightHelpers : greedy(body)),
    });
    const run = await runCli(world, ["run", "lead", "Go.", "--max-cost-usd", "1"]);
    expect(run.exitCode).toBe(1);
    const job = world.recorded();
    expect(job.outcome).toEqual({ type: "maxCost", limitUsd: 1 });
    // Claude Sonnet 4.5: 3 and 15 dollars per million tokens.
    const { inputTokens, outputTokens } = job.head.totals.usage;
    const bill = (inputTokens * 3 + outputTokens * 15) / 1e6;
    expect(job.state.costUsd).toBeCloseTo(bill, 6);
    expect(bill).toBeLessThanOrEqual(1);
    expect(bill).toBeGreaterThan(0.3);
  });

  test("of a model whose price nobody knows is refused, unless the price is said", async () => {
    await using world = await startCliWorld({
      files: { "perstack.toml": manifest() },
      answers: [{ text: "Done.", usage: { input: 1_000, output: 1_000 } }],
    });
    const args = ["run", "lead", "Go.", "--model", "claude-of-tomorrow", "--max-cost-usd", "0.50"];
    const refused = await runCli(world, args);
    expect([refused.exitCode, world.model.requests.length]).toEqual([2, 0]);
    expect(refused.stderr).toContain('The price of the model "claude-of-tomorrow" of anthropic is not known');
    const told = await runCli(world, [...args, "--prices", "claude-of-tomorrow=2,10"]);
    expect(told.exitCode).toBe(0);
    expect(world.recorded().state.costUsd).toBeCloseTo(0.012, 6);
  });
});

describe("an overloaded provider", () => {
  const withFallback = manifest().replace(
    "[experts.lead]",
    '[[provider.fallback]]\nproviderName = "openai"\nmodel = "gpt-5.1"\n\n[experts.lead]',
  );
  const overloaded: ScriptedAnswer = { status: 529, type: "overloaded_error", message: "Overloaded" };

  test("is left at once for the next one, and asked again at the next step", async () => {
    await using world = await startCliWorld({
      files: { "perstack.toml": withFallback },
      answers: [
        overloaded,
        { toolCalls: [{ name: "listDirectory", args: { path: "." } }] },
        { text: "Done." },
      ],
    });
    const run = await runCli(world, ["run", "lead", "Go."], {
      env: { OPENAI_API_KEY: "sk-of-openai-0123456789", OPENAI_BASE_URL: world.model.url },
    });
    expect(run.exitCode).toBe(0);
    expect(world.model.requests.map(({ path }) => path)).toEqual([
      "/v1/messages",
      "/v1/responses",
      "/v1/messages",
    ]);
    expect(
      world
        .recorded()
        .events("generationFinished")
        .map(({ alternative }) => alternative),
    ).toEqual([1, undefined]);
  });

  test("that refuses the key is not left: that is no overload", async () => {
    await using world = await startCliWorld({
      files: { "perstack.toml": withFallback },
      answers: [{ status: 401, type: "authentication_error", message: "invalid x-api-key" }],
    });
    const run = await runCli(world, ["run", "lead", "Go."], {
      env: { OPENAI_API_KEY: "sk-of-openai-0123456789", OPENAI_BASE_URL: world.model.url },
    });
    expect([run.exitCode, world.model.requests.length]).toEqual([1, 1]);
  });
});
