import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderFinding } from "../../src/definition/finding.ts";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";

const fixtures = new URL("../fixtures/manifests/", import.meta.url);
const file = "perstack.toml";
const fixture = (name: string): string => readFileSync(new URL(name, fixtures), "utf8");
const expertWith = (line: string): string => `[experts.a]\ninstruction = "x"\n${line}\n`;

describe("given a manifest that uses every feature", () => {
  const parsed = parseManifest({ text: fixture("every-feature.toml"), file });

  it("loads it with no finding", () => {
    expect(parsed.findings.map(renderFinding)).toEqual([]);
    expect(parsed.type).toBe("valid");
  });

  it("keeps what the file says and fills in what it leaves out", () => {
    const manifest = manifestOrThrow(parsed);
    expect(manifest).toMatchSnapshot();
    expect(manifest.experts.get("writer")).toEqual({
      description: "Writes.",
      version: "1.0.0",
      instruction: "Write.",
      skills: {},
      delegates: [],
      tags: [],
    });
  });
});

describe("given names of JavaScript's own", () => {
  it("takes constructor and toString for what they are: names", () => {
    const text =
      '[experts.constructor]\ninstruction = "x"\ndelegates = ["to-string"]\n[experts.to-string]\ninstruction = "y"\n';
    const { experts } = manifestOrThrow(parseManifest({ text, file }));
    expect([...experts.keys()]).toEqual(["constructor", "to-string"]);
    expect(experts.get("toString")).toBeUndefined();
  });

  it("does not find what the file does not say", () => {
    const parsed = parseManifest({ text: expertWith('delegates = ["constructor"]'), file });
    expect(parsed.findings[0]?.message).toBe('"constructor" is no Expert of this file');
  });

  it.each([
    "[experts.a.skills.__proto__]\ntype = 'interactiveSkill'\ntools = {}\n[experts.a]\ninstruction = 'x'\n",
    "[provider]\nproviderName = 'openai'\nsetting.headers = { __proto__ = 'x' }\n",
    "[experts.a]\ninstruction = 'x'\nskills.s = { type = 'interactiveSkill', tools.__proto__ = {} }\n",
  ])("refuses __proto__ where any name may stand: %j", (text) => {
    const parsed = parseManifest({ text, file });
    expect(parsed.findings.map(({ message }) => message)).toEqual(["the name __proto__ cannot be used"]);
  });

  it("changes no prototype", () => {
    parseManifest({ text: "[__proto__]\npolluted = 1\n[experts.__proto__.__proto__]\npolluted = 1\n", file });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("takes a skill named constructor for a skill", () => {
    const text = expertWith('skills.constructor = { type = "mcpStdioSkill", command = "run" }');
    expect(
      Object.keys(manifestOrThrow(parseManifest({ text, file })).experts.get("a")?.skills ?? {}),
    ).toEqual(["constructor"]);
  });
});

describe("given other bytes of the same meaning", () => {
  const text = 'model = "m"\n\n[experts.a]\ninstruction = """\none\ntwo"""\nversion = "1"\n';

  it.each([
    ["a byte order mark", `\uFEFF${text}`],
    ["CRLF line ends", text.replaceAll("\n", "\r\n")],
    ["both", `\uFEFF${text.replaceAll("\n", "\r\n")}`],
  ])("points to the same place with %s", (_, bytes) => {
    const [finding] = parseManifest({ text: bytes, file }).findings;
    expect(finding).toMatchObject({ line: 7, column: 11, key: "experts.a.version" });
    const first = parseManifest({ text: bytes.replace('"m"', "7"), file }).findings[0];
    expect(first).toMatchObject({ line: 1, column: 9, key: "model" });
  });

  it("reads a file of several hundred Experts", () => {
    const experts = Array.from(
      { length: 400 },
      (_, index) => `[experts.e${index}]\ninstruction = "${"x".repeat(500)}"\n`,
    );
    const big = `${experts.join("")}tags = ["Bad"]\n`;
    expect(big.length).toBeGreaterThan(200_000);
    expect(parseManifest({ text: big, file }).findings).toMatchObject([
      { line: 801, key: "experts.e399.tags[0]" },
    ]);
    expect(manifestOrThrow(parseManifest({ text: experts.join(""), file })).experts.size).toBe(400);
  });

  it("refuses nesting without end instead of running out of stack", () => {
    const parsed = parseManifest({ text: `a = ${"[".repeat(100_000)}`, file });
    expect(parsed.findings[0]?.message).toContain("excessively nested");
  });

  it("accepts an empty file", () => {
    expect(parseManifest({ text: "", file })).toEqual({
      type: "valid",
      manifest: { experts: new Map() },
      findings: [],
    });
  });
});

describe("given a provider's URL", () => {
  const check = (providerName: string, baseUrl: string) =>
    parseManifest({
      text: `[provider]\nproviderName = "${providerName}"\nsetting.baseUrl = "${baseUrl}"\n`,
      file,
    }).type;

  it.each([
    ["anthropic", "https://llm.example.com", "valid"],
    ["anthropic", "http://127.0.0.1:8080", "valid"],
    ["anthropic", "http://10.0.0.1", "invalid"],
    ["anthropic", "file:///etc/passwd", "invalid"],
    ["openai-compatible", "http://10.0.0.1/v1", "valid"],
    ["ollama", "http://gpu.lan:11434", "valid"],
    ["ollama", "gpu.lan", "invalid"],
  ])("%s at %s is %s", (providerName, baseUrl, type) => {
    expect(check(providerName, baseUrl)).toBe(type);
  });
});
