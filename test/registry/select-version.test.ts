import fc from "fast-check";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { parseExpertKey } from "../../src/definition/expert-name.ts";
import { selectVersion } from "../../src/registry/select-version.ts";
import { indexOf, publishing, rating, tagging } from "../helpers/index-lines.ts";

const name = "@acme/x";
const versions = ["0.9.0", "1.0.0", "1.2.0", "1.2.3", "1.10.0", "2.0.0-rc.1", "2.0.0", "2.1.0-beta.1"];
const state = indexOf(name, [
  ...versions.map((version) => publishing(name, version)),
  rating("1.10.0", "disabled", "it loops"),
  rating("1.2.3", "deprecated", "use 2"),
  tagging("stable", "1.2.0"),
  tagging("next", "2.1.0-beta.1"),
  tagging("broken", "1.10.0"),
]);
const select = (request: string) =>
  selectVersion(state, parseExpertKey(`${name}${request}`)?.request).line.version;

describe("what is asked for", () => {
  test.each([
    ["", "2.0.0"],
    ["@1", "1.2.3"],
    ["@1.2", "1.2.3"],
    ["@1.0", "1.0.0"],
    ["@0", "0.9.0"],
    ["@2", "2.0.0"],
    ["@1.2.0", "1.2.0"],
    ["@2.0.0-rc.1", "2.0.0-rc.1"],
    ["@stable", "1.2.0"],
    ["@next", "2.1.0-beta.1"],
  ])("by `@acme/x%s` is %s", (request, version) => {
    expect(select(request)).toBe(version);
  });

  test.each([
    ["@1.10.0", "@acme/x@1.10.0 is disabled: it loops."],
    ["@1.10", "@acme/x@1.10 is disabled: it loops."],
    ["@broken", "@acme/x@broken is disabled: it loops."],
  ])("by `@acme/x%s` is disabled", (request, message) => {
    expect(() => select(request)).toThrow(expect.objectContaining({ code: "VERSION_DISABLED", message }));
  });

  test.each([
    ["@1.2.4", /^There is 2\.0\.0-rc\.1, 1\.10\.0, 1\.2\.3, 1\.2\.0, 1\.0\.0, @stable/],
    ["@3", /^There is 2\.1\.0-beta\.1, 2\.0\.0, 2\.0\.0-rc\.1, 1\.10\.0, 1\.2\.3, @/],
    ["@0.0.1", /^There is 1\.10\.0, 1\.2\.3, 1\.2\.0, 1\.0\.0, 0\.9\.0, @/],
    ["@unstable", /^There is 2\.1\.0-beta\.1, .*@stable, @next, @broken\.$/],
    ["@constructor", /^There is /],
    ["@9007199254740990", /^There is 2\.1\.0-beta\.1, /],
    ["@1.9007199254740990", /^There is 2\.0\.0/],
  ])("by `@acme/x%s` is not there, and what is near is said", (request, remedy) => {
    expect(() => select(request)).toThrow(
      expect.objectContaining({ code: "VERSION_NOT_FOUND", remedy: expect.stringMatching(remedy) }),
    );
  });

  test.each(["9007199254740991", "1.9007199254740991", "9007199254740991.0.0"])(
    "by `@acme/x@%s` is no request that could be compared",
    (request) => expect(parseExpertKey(`${name}@${request}`)).toBeUndefined(),
  );

  test("by a range is what semver says of the versions that are not disabled", () => {
    const part = fc.nat(3);
    const version = fc
      .tuple(part, part, part, fc.boolean())
      .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre ? "-rc.1" : ""}`);
    const some = fc.uniqueArray(fc.tuple(version, fc.boolean()), {
      minLength: 1,
      selector: ([text]) => text,
    });
    fc.assert(
      fc.property(some, part, fc.option(part, { nil: undefined }), (all, major, minor) => {
        const index = indexOf(name, [
          ...all.map(([text]) => publishing(name, text)),
          ...all.flatMap(([text, isDisabled]) => (isDisabled ? [rating(text, "disabled")] : [])),
        ]);
        const request = `${major}${minor === undefined ? "" : `.${minor}`}`;
        const available = all.flatMap(([text, isDisabled]) => (isDisabled ? [] : [text]));
        const expected = semver.maxSatisfying(available, minor === undefined ? `^${request}` : `~${request}`);
        const get = () => selectVersion(index, parseExpertKey(`${name}@${request}`)?.request).line.version;
        if (expected === null) expect(get).toThrow();
        else expect(get()).toBe(expected);
      }),
    );
  });
});
