import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasMarker, markedBy, markerLine, parseMarker } from "../../src/outputs/marker.ts";

const review = { workflow: "CI", job: "review", expert: "reviewer" };

describe("the hidden marker of an own comment", () => {
  it("is one HTML comment a person never sees", () => {
    expect(markerLine(review)).toBe(
      '<!-- expert-stack {"v":1,"workflow":"CI","job":"review","expert":"reviewer"} -->',
    );
  });

  it("is found on the first line, also after GitHub turned line ends into CRLF", () => {
    expect(hasMarker(`${markerLine(review)}\r\n\r\nAll fine.`, review)).toBe(true);
  });

  it("tells that strangers could steer its job, and is the same comment's all the same", () => {
    const line = markerLine(markedBy(review, "untrusted"));
    expect(parseMarker(line)).toEqual({ ...review, trust: "untrusted" });
    expect(hasMarker(line, review)).toBe(true);
    expect(markedBy(review, "trusted")).toBe(review);
  });

  it("is not found when someone quotes it further down", () => {
    expect(parseMarker(`Look at this:\n${markerLine(review)}`)).toBeUndefined();
  });

  it("keeps two Experts on one thread apart", () => {
    expect(hasMarker(markerLine(review), { ...review, expert: "triage" })).toBe(false);
    expect(hasMarker(markerLine(review), { ...review, workflow: "CI " })).toBe(false);
    expect(hasMarker(markerLine(review), { ...review, job: "Review" })).toBe(false);
  });

  it.each([
    ["no JSON", "<!-- expert-stack nonsense -->"],
    ["another version", '<!-- expert-stack {"v":2,"workflow":"CI","job":"review","expert":"reviewer"} -->'],
    ["a field missing", '<!-- expert-stack {"v":1,"workflow":"CI","job":"review"} -->'],
    ["a field of another kind", '<!-- expert-stack {"v":1,"workflow":1,"job":"review","expert":"x"} -->'],
    ["null", "<!-- expert-stack null -->"],
    ["an empty body", ""],
  ])("is not read from %s", (_, body) => {
    expect(parseMarker(body)).toBeUndefined();
  });

  it("survives any names, and no name closes the comment", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("-->", "--!>", "a -- b", "<!--", '"}', "\\u003e"),
    );
    fc.assert(
      fc.property(name, name, name, (workflow, job, expert) => {
        const line = markerLine({ workflow, job, expert });
        expect(parseMarker(`${line}\nanswer`)).toEqual({ workflow, job, expert });
        expect(line).not.toMatch(/[\n\r]/);
        expect(line.slice(4, -3)).not.toMatch(/--|[<>]/);
      }),
    );
  });
});
