import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderFinding } from "../../src/definition/finding.ts";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";
import { providerNames } from "../../src/definition/provider.ts";
import { ExpertStackError } from "../../src/errors.ts";

const fixtures = new URL("../fixtures/manifests/", import.meta.url);
const file = "perstack.toml";
const fixture = (name: string): string => readFileSync(new URL(name, fixtures), "utf8");
const expertWith = (line: string): string => `[experts.a]\ninstruction = "x"\n${line}\n`;

/** Fixture, where the finding points, its key, and what to type. */
const malformed: readonly (readonly [string, string, string, RegExp])[] = [
  ["delegate-base-tool", "3:14", "experts.a.delegates[0]", /Rename the Expert/],
  ["delegate-cycle", "13:14", "experts.c.delegates[0]", /Take "a" out of the delegates of "c"/],
  ["delegate-itself", "3:14", "experts.a.delegates[0]", /Take "a" out of the delegates of "a"/],
  ["delegate-local-version", "3:14", "experts.a.delegates[0]", /Write "b"\./],
  ["delegate-unknown", "3:14", "experts.coordinator.delegates[0]", /Write "researcher"\./],
  ["delegates-same-tool", "3:30", "experts.a.delegates[1]", /leave one of the two out/],
  ["delegates-text", "3:13", "experts.a.delegates", /Write delegates = \["b"\]/],
  ["duplicate-key", "2:1", "", /Correct line 2/],
  ["empty-instruction", "3:15", "experts.a.instruction", /Fill in instruction/],
  ["expert-name", "1:10", 'experts."Code Review"', /Rename the table, such as \[experts\.code-review\]/],
  ["expert-name-with-version", "1:10", 'experts."review@1.0.0"', /Rename the table/],
  ["experts-array", "1:1", "experts", /a header such as \[experts\]/],
  ["interactive-base-tool", "7:29", "experts.a.skills.ask.tools.exec", /Rename the tool/],
  [
    "interactive-schema-not-json",
    "9:19",
    "experts.a.skills.ask.tools.question.inputJsonSchema",
    /"type":"object"/,
  ],
  ["lazy-init-text", "3:86", "experts.a.skills.gh.lazyInit", /Write lazyInit = true/],
  ["long-instruction", "2:15", "experts.a.instruction", /Take out 1 character or more/],
  ["max-steps-text", "1:12", "maxSteps", /Write maxSteps = 12\./],
  ["max-steps-zero", "1:12", "maxSteps", /Write maxSteps = 1\./],
  [
    "missing-instruction",
    "4:1",
    "experts.second.instruction",
    /Add instruction = "…" to \[experts\.second\]/,
  ],
  ["prototype-name", "1:10", "experts.__proto__", /Rename it/],
  ["provider-header-number", "3:32", "provider.setting.headers.x-team", /Write x-team = "7"/],
  ["provider-missing-name", "3:1", "provider.providerName", /Add providerName = "anthropic" to \[provider\]/],
  ["provider-plain-http", "6:11", "provider.setting.baseUrl", /baseUrl = "https:/],
  ["provider-unknown", "2:16", "provider.providerName", /Write providerName = "anthropic"/],
  ["reasoning-budget", "1:19", "reasoningBudget", /Write reasoningBudget = "high"/],
  [
    "skill-command-missing",
    "3:13",
    "experts.a.skills.gh.command",
    /Add command = "…" to \[experts\.a\.skills\.gh\]/,
  ],
  ["skill-domain-with-scheme", "8:19", "experts.a.skills.gh.allowedDomains[0]", /Write the host alone/],
  ["skill-no-package", "4:1", "experts.a.skills.gh.packageName", /Add packageName = "package@1\.2\.3"/],
  ["skill-endpoint-password", "6:12", "experts.a.skills.far.endpoint", /endpoint = "https:/],
  ["skill-private-endpoint", "6:12", "experts.a.skills.meta.endpoint", /endpoint = "https:/],
  ["skill-type-missing", "4:1", "experts.a.skills.gh.type", /Add type = "mcpStdioSkill"/],
  ["skill-type-unknown", "5:8", "experts.a.skills.gh.type", /Write type = "mcpStdioSkill"/],
  ["tag-upper-case", "5:3", "experts.a.tags[1]", /lower case/],
  ["timeout-fraction", "2:11", "timeout", /Write timeout = 2\./],
  ["too-many-tags", "3:8", "experts.a.tags", /Take out 1 element or more/],
  ["unclosed-array", "6:1", "", /Correct line 6/],
  ["workspace-unknown", "3:13", "experts.a.workspace", /Write workspace = "read"/],
  ["version-is-number", "3:11", "experts.a.version", /Write version = "1\.5"/],
  ["version-not-semver", "3:11", "experts.a.version", /such as "1\.0\.0"/],
];

describe("given a malformed manifest", () => {
  it.each(malformed)("refuses %s at %s and says what to type", (name, place, key, remedy) => {
    const parsed = parseManifest({ text: fixture(`invalid/${name}.toml`), file });
    expect(parsed.type).toBe("invalid");
    expect(parsed.findings).toHaveLength(1);
    const [finding] = parsed.findings;
    expect(`${finding?.line}:${finding?.column}`).toBe(place);
    expect(finding).toMatchObject({ severity: "error", file, key, remedy: expect.stringMatching(remedy) });
  });

  it("has an expectation for every fixture, and words worth reading", () => {
    const names = readdirSync(new URL("invalid/", fixtures)).map((name) => name.replace(".toml", ""));
    expect(malformed.map(([name]) => name).toSorted()).toEqual(names.toSorted());
    const rendered = names
      .toSorted()
      .flatMap(
        (name) => parseManifest({ text: fixture(`invalid/${name}.toml`), file: `${name}.toml` }).findings,
      );
    expect(rendered.map(renderFinding).join("\n")).toMatchSnapshot();
  });

  it("reports every error of the file at once, in the order of the text", () => {
    const text = 'maxSteps = 0\n[provider]\nproviderName = "x"\n[experts.a]\ntags = ["A"]\n';
    const keys = parseManifest({ text, file }).findings.map(({ key }) => key);
    expect(keys).toEqual(["maxSteps", "provider.providerName", "experts.a.instruction", "experts.a.tags[0]"]);
  });

  it("throws one error that lists them", () => {
    const parsed = parseManifest({ text: "maxSteps = 0\nmaxRetries = -1\n", file });
    expect(() => manifestOrThrow(parsed)).toThrow(ExpertStackError);
    expect(() => manifestOrThrow(parsed)).toThrow(
      expect.objectContaining({
        code: "MANIFEST_INVALID",
        message: expect.stringMatching(/2 errors:\nperstack\.toml:1:12: .*\nperstack\.toml:2:14: /),
        remedy: "Write maxSteps = 1.",
      }),
    );
  });

  it("lists every provider there is", () => {
    const [finding] = parseManifest({ text: fixture("invalid/provider-unknown.toml"), file }).findings;
    expect(finding?.expected).toBe(`one of ${providerNames.join(", ")}`);
  });

  it("names both owners of a tool", () => {
    const text = expertWith('delegates = ["@acme/triage", "@corp/triage"]');
    expect(parseManifest({ text, file }).findings[0]?.message).toBe(
      'delegate "@corp/triage" and delegate "@acme/triage" both offer a tool named "triage"',
    );
  });

  it("names the way round of a cycle", () => {
    const [finding] = parseManifest({ text: fixture("invalid/delegate-cycle.toml"), file }).findings;
    expect(finding?.message).toContain("a → b → c → a");
  });

  it.each([
    "https://user:hunter2password@mcp.example.com/mcp",
    "https://hunter2password@mcp.example.com/mcp",
    "https://user:a/@hunter2password@mcp.example.com",
    "https:user:hunter2password@mcp.example.com",
    "user:hunter2password@mcp.example.com",
  ])("does not repeat the user part of the endpoint %s", (endpoint) => {
    const text = expertWith(`skills.far = { type = "mcpSseSkill", endpoint = "${endpoint}" }`);
    const [finding] = parseManifest({ text, file }).findings;
    expect(finding).toMatchObject({
      message: expect.stringMatching(/^found "(?:https:\/\/)?…@mcp\.example\.com/),
      expected: "an https URL of a public host, without user and password",
    });
    expect(finding && renderFinding(finding)).not.toContain("hunter2");
  });

  it("does not repeat the user part of a provider's URL", () => {
    const text =
      '[provider]\nproviderName = "openai"\nsetting = { baseUrl = "http://me:hunter2@llm.example.com" }\n';
    const [finding] = parseManifest({ text, file }).findings;
    expect(finding?.message).toBe('found "http://…@llm.example.com"');
  });

  it("says how a tool that a person answers is written", () => {
    const text = expertWith('[experts.a.skills.ask]\ntype = "interactiveSkill"');
    expect(parseManifest({ text, file }).findings[0]?.remedy).toBe(
      "Add a tool: [experts.a.skills.ask.tools.<tool>] with an inputJsonSchema.",
    );
  });

  it.each(["{ providerName = 'openai', model = 'm' }", '"openai"'])(
    "says how models to turn to are written, given fallback = %s",
    (written) => {
      const text = `[provider]\nproviderName = "anthropic"\nfallback = ${written}\n`;
      expect(parseManifest({ text, file }).findings[0]?.remedy).toBe(
        "Write [[provider.fallback]], once for each model.",
      );
    },
  );

  it.each([
    ["vertex", "google-vertex"],
    ["vertex-ai", "google-vertex"],
    ["Azure", "azure-openai"],
    ["aws_bedrock_runtime", "amazon-bedrock"],
    ["gemini", "anthropic"],
  ])("takes the provider %s for %s", (written, meant) => {
    const text = `[provider]\nproviderName = "${written}"\n`;
    expect(parseManifest({ text, file }).findings[0]?.remedy).toBe(`Write providerName = "${meant}".`);
  });

  it("does not repeat the value of a header", () => {
    const text = '[provider]\nproviderName = "openai"\nsetting = { headers = "Bearer abc123" }\n';
    const [finding] = parseManifest({ text, file }).findings;
    expect(finding && renderFinding(finding)).not.toContain("abc123");
  });
});

describe("given a syntax error", () => {
  it("shows file, line, column and the line itself", () => {
    const [finding] = parseManifest({ text: 'model = "m"\nmaxSteps = = 3\n', file }).findings;
    expect(finding && renderFinding(finding)).toBe(
      "perstack.toml:2:12: error: the file is not TOML: invalid value; expected TOML 1.0, see https://toml.io. Correct line 2.\n2 | maxSteps = = 3",
    );
  });

  it("shows characters that would reverse or hide the text", () => {
    const [finding] = parseManifest({ text: 'runtime = "a\u202eb"\n', file }).findings;
    expect(finding && renderFinding(finding)).toContain('found "a\\u{202e}b"');
  });

  it("never starts a line with text of the file, and shows hidden characters", () => {
    const [finding] = parseManifest({ text: "::error::\u001b[31m\u202e\n", file }).findings;
    const lines = (finding ? renderFinding(finding) : "").split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe("1 | ::error::\\u{1b}[31m\\u{202e}");
  });
});

it.each([
  ["5s", 5000],
  ["1.5 min", 90_000],
  ["250ms", 250],
])("given a timeout of %s it says what that is in milliseconds", (written, ms) => {
  const { findings } = parseManifest({ text: `timeout = "${written}"\n${expertWith("")}`, file });
  expect(findings.map((finding) => finding.remedy)).toEqual([
    `Write timeout = ${ms}, the milliseconds alone.`,
  ]);
});
