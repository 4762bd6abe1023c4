import { describe, expect, it } from "vitest";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";

const file = "perstack.toml";
const expertWith = (line: string): string => `[experts.a]\ninstruction = "x"\n${line}\n`;

describe("given an unknown key", () => {
  const warning = (text: string) => {
    const parsed = parseManifest({ text, file });
    expect(parsed.type).toBe("valid");
    expect(parsed.findings.map(({ severity }) => severity)).toEqual(["warning"]);
    return parsed.findings[0];
  };

  it("warns and suggests the nearest key", () => {
    expect(warning("max_steps = 3\n")).toMatchObject({ line: 1, column: 1, key: "max_steps" });
    expect(warning("max_steps = 3\n")?.remedy).toContain("Did you mean maxSteps?");
    expect(warning(expertWith('delegats = ["b"]'))?.remedy).toContain("Did you mean delegates?");
  });

  it("does not guess when nothing is near", () => {
    expect(warning("zzzzzzzz = 1\n")?.remedy).toMatch(/^Delete it/);
  });

  it("tells what slipped under [provider] to go back up", () => {
    const finding = warning('[provider]\nproviderName = "openai"\nmaxSteps = 9\n');
    expect(finding).toMatchObject({ line: 3, column: 1, key: "provider.maxSteps" });
    expect(finding?.remedy).toBe("Move the line to the top of the file, above the first [header].");
  });

  it("tells a skill's key that stands in the Expert's table to go to the skill's", () => {
    const finding = warning(expertWith('allowedDomains = ["api.example.com"]'));
    expect(finding).toMatchObject({ line: 3, key: "experts.a.allowedDomains" });
    expect(finding?.remedy).toBe(
      "Move it to the table of the skill that it is for, [experts.a.skills.<name>].",
    );
  });

  it.each([
    ['[provider]\nproviderName = "openai"\n\nenvPath = [".env"]\n', "provider.envPath", 4],
    ['envPath = [".env"]\n', "envPath", 1],
  ])("says that envPath reads nothing: %j", (text, key, line) => {
    const finding = warning(text);
    expect(finding).toMatchObject({ key, line, message: expect.stringContaining("ignored") });
    expect(finding?.remedy).toContain("--env-path");
  });

  it("loads the rest as if the key were not there", () => {
    const text = expertWith(
      'colour = "red"\n[experts.a.skills.s]\ntype = "interactiveSkill"\nx = 1\ntools = {}',
    );
    const manifest = manifestOrThrow(parseManifest({ text, file }));
    expect(manifest.experts.get("a")).toMatchObject({
      skills: { s: { type: "interactiveSkill", tools: {} } },
    });
    expect(manifest.experts.get("a")).not.toHaveProperty("colour");
  });

  it("is still reported beside an error", () => {
    const findings = parseManifest({ text: '[experts.a]\ninstructions = "x"\n', file }).findings;
    expect(findings.map(({ severity, key }) => `${severity} ${key}`)).toEqual([
      "error experts.a.instruction",
      "warning experts.a.instructions",
    ]);
  });
});

describe("given a value without effect here", () => {
  it.each([
    ['runtime = "docker"\n', /"docker" has no effect/],
    ['perstackBaseSkillCommand = ["node", "x"]\n', /part of the runner/],
    [
      expertWith(
        'skills.base = { type = "mcpStdioSkill", command = "npx", packageName = "@perstack/base@0.0.34" }',
      ),
      /"0\.0\.34" of the base skill has no effect/,
    ],
    [expertWith('delegates = ["@x/b", "@x/b"]'), /named twice/],
  ])("accepts it with a warning: %j", (text, message) => {
    const parsed = parseManifest({ text, file });
    expect(parsed.findings.map((finding) => finding.message)).toEqual([expect.stringMatching(message)]);
    expect(parsed.type).toBe("valid");
  });

  it("gives an Expert a delegate that is named twice only once", () => {
    const parsed = parseManifest({ text: expertWith('delegates = ["@x/b", "@x/b"]'), file });
    expect(manifestOrThrow(parsed).experts.get("a")?.delegates).toEqual(["@x/b"]);
  });
});

describe("given an Expert that another delegates to", () => {
  const asked = (helper: string): string =>
    `${expertWith('delegates = ["helper"]')}\n[experts.helper]\ninstruction = "x"\n${helper}\n`;
  const warnings = (text: string): readonly string[] => {
    const { type, findings } = parseManifest({ text, file });
    expect(type).toBe("valid");
    return findings.map(({ key, line, message }) => `${key} in line ${line}: ${message}`);
  };

  it("warns of a missing description, which is all that the caller's model would know of it", () => {
    const text = asked("");
    const line = text.split("\n").indexOf("[experts.helper]") + 1;
    expect(warnings(text)).toEqual([
      `experts.helper.description in line ${line}: "a" delegates to it, and its model is not told what for`,
    ]);
    expect(warnings(asked('description = "Helps."'))).toEqual([]);
  });

  it("warns of an interactive skill, which a delegate does not get", () => {
    const skill = '[experts.helper.skills.person]\ntype = "interactiveSkill"\ntools = {}';
    const text = asked(`description = "Helps."\n${skill}`);
    const line = text.split("\n").indexOf("[experts.helper.skills.person]") + 1;
    expect(warnings(text)).toEqual([
      `experts.helper.skills.person in line ${line}: "a" delegates to "helper", and a delegate has nobody to ask: it gets none of these tools`,
    ]);
    expect(warnings(text.replace('delegates = ["helper"]', ""))).toEqual([]);
  });
});

it("only the first 50 unknown keys and unknown delegates are told what may have been meant", () => {
  const keys = Array.from({ length: 60 }, (_, at) => `model${"-".repeat(at + 1)} = 1`).join("\n");
  const delegates = Array.from(
    { length: 60 },
    (_, at) => `"helpe${"abcdefghijklmnopqrstuvwxyz"[at % 26]}${Math.floor(at / 26) + 2}"`,
  ).join(", ");
  const experts = `[experts.a]\ninstruction = "x"\ndelegates = [${delegates}]\n[experts.helper1]\ninstruction = "x"\n`;
  const count = (text: string, remedy: RegExp): number =>
    parseManifest({ text, file: "perstack.toml" }).findings.filter((found) => remedy.test(found.remedy))
      .length;
  expect(count(keys, /Did you mean model/)).toBe(50);
  expect(count(experts, /^Write "helper1"/)).toBe(50);
});
