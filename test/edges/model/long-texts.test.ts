import fc from "fast-check";
import { expect, test } from "vitest";
import { type BodyParts, longTexts } from "../../../src/edges/model/long-texts.ts";

const joined = (parts: BodyParts): string =>
  Buffer.concat(parts.map((part) => Buffer.from(part))).toString("utf8");

test("given any texts, when they went through JSON as stand-ins, then the body is as if they had not", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ minLength: 250, maxLength: 300, unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
      const kept = longTexts();
      const body = JSON.stringify({
        messages: texts.map((one) => ({ role: "user", content: kept.standIn(one) })),
      });
      const plain = JSON.stringify({ messages: texts.map((one) => ({ role: "user", content: one })) });
      expect(joined(kept.restore(body))).toBe(plain);
    }),
  );
});

test("given a long text, then the body that is serialised does not hold it", () => {
  const kept = longTexts();
  const body = JSON.stringify([kept.standIn("long ".repeat(100_000)), kept.standIn("short")]);
  expect(body.length).toBeLessThan(200);
  expect(body).toContain('"short"');
});

test("given a stand-in within another text or within JSON in a text, then it is refused, not sent", () => {
  const kept = longTexts();
  const standIn = kept.standIn("x".repeat(1_000));
  for (const value of [`<${standIn}>`, JSON.stringify({ inner: standIn }), `${standIn} `]) {
    expect(() => kept.restore(JSON.stringify({ value }))).toThrow("no place of its own");
  }
});

test("given a stand-in of another conversation, then it is a text like any other", () => {
  const foreign = JSON.stringify([longTexts().standIn("x".repeat(1_000))]);
  expect(joined(longTexts().restore(foreign))).toBe(foreign);
});
