import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/outputs/review/finding.ts";

const squeaks = { path: "src/hinge.ts", title: "It squeaks" };

describe("the fingerprint of a finding", () => {
  it.each([
    ["another case, emphasis and a full stop", { ...squeaks, title: "It **squeaks**." }, "turn(door);"],
    ["another indentation", squeaks, "\t  turn(door);  "],
  ])("stays with %s", (_, finding, text) => {
    expect(fingerprint(finding, text)).toBe(fingerprint(squeaks, "turn(door);"));
  });

  it.each([
    ["another file", { ...squeaks, path: "src/door.ts" }, "turn(door);"],
    ["another title", { ...squeaks, title: "It sticks" }, "turn(door);"],
    ["other lines", squeaks, "turn(gate);"],
    ["one line more", squeaks, "turn(door);\nturn(door);"],
    ["a title in another script", { ...squeaks, title: "きしむ" }, "turn(door);"],
  ])("is another with %s", (_, finding, text) => {
    expect(fingerprint(finding, text)).not.toBe(fingerprint(squeaks, "turn(door);"));
  });

  it("is 16 hexadecimal digits of anything", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), fc.string(), (path, title, text) => {
        expect(fingerprint({ path, title }, text)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });
});
