import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeSearchQuery } from "../../src/request/code-search.ts";

const repository = "acme/widgets";

describe("given words to search for", () => {
  test("they come in quotes, with the repository and what narrows the search", () => {
    const asked = { text: "open file", path: "src/api", extension: "ts" };
    expect(codeSearchQuery(asked, repository)).toBe(
      '"open file" repo:acme/widgets path:src/api extension:ts',
    );
  });

  test.each([
    ["x repo:evil/other", '"x repo evil other" repo:acme/widgets'],
    ['x" org:evil "', '"x org evil" repo:acme/widgets'],
    ["x＂ repo：evil/other", '"x repo evil other" repo:acme/widgets'],
    ["x\nrepo:a\u2028user:b", '"x repo a user b" repo:acme/widgets'],
    ["re\u200Bpo:a", '"re po a" repo:acme/widgets'],
  ])("%j holds no qualifier", (text, query) => expect(codeSearchQuery({ text }, repository)).toBe(query));

  test.each([
    { text: "" },
    { text: ' ":/ ' },
    { text: "x", path: "a repo:b" },
    { text: "x", path: '"' },
    { text: "x", extension: "ts repo:b" },
  ])("%j is refused", (asked) => expect(codeSearchQuery(asked, repository)).toBeUndefined());
});

test("whatever is asked, the only places that a query names are this repository and a path in it", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '"',
      "repo:",
      "org:",
      "user:",
      " ",
      "：",
      "＂",
      "\\",
      "-",
      "OR",
      "NOT",
      "\u2028",
      "\u00A0",
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
  const asked = fc.record({ text, path: text, extension: text }, { requiredKeys: ["text"] });
  fc.assert(
    fc.property(asked, (question) => {
      const query = codeSearchQuery(question, repository);
      if (query === undefined) return;
      const [, words, rest = ""] = /^"([^":]+)" (repo:.+)$/.exec(query) ?? [];
      expect(words).toBeDefined();
      expect(words?.length).toBeLessThanOrEqual(200);
      expect(rest).toMatch(/^repo:acme\/widgets(?: path:[\w./-]+)?(?: extension:[\w-]+)?$/);
    }),
    { numRuns: 2_000 },
  );
});
