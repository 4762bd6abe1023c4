import fc from "fast-check";
import { expect, test } from "vitest";
import { type DiffLine, lineDiff } from "../../src/report/line-diff.ts";

const shown = (before: string, after: string): readonly string[] =>
  lineDiff(before, after).map(({ mark, text }) => `${mark}${text}`);

test("a changed line is shown with two around it, and what is left out by one mark", () => {
  const lines = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
  const changed = lines.with(4, "E").with(9, "J");
  expect(shown(lines.join("\n"), changed.join("\n"))).toEqual([
    ...["@", " c", " d", "-e", "+E", " f", " g", " h", " i", "-j", "+J"],
  ]);
  expect(shown("a\nb\nc\nd\ne\nf", "A\nb\nc\nd\ne\nF")).toEqual([
    ...["-a", "+A", " b", " c", " d", " e", "-f", "+F"],
  ]);
  expect(shown("same\ntext", "same\ntext")).toEqual(["@"]);
});

test("what is kept and gone is the old text, what is kept and new is the new one", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 8 }).map((lines) => lines.join("\n"));
  const side = (lines: readonly DiffLine[], mark: "-" | "+"): number =>
    lines.filter((line) => line.mark === mark).length;
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(before, after);
      expect(before.split("\n").length - side(lines, "-")).toBe(after.split("\n").length - side(lines, "+"));
      if (lines.some(({ mark }) => mark === "@")) return;
      const of = (mark: "-" | "+") =>
        lines.flatMap((line) => (line.mark === mark || line.mark === " " ? [line.text] : [])).join("\n");
      expect([of("-"), of("+")]).toEqual([before, after]);
    }),
  );
});

test("texts of thousands of lines that have nothing in common are shown whole", () => {
  const of = (letter: string): string => Array.from({ length: 5000 }, (_, n) => `${letter}${n}`).join("\n");
  expect(lineDiff(of("a"), of("b"))).toHaveLength(10_000);
});
