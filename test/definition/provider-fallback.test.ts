import { describe, expect, it } from "vitest";
import { renderFinding } from "../../src/definition/finding.ts";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";

const file = "perstack.toml";
const parsed = (text: string) => parseManifest({ text, file });

describe("given models to turn to", () => {
  const text = `[provider]
providerName = "anthropic"

[[provider.fallback]]
providerName = "openai"
model = "gpt-5.1"
[provider.fallback.setting]
project = "p"

[[provider.fallback]]
providerName = "amazon-bedrock"
model = "anthropic.claude-sonnet-4-5"
setting = { region = "eu-west-1" }
`;

  it("keeps them in their order, each with its own provider's setting", () => {
    expect(parsed(text).findings).toEqual([]);
    expect(manifestOrThrow(parsed(text)).provider?.fallback).toEqual([
      { providerName: "openai", model: "gpt-5.1", setting: { project: "p" } },
      {
        providerName: "amazon-bedrock",
        model: "anthropic.claude-sonnet-4-5",
        setting: { region: "eu-west-1" },
      },
    ]);
  });
});

const fallback = (lines: string): string =>
  `[provider]\nproviderName = "anthropic"\n\n[[provider.fallback]]\n${lines}\n`;

describe("given one that does not fit", () => {
  it.each([
    ['providerName = "openai"', /perstack\.toml:4.*provider\.fallback\[0\]\.model.*missing/],
    ['providerName = "opnai"\nmodel = "m"', /provider\.fallback\[0\]\.providerName.*"opnai"[\s\S]*"openai"/],
    [
      'providerName = "openai"\nmodel = "m"\nsetting = { baseUrl = "http://far.example.com" }',
      /provider\.fallback\[0\]\.setting\.baseUrl.*https URL/,
    ],
  ])("says what and where: %j", (lines, message) => {
    const { type, findings } = parsed(fallback(lines));
    expect(type).toBe("invalid");
    expect(findings.map(renderFinding).join("\n")).toMatch(message);
  });

  it("warns of another provider's setting, and of a fallback of its own", () => {
    const lines =
      'providerName = "openai"\nmodel = "m"\nfallback = [{ providerName = "google", model = "g" }]\nsetting = { region = "x" }';
    const { type, findings } = parsed(fallback(lines));
    expect(type).toBe("valid");
    expect(findings.map(({ key, message }) => `${key} ${message}`).sort()).toEqual([
      "provider.fallback[0].fallback unknown key, ignored",
      "provider.fallback[0].setting.region unknown key, ignored",
    ]);
  });
});
