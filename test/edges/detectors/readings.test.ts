import { expect, test } from "vitest";
import { readingsOf } from "../../../src/edges/detectors/readings.ts";

const nested = (text: string, levels: number): string =>
  levels === 0 ? text : nested(JSON.stringify({ text }), levels - 1);

test.for([1, 2, 3, 6])("a text in JSON in JSON, %i deep, is read as it is meant", (levels) => {
  const readings = [...readingsOf(nested("before\nthe token\tafter", levels))];
  expect(readings.some((reading) => reading.includes("before\nthe token\tafter"))).toBe(true);
});

test.for([
  ["\u001b[31mtoken\u001b[0m", "token"],
  [JSON.stringify("\u001b[1;31mtoken"), '"token"'],
  ["\\x0atoken", "\ntoken"],
  ["t\0o\0k\0e\0n\0", "token"],
  ["the&#95;tok&#x65;n", "the_token"],
])("%j holds %j", ([text, meant]) => {
  expect([...readingsOf(text ?? "")]).toContain(meant);
});

test("the text itself is the first reading, and one without escapes has no other", () => {
  expect([...readingsOf("plain \\ text")]).toEqual(["plain \\ text"]);
});

test("a megabyte of backslashes is read", () => {
  // A pattern that starts anew at each of them would take hours.
  expect(readingsOf("\\".repeat(2 ** 20)).size).toBe(1);
  expect(readingsOf("\\a".repeat(2 ** 19)).size).toBe(1);
});
