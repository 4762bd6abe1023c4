import { describe, expect, it, test } from "vitest";
import { providedTools, unsupportedProvided, uploadedSkill } from "../../src/definition/provided.ts";
import type { ProviderName } from "../../src/definition/provider.ts";

const skill = { type: "builtin", skillId: "pdf" } as const;
const custom = (definition: string) => ({ type: "custom", name: "house-style", definition }) as const;

describe("given what a provider has", () => {
  it.each<[ProviderName, string[]]>([
    ["anthropic", ["webSearch", "webFetch", "codeExecution"]],
    ["openai", ["webSearch", "codeInterpreter", "imageGeneration"]],
    ["azure-openai", ["webSearchPreview", "codeInterpreter"]],
    ["google", ["googleSearch", "urlContext", "codeExecution"]],
    ["google-vertex", ["googleSearch", "enterpriseWebSearch", "googleMaps"]],
  ])("%s runs %j", (provider, providerTools) => {
    expect(unsupportedProvided(provider, { providerTools })).toEqual([]);
  });

  it("takes a provider's own name and the common one for the same tool, once", () => {
    const providerTools = ["googleSearch", "webSearch", "urlContext"];
    expect(providedTools("google", { providerTools })).toEqual(["webSearch", "webFetch"]);
  });

  it("does without a tool rather than without its limits, where it is asked in another's place", () => {
    const asked = {
      providerTools: ["webSearch", "webFetch"],
      providerToolOptions: { webSearch: { allowedDomains: ["example.com"] } },
    };
    expect(providedTools("google", asked)).toEqual(["webFetch"]);
    expect(providedTools("anthropic", asked)).toEqual(["webSearch", "webFetch"]);
  });
});

describe("given what a provider has not", () => {
  it.each<[ProviderName, Parameters<typeof unsupportedProvided>[1], RegExp]>([
    ["amazon-bedrock", { providerTools: ["webSearch"] }, /"amazon-bedrock" runs no tool "webSearch"/],
    ["anthropic", { providerTools: ["fileSearch"] }, /no tool "fileSearch"\. It has webSearch, webFetch/],
    ["anthropic", { providerTools: ["constructor"] }, /no tool "constructor"/],
    ["openai", { providerTools: ["fileSearch"] }, /vectorStoreIds/],
    ["openai", { providerSkills: [skill] }, /runs no skills, such as "pdf"/],
    ["anthropic", { providerSkills: [custom("{}")] }, /not the id of an uploaded skill/],
    [
      "google",
      {
        providerTools: ["googleSearch"],
        providerToolOptions: { webSearch: { allowedDomains: ["example.com"] } },
      },
      /cannot keep to `providerToolOptions\.webSearch\.allowedDomains`/,
    ],
    [
      "openai",
      {
        providerTools: ["webSearch", "codeInterpreter"],
        providerToolOptions: { webSearch: { maxUses: 2 } },
      },
      /cannot keep to `providerToolOptions\.webSearch\.maxUses`/,
    ],
    [
      "google",
      { providerTools: ["urlContext"], providerToolOptions: { webFetch: { maxUses: 2 } } },
      /webFetch\.maxUses/,
    ],
  ])("%s with %j is told", (provider, expert, sentence) => {
    expect(unsupportedProvided(provider, expert)).toEqual([expect.stringMatching(sentence)]);
  });
});

test.each([
  ["skill_01AbC", { id: "skill_01AbC" }],
  ["skill_01AbC@1759178010641129", { id: "skill_01AbC", version: "1759178010641129" }],
  ["Write like us.", undefined],
])("the definition %j names the uploaded skill %j", (definition, uploaded) => {
  expect(uploadedSkill(definition)).toEqual(uploaded);
});
