import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryEvent } from "./arbitrary-event.ts";
import { scratchStore } from "./scratch-store.ts";

const batches = fc.array(
  fc.record({
    at: fc.nat(Number.MAX_SAFE_INTEGER),
    events: fc.array(arbitraryEvent, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 4 },
);

describe("the store", () => {
  it("gives back exactly what was appended, whatever it is and however it was batched", () => {
    fc.assert(
      fc.property(batches, (given) => {
        using scratch = scratchStore();
        using log = scratch.create("job1");
        const appended = given.flatMap(({ events, at }) => log.append(events, at));
        const { entries } = scratch.store.load("job1");
        // Strict, since a lost `__proto__` or an added `undefined` is not the same event.
        expect(isDeepStrictEqual(entries, appended)).toBe(true);
        expect(
          isDeepStrictEqual(
            entries.map(({ at, event }) => ({ at, event })),
            given.flatMap(({ at, events }) => events.map((event) => ({ at, event }))),
          ),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
