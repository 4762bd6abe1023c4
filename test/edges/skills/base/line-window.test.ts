import fc from "fast-check";
import { expect, test } from "vitest";
import { lineWindow } from "../../../../src/edges/skills/base/line-window.ts";

const read = (chunks: readonly string[], limits: { from: number; to: number; maxBytes: number }) => {
  const window = lineWindow(limits);
  let pushed = 0;
  for (const chunk of chunks) {
    pushed++;
    if (window.push(Buffer.from(chunk)) === "done") break;
  }
  const { bytes, to, cut } = window.result();
  return { content: bytes.toString(), to, cut, pushed };
};

const chunked = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r\n", "é"), maxLength: 8 }));
const line = fc.nat({ max: 12 });

test("lines from..to are what split and slice give, however the bytes arrive", () => {
  fc.assert(
    fc.property(chunked, line, line, (chunks, from, length) => {
      const lines = chunks.join("").split("\n");
      const to = from + length;
      const { content, cut, to: next } = read(chunks, { from, to, maxBytes: 1_000 });
      expect(content).toBe(lines.slice(from, to).join("\n"));
      expect(cut).toBe("nothing");
      if (from < lines.length) expect(next).toBe(Math.min(to, lines.length));
    }),
    { numRuns: 1_000 },
  );
});

test("reading on from where it was cut gives every byte once", () => {
  fc.assert(
    fc.property(chunked, fc.integer({ min: 6, max: 30 }), (chunks, maxBytes) => {
      const lines = chunks.join("").split("\n");
      const seen: string[] = [];
      for (let from = 0; from < lines.length; ) {
        const window = read(chunks, { from, to: Number.POSITIVE_INFINITY, maxBytes });
        expect(Buffer.byteLength(window.content)).toBeLessThanOrEqual(maxBytes + 2);
        expect(window.to).toBeGreaterThan(from);
        seen.push(window.cut === "line" ? (lines[from] ?? "") : window.content);
        from = window.to;
      }
      expect(seen.join("\n")).toBe(chunks.join(""));
    }),
    { numRuns: 500 },
  );
});

test("it asks for no more bytes than it needs", () => {
  expect(read(["a\nb\n", "c\n", "d\n"], { from: 0, to: 2, maxBytes: 100 })).toMatchObject({
    pushed: 1,
    to: 2,
  });
  expect(read(["abcdef", "ghi", "j"], { from: 0, to: 9, maxBytes: 4 })).toMatchObject({
    content: "abcd",
    cut: "line",
    to: 1,
    pushed: 1,
  });
});
