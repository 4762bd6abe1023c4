import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isExpertName, parseExpertKey } from "../../src/definition/expert-name.ts";
import { parseExpertReference } from "../../src/definition/expert-reference.ts";

const acme = { type: "registry", scope: "@acme", name: "@acme/triage" };
const github = { type: "github", owner: "acme", repo: "experts.v2" };

describe("given a reference a person may type", () => {
  it.each([
    ["triage", { type: "key", key: "triage" }],
    ["@acme/triage", acme],
    ["@acme/triage@1", { ...acme, range: { type: "range", range: "^1" } }],
    ["@acme/triage@0", { ...acme, range: { type: "range", range: "^0" } }],
    ["@acme/triage@1.2", { ...acme, range: { type: "range", range: "~1.2" } }],
    ["@acme/triage@1.2.3", { ...acme, range: { type: "exact", version: "1.2.3" } }],
    ["@acme/triage@1.2.3-rc.1", { ...acme, range: { type: "exact", version: "1.2.3-rc.1" } }],
    ["@acme/triage@stable", { ...acme, range: { type: "tag", tag: "stable" } }],
    ["github:acme/experts.v2//perstack.toml@v1.2.3", { ...github, path: "perstack.toml", ref: "v1.2.3" }],
    [
      "github:acme/experts.v2//experts/@acme/triage.toml@@acme/triage@1.2.3",
      { ...github, path: "experts/@acme/triage.toml", ref: "@acme/triage@1.2.3" },
    ],
    ["github:acme/experts.v2//dir@main", { ...github, path: "dir", ref: "main" }],
  ])("%s means what it says", (text, reference) => {
    expect(parseExpertReference(text)).toEqual(reference);
  });

  it.each([
    ["", /not a reference/],
    ["Triage", /lower case/],
    ["triage@1.2.3", /only a scoped name/],
    ["@acme", /lower case/],
    ["@acme/triage@", /is no version: 1, 1\.2, /],
    ["@acme/triage@v1.2.3", /is no version: 1, 1\.2, /],
    ["@acme/triage@01", /is no version: 1, 1\.2, /],
    ["@acme/triage@^1", /"\^1" is no version/],
    ["@acme/con/x", /lower case/],
    ["__proto__", /lower case/],
    ["аcme", /lower case/],
    [`${"a".repeat(256)}`, /lower case/],
    ["github:acme/experts", /owner\/repo/],
    ["github:acme/experts//perstack.toml", /no tag or commit/],
    ["github:acme/..//perstack.toml@v1", /owner\/repo/],
    ["github:acme/experts//../perstack.toml@v1", /not a path inside/],
    ["github:acme/experts///etc/perstack.toml@v1", /not a path inside/],
    ["github:acme/experts//a\\b.toml@v1", /not a path inside/],
    ["github:acme/experts//perstack.toml@--upload-pack=x", /not a tag or commit/],
    ["github:acme/experts//perstack.toml@a..b", /not a tag or commit/],
    ["github:acme/experts//perstack.toml@v1 v2", /not a tag or commit/],
  ])("refuses %j", (text, message) => {
    expect(() => parseExpertReference(text)).toThrow(
      expect.objectContaining({
        code: "REFERENCE_INVALID",
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(/^Write /),
      }),
    );
  });
});

describe("given an Expert's key", () => {
  const part = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);

  it("comes apart and together again", () => {
    const request = fc.constantFrom("", "@1", "@1.2", "@1.2.3", "@1.2.3-rc.1", "@stable");
    fc.assert(
      fc.property(fc.option(part), part, request, (scope, shortName, suffix) => {
        const name = scope === null ? shortName : `@${scope}/${shortName}`;
        const key = parseExpertKey(`${name}${suffix}`);
        expect(key).toMatchObject({ name, shortName });
        expect(key?.scope).toBe(scope === null ? undefined : `@${scope}`);
        expect(key?.request === undefined).toBe(suffix === "");
      }),
    );
  });

  it("has a name of at most 255 characters, 511 with its version", () => {
    expect(isExpertName("a".repeat(255))).toBe(true);
    expect(isExpertName("a".repeat(256))).toBe(false);
    expect(parseExpertKey(`${"a".repeat(255)}@${"b".repeat(255)}`)).toBeDefined();
    expect(parseExpertKey(`${"a".repeat(255)}@${"b".repeat(256)}`)).toBeUndefined();
  });

  it("is refused for any text outside the grammar", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const [name = ""] = text.slice(1).split("@");
        const plain = text.slice(0, 1) + name;
        expect(
          parseExpertKey(text) !== undefined && !/^(@[a-z0-9][a-z0-9_-]*\/)?[a-z0-9][a-z0-9_-]*$/.test(plain),
        ).toBe(false);
      }),
    );
  });
});
