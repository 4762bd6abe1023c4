import { expect, test } from "vitest";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";
import { type Overrides, planJob } from "../../src/run/resolve.ts";

const plan = (text: string, overrides: Overrides = {}) =>
  planJob({
    manifest: manifestOrThrow(parseManifest({ text, file: "perstack.toml" })),
    expertKey: "e",
    overrides,
    source: "file:perstack.toml",
    jobId: "j1",
    query: "q",
    trigger: "cli",
    runtimeVersion: "1.0.0",
  });

const expert = '[experts.e]\ninstruction = "x"\n';

const turning = `model = "claude-sonnet-4-5"
reasoningBudget = "low"
[provider]
providerName = "anthropic"
[[provider.fallback]]
providerName = "openai"
model = "gpt-5.1"
[[provider.fallback]]
providerName = "deepseek"
model = "deepseek-chat"
${expert}`;

test("the models to turn to are in the job's first event, in order, each to think as hard as the first", () => {
  expect(plan(turning).started.fallbacks).toEqual([
    { provider: "openai", model: "gpt-5.1", reasoningBudget: "low" },
    { provider: "deepseek", model: "deepseek-chat", reasoningBudget: "low" },
  ]);
});

test("another provider than the manifest's brings none of the manifest's models to turn to", () => {
  const { started, providers } = plan(turning, { provider: "google", model: "gemini-2.5-flash" });
  expect([started.fallbacks, providers]).toEqual([undefined, [{ providerName: "google" }]]);
});

test("a provider that there is not is refused with those that there are", () => {
  expect(() => plan(expert, { provider: "acme" })).toThrow(
    expect.objectContaining({ code: "INPUT_INVALID", remedy: expect.stringContaining("amazon-bedrock") }),
  );
});

test("a provider without a usual model says where one is named, in a step and on a command line", () => {
  expect(() => plan(expert, { provider: "ollama" })).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining("the input `model` (`--model`)") }),
  );
});

test("what a provider cannot run is refused before the job, with all of it named", () => {
  const wants = `${expert}providerTools = ["webSearch", "fileSearch"]\n`;
  expect(() => plan(wants, { provider: "deepseek", model: "deepseek-chat" })).toThrow(
    expect.objectContaining({
      code: "INPUT_INVALID",
      message: expect.stringMatching(/"e".*no tool "webSearch".*no tool "fileSearch"/),
    }),
  );
  expect(plan(`${expert}providerTools = ["webSearch"]\n`).coordinator.providerTools).toEqual(["webSearch"]);
});
