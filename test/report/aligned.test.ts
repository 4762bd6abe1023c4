import { expect, test } from "vitest";
import { aligned } from "../../src/report/aligned.ts";

test("columns begin below each other, whatever cannot be printed is in them", () => {
  expect(aligned([["a", "bb", "c"], ["aaa", "\u001b[2J", ""], ["a"]])).toBe(
    "a    bb       c\naaa  \\x1b[2J\na\n",
  );
  expect(aligned([])).toBe("");
});
