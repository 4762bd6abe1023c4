import { expect, test } from "vitest";
import { inSentences } from "../src/errors.ts";

test.each([
  ["It failed", "It failed. Try again."],
  ["It failed.", "It failed. Try again."],
  ['It failed (skill "s")', 'It failed (skill "s"). Try again.'],
])("%s is followed by what to do as a sentence of its own", (message, text) => {
  expect(inSentences(message, "Try again.")).toBe(text);
});
