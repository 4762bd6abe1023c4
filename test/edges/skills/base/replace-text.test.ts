import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { replaceText } from "../../../../src/edges/skills/base/replace-text.ts";

const change = (text: string, oldText: string, newText: string) => replaceText(text, { oldText, newText });

/** Overlapping ones count. */
const countOf = (text: string, wanted: string): number =>
  Array.from({ length: text.length }, (_, at) => text.startsWith(wanted, at)).filter(Boolean).length;

// Few letters, so that matches, repeats and overlaps are common.
const letters = (...units: readonly string[]) =>
  fc.array(fc.constantFrom(...units), { maxLength: 14 }).map((parts) => parts.join(""));

describe("replacing a text that occurs once", () => {
  test("is literal: patterns in the new text mean nothing", () => {
    expect(change("a OLD b", "OLD", "$& $1 $$ $`")).toEqual({
      type: "replaced",
      text: "a $& $1 $$ $` b",
      line: 0,
    });
    expect(change("a.c abc", "a.c", "x")).toEqual({ type: "replaced", text: "x abc", line: 0 });
  });

  test("says the line, counted from 0", () => {
    expect(change("one\ntwo\nthree", "three", "3")).toMatchObject({ line: 2 });
  });

  test("equals split and join wherever there is no CRLF", () => {
    const text = letters("a", "b", "\n", "$", "🙂");
    fc.assert(
      fc.property(text, text, letters("a", "$&", "\n", "\r\n"), (content, oldText, newText) => {
        fc.pre(countOf(content, oldText) === 1 && oldText !== "");
        expect(change(content, oldText, newText)).toMatchObject({
          text: content.split(oldText).join(newText),
        });
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("line endings stay as they are", () => {
  test("a text with CRLF is matched by LF and gets CRLF", () => {
    expect(change("one\r\ntwo\r\nthree\r\n", "one\ntwo\n", "1\n2\n3\n")).toMatchObject({
      text: "1\r\n2\r\n3\r\nthree\r\n",
    });
  });

  test("a text with LF keeps LF", () => {
    expect(change("one\ntwo\n", "one\n", "1\n2\n")).toMatchObject({ text: "1\n2\ntwo\n" });
  });

  test("in a mixed text only the place that changes takes part", () => {
    expect(change("a\r\nb\nc\r\n", "b", "x\ny")).toMatchObject({ text: "a\r\nx\ny\nc\r\n" });
    expect(change("a\nb\r\nc\n", "b", "x\ny")).toMatchObject({ text: "a\nx\r\ny\r\nc\n" });
  });

  test("the last line without an ending follows the line before", () => {
    expect(change("a\r\nb", "b", "x\ny")).toMatchObject({ text: "a\r\nx\r\ny" });
  });

  test("a CRLF text is edited as its LF twin is, and comes back with CRLF", () => {
    const text = letters("a", "b", "\n");
    fc.assert(
      fc.property(text, text, text, (content, oldText, newText) => {
        fc.pre(oldText !== "" && content.includes("\n"));
        const crlf = (lf: string): string => lf.replaceAll("\n", "\r\n");
        const twin = change(content, oldText, newText);
        const expected = twin.type === "replaced" ? { ...twin, text: crlf(twin.text) } : twin;
        expect(change(crlf(content), oldText, newText)).toEqual(expected);
        expect(change(crlf(content), crlf(oldText), crlf(newText))).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  test("nothing outside the match changes, whatever endings are mixed", () => {
    const text = letters("a", "b", "\n", "\r\n", "\r");
    fc.assert(
      fc.property(text, letters("a", "b", "\n"), (content, oldText) => {
        fc.pre(oldText !== "");
        const replaced = change(content, oldText, "NEW");
        if (replaced.type !== "replaced") return;
        const [before = "", after = ""] = replaced.text.split("NEW");
        expect(content.startsWith(before) && content.endsWith(after)).toBe(true);
        const matched = content.slice(before.length, content.length - after.length);
        expect(matched.replaceAll("\r\n", "\n")).toBe(oldText);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a replacement is refused", () => {
  test("when the text does not occur", () => {
    expect(change("abc", "x", "y")).toEqual({ type: "missing" });
    expect(change("a\nb", "a\r\nb", "y")).toEqual({ type: "missing" });
  });

  test("when it occurs more often, also overlapping, and says where", () => {
    expect(change("x\nx\n\nx", "x", "y")).toEqual({ type: "ambiguous", lines: [0, 1, 3] });
    expect(change("aaa", "aa", "b")).toEqual({ type: "ambiguous", lines: [0, 0] });
  });
});
