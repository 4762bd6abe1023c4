import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../../src/definition/nearest.ts";

describe("given a misspelt word", () => {
  it.each([
    ["delegats", "delegates"],
    ["max_steps", "maxSteps"],
    ["MAXSTEPS", "maxSteps"],
    ["instrcution", "instruction"],
    ["packagename", "packageName"],
  ])("%s finds %s", (word, meant) => {
    expect(nearest(word, ["delegates", "maxSteps", "instruction", "packageName", "tags"])[0]).toBe(meant);
  });

  it("finds nothing in words that are far away", () => {
    expect(nearest("colour", ["delegates", "maxSteps", "tags"])).toEqual([]);
  });

  it("puts the closest first", () => {
    expect(nearest("writer", ["rewriters", "writers", "writer2x"], 2)).toEqual(["writers", "writer2x"]);
  });

  it("always finds a word with one letter more, less, changed or swapped", () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(
        word,
        fc.nat(),
        fc.constantFrom("more", "less", "changed", "swapped"),
        (meant, seed, kind) => {
          const at = seed % (meant.length - 1);
          const [before, here, next, rest] = [
            meant.slice(0, at),
            meant[at],
            meant[at + 1],
            meant.slice(at + 2),
          ];
          const typed = {
            more: `${before}${here}q${next}${rest}`,
            less: `${before}${next}${rest}`,
            changed: `${before}q${next}${rest}`,
            swapped: `${before}${next}${here}${rest}`,
          }[kind];
          expect(nearest(typed, [meant])).toEqual([meant]);
        },
      ),
    );
  });
});
