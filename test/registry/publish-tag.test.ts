import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLegalRef, looksLikePublishTag, parsePublishTag } from "../../src/registry/publish-tag.ts";
import { codeOf } from "../helpers/code-of.ts";

const gitTakes = (tag: string): boolean =>
  spawnSync("git", ["check-ref-format", `refs/tags/${tag}`]).status === 0;

describe("a tag that asks to publish", () => {
  test("names an Expert and a version, and so the file in a registry of many", () =>
    expect(parsePublishTag("@acme/code-review@1.2.3-rc.1")).toEqual({
      tag: "@acme/code-review@1.2.3-rc.1",
      name: "@acme/code-review",
      version: "1.2.3-rc.1",
      path: "experts/acme/code-review.toml",
    }));

  test("names a version alone in a repository of one", () =>
    expect(parsePublishTag("v1.2.3")).toEqual({ tag: "v1.2.3", version: "1.2.3", path: "perstack.toml" }));

  test.each([
    ["a version that git takes for a lock file", "@acme/x@1.0.0-rc.lock"],
    ["empty parts of a version", "@acme/x@1.0.0-.."],
    ["build metadata", "@acme/x@1.0.0+a"],
    ["a missing part", "@acme/x@1.2"],
    ["a leading zero", "v01.2.3"],
    ["a capital letter in the name", "@acme/X@1.2.3"],
    ["a name without a scope", "x@1.2.3"],
    ["a scope without a name", "@acme@1.2.3"],
    ["two versions", "@acme/x@1.2.3@1.2.4"],
    ["a ref in it", "@acme/x@{1}"],
    ["a folder more", "@acme/x/y@1.2.3"],
    ["a way up", "@acme/..@1.2.3"],
    ["an option", "--force@1.2.3"],
    ["a break of a line", "v1.2.3\nv1.2.4"],
    ["Cyrillic letters", "@аcme/x@1.2.3"],
    ["a version of 101 characters", `v1.2.3-${"a".repeat(95)}`],
    ["nothing", ""],
  ])("is refused with %s", (_, tag) => expect(codeOf(() => parsePublishTag(tag))).toBe("PUBLISH_REFUSED"));

  test.each(["constructor", "__proto__x", "tostring"].map((name) => name.replace(/^_+/, "")))(
    "may be named %s",
    (name) => expect(parsePublishTag(`@acme/${name}@1.0.0`).name).toBe(`@acme/${name}`),
  );

  test("is told from other tags", () =>
    expect(
      ["@acme/x@1.0.0+a", "v1.0.0", "v2-beta", "release-1", "@acme", "vector"].filter(looksLikePublishTag),
    ).toEqual(["@acme/x@1.0.0+a", "v1.0.0", "v2-beta"]));
});

test("no tag is taken that git does not take, whatever is between its characters", () => {
  const part = fc.constantFrom(
    "@",
    "a",
    "Z",
    "1",
    ".",
    "-",
    "/",
    "lock",
    "_",
    "..",
    ".lock",
    "@{",
    "v",
    "~",
    " ",
  );
  const tag = fc.array(part, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(tag, (text) => !isLegalRef(text) || gitTakes(text)),
    { numRuns: 150 },
  );
});
