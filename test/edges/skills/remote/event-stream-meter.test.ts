import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventStreamMeter } from "../../../../src/edges/skills/remote/event-stream-meter.ts";

/** Whether all pieces are taken by a meter of 1,000 bytes an event. */
const takesAll = (pieces: readonly string[]): boolean => {
  const meter = eventStreamMeter(1_000);
  return pieces.every((piece) => meter.take(Buffer.from(piece)));
};

const endings = [["LF", "\n"] as const, ["CRLF", "\r\n"] as const, ["CR", "\r"] as const];

describe.each(endings)("given lines that end in %s", (_, end) => {
  test("small events go on for ever", () => {
    expect(takesAll(Array(100).fill(`data: ${"x".repeat(100)}${end}${end}`))).toBe(true);
  });

  test("an event of many lines is refused once it is too large", () => {
    expect(takesAll(Array(9).fill(`data: ${"x".repeat(100)}${end}`))).toBe(true);
    expect(takesAll(Array(10).fill(`data: ${"x".repeat(100)}${end}`))).toBe(false);
  });

  test("a line that is cut between two chunks anywhere is one line", () => {
    const bytes = Array.from(`data: ${"x".repeat(10)}${end}`);
    expect(takesAll(Array(100).fill(bytes).flat())).toBe(false);
    expect(
      takesAll(
        Array(100)
          .fill([...bytes, ...end])
          .flat(),
      ),
    ).toBe(true);
  });

  test("law: the last id is the same however the stream is cut into chunks", () => {
    const stream = ["id: one", "data: a", "", "id:two", "data: b", "", ": id: three", ""].join(end) + end;
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length })), (cuts) => {
        const meter = eventStreamMeter(1_000);
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        for (const [index, to] of places.entries()) {
          meter.take(Buffer.from(stream.slice(places[index - 1] ?? 0, to)));
        }
        expect(meter.lastId()).toBe("two");
      }),
    );
  });
});
