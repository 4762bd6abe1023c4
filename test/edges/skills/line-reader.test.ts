import fc from "fast-check";
import { expect, test } from "vitest";
import { type Line, lineReader } from "../../../src/edges/skills/line-reader.ts";

const read = (chunks: readonly Uint8Array[], maxBytes: number): readonly Line[] => {
  const lines: Line[] = [];
  const reader = lineReader(maxBytes, (line) => lines.push(line));
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return lines;
};

test("law: however a text is cut into chunks, the same lines come out", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "☃", "\n", "é") }),
      fc.array(fc.nat({ max: 5 })),
      fc.integer({ min: 1, max: 6 }),
      (text, sizes, limit) => {
        const bytes = Buffer.from(text);
        const chunks: Uint8Array[] = [];
        let from = 0;
        for (const size of sizes) {
          chunks.push(bytes.subarray(from, from + size));
          from = Math.min(from + size, bytes.length);
        }
        expect(read([...chunks, bytes.subarray(from)], limit)).toEqual(read([bytes], limit));
      },
    ),
  );
});

test("law: below the limit every line comes out as it went in", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "☃", " ") })), (lines) => {
      const stream = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      expect(read([stream], 1_000)).toEqual(lines.map((text) => ({ text, end: "whole" })));
    }),
  );
});

test("an overlong line is delivered as soon as it passes the limit, and the next one is whole again", () => {
  const lines: Line[] = [];
  const reader = lineReader(4, (line) => lines.push(line));
  reader.push(Buffer.from("abcde"));
  expect(lines).toEqual([{ text: "abcd", end: "cut" }]);
  reader.push(Buffer.from("fgh\nnext"));
  reader.end();
  expect(lines.slice(1)).toEqual([{ text: "next", end: "whole" }]);
});
