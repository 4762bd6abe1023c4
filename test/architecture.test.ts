import { globSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { sourceRules, testRules } from "./helpers/architecture/rules.ts";
import { describeViolation, parseSource, type Rule, type Source } from "./helpers/architecture/source.ts";

const root = dirname(import.meta.dirname);

const read = (pattern: string): readonly Source[] =>
  globSync(pattern, { cwd: root, exclude: ["test/fixtures/**"] })
    .sort()
    .map((path) => parseSource(path.replaceAll(sep, "/"), readFileSync(join(root, path), "utf8")));

const violations = (rule: Rule, files: readonly Source[]): readonly string[] =>
  rule.check(files).map(describeViolation);

describe("given every file of src/", () => {
  const files = read("src/**/*.ts");

  it("there are some", () => expect(files.length).toBeGreaterThan(50));

  it.each(sourceRules)("$name", (rule) => expect(violations(rule, files)).toEqual([]));
});

describe("given every file of test/", () => {
  const files = read("test/**/*.ts");

  it("there are some", () => expect(files.length).toBeGreaterThan(10));

  it.each(testRules)("$name", (rule) => expect(violations(rule, files)).toEqual([]));
});
