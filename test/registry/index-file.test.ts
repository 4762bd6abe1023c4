import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readIndexFile } from "../../src/registry/index-file.ts";
import { indexOf, indexText, publishing, rating, tagging } from "../helpers/index-lines.ts";

const name = "@acme/x";
const read = (text: string) => readIndexFile(text, { name, file: "registry/x.jsonl" });

const some = [
  publishing(name, "1.0.0"),
  publishing(name, "1.1.0"),
  tagging("stable", "1.0.0"),
  rating("1.0.0", "deprecated"),
  tagging("stable", "1.1.0"),
  rating("1.0.0", "disabled", "security: it leaks"),
];

describe("the lines of an Expert", () => {
  test("add up to its versions, how each stands, and its tags", () => {
    const state = indexOf(name, some);
    expect([...state.versions].map(([version, { status, reason }]) => [version, status, reason])).toEqual([
      ["1.0.0", "disabled", "security: it leaks"],
      ["1.1.0", "available", undefined],
    ]);
    expect(Object.fromEntries(state.tags)).toEqual({ stable: "1.1.0" });
    expect(state.heads).toHaveLength(6);
  });

  test("say nothing of which version is the latest, whatever one of them says", () => {
    expect(indexOf(name, [...some, tagging("latest", "1.0.0")]).tags.has("latest")).toBe(false);
  });

  test("are never read otherwise than they were written: any change of any byte is found, but for cut whole lines", () => {
    const text = indexText(name, some);
    const lines = text.split("\n").length - 1;
    const change = fc.tuple(fc.nat(text.length - 1), fc.constantFrom("x", "1", '"', "\n", ""));
    fc.assert(
      fc.property(change, ([at, put]) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1);
        fc.pre(changed !== text);
        const isLastLine = at > text.slice(0, -1).lastIndexOf("\n");
        try {
          const state = read(changed);
          // Nobody has signed the last line: only what remembers its hash sees a change of it.
          expect(isLastLine && state.heads.length === lines).toBe(true);
          expect(state.heads.at(-1)).not.toBe(read(text).heads.at(-1));
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(?:INDEX_CORRUPT|FEATURE_NOT_AVAILABLE)$/),
          });
        }
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    [
      "whose last line is torn",
      indexText(name, some).slice(0, -1),
      /x\.jsonl:6: .* last line was not written/,
    ],
    [
      "with the same version twice",
      indexText(name, [publishing(name, "1.0.0"), publishing(name, "1.0.0")]),
      /:2: .*1\.0\.0 was published before/,
    ],
    [
      "that go back",
      indexText(name, [publishing(name, "1.0.0"), rating("1.0.0", "disabled"), rating("1.0.0", "available")]),
      /:3: .*1\.0\.0 goes from disabled back to available/,
    ],
    [
      "that stay",
      indexText(name, [publishing(name, "1.0.0"), rating("1.0.0", "available")]),
      /:2: .*goes from available back/,
    ],
    [
      "of another Expert",
      indexText(name, [publishing("@acme/y", "1.0.0")]),
      /:1: .*it is of @acme\/y, in the file of @acme\/x/,
    ],
    [
      "that tag what is not there",
      indexText(name, [publishing(name, "1.0.0"), tagging("stable", "2.0.0")]),
      /:2: .*tags 2\.0\.0, which is not published/,
    ],
    ["that rate what is not there", indexText(name, [rating("1.0.0", "disabled")]), /:1: .*rates 1\.0\.0/],
    [
      "with a middle line taken out",
      indexText(name, some).split("\n").toSpliced(1, 1).join("\n"),
      /:2: .*number 3, and number 2 was expected/,
    ],
    ["with build metadata", indexText(name, [publishing(name, "1.0.0+a")]), /:1: .*version/],
    ["with a number for a tag", indexText(name, [publishing(name, "1.0.0"), tagging("1", "1.0.0")]), /:2: /],
    ["that are none", "", /it has no version/],
    ["that are no JSON", "what\n", /:1: .*it is not JSON/],
    [
      "with a number that semver cannot compare",
      indexText(name, [publishing(name, "9007199254740991.0.0"), publishing(name, "1.0.0")]),
      /:1: .*version/,
    ],
  ])("%s are refused by the line", (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: "INDEX_CORRUPT", message: expect.stringMatching(message) }),
    );
  });

  test("of a newer kind ask for a newer release", () => {
    const text = indexText(name, [publishing(name, "1.0.0")]).replace('"v":1', '"v":2');
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "FEATURE_NOT_AVAILABLE" }));
  });

  test.each([
    ["as deep as no stack", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    ["a mebibyte long", JSON.stringify("x".repeat(2 ** 20))],
  ])("of a kind that is %s are told in a line", (_, kind) => {
    expect(() => read(`{"v":${kind}}\n`)).toThrow(
      expect.objectContaining({
        code: "FEATURE_NOT_AVAILABLE",
        message: expect.stringMatching(/^.{1,200}$/),
      }),
    );
  });

  test("are read in time in proportion to how many there are", () => {
    const versions = (count: number) =>
      indexText(
        name,
        Array.from({ length: count }, (_, patch) => publishing(name, `1.0.${patch}`)),
      );
    const text = versions(10_000);
    const startedAt = performance.now();
    expect(read(text).versions.size).toBe(10_000);
    // Each line after all before it took 24 seconds.
    expect(performance.now() - startedAt).toBeLessThan(6_000);
  });

  test("give a reason as one line of what a reader sees, however it was written", () => {
    const reason = `\u200bsecurity:\u001b[2J it\n::error::leaks ${"x".repeat(9_000)}`;
    const state = indexOf(name, [publishing(name, "1.0.0"), rating("1.0.0", "disabled", reason)]);
    const shown = state.versions.get("1.0.0")?.reason ?? "";
    expect(shown).toMatch(/^security: it ::error::leaks x+$/);
    expect(shown).toHaveLength(500);
  });

  test("are safe to be called anything", () => {
    const state = indexOf("@acme/constructor", [
      publishing("@acme/constructor", "1.0.0"),
      tagging("constructor", "1.0.0"),
    ]);
    expect([...state.tags.keys()]).toEqual(["constructor"]);
    expect(indexOf(name, [publishing(name, "1.0.0")]).tags.get("constructor")).toBeUndefined();
  });
});
