import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outputWindow } from "../../../../src/edges/skills/base/output-window.ts";

const shown = (chunks: readonly (string | Uint8Array)[], maxBytes: number): string => {
  const window = outputWindow({ maxBytes });
  for (const chunk of chunks) window.push(Buffer.from(chunk));
  return window.text();
};

const chunks = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n", "é", "🙂"), maxLength: 12 }));

describe("what a program printed", () => {
  test("is shown whole while it fits", () => {
    fc.assert(
      fc.property(chunks, (parts) => {
        expect(shown(parts, 1_000)).toBe(parts.join(""));
      }),
    );
  });

  test("else by its head and its tail, with the number of bytes between", () => {
    fc.assert(
      fc.property(chunks, fc.integer({ min: 8, max: 40 }), (parts, maxBytes) => {
        const whole = parts.join("");
        fc.pre(Buffer.byteLength(whole) > maxBytes);
        const [head = "", tail = ""] = shown(parts, maxBytes).split(/\n… \d+ bytes cut …\n/);
        expect(whole.startsWith(head) && whole.endsWith(tail)).toBe(true);
        expect(shown(parts, maxBytes)).toContain(`… ${Buffer.byteLength(whole) - maxBytes} bytes cut …`);
        // At most a split character of up to four bytes is missing on each side.
        expect(Buffer.byteLength(head + tail)).toBeGreaterThanOrEqual(maxBytes - 6);
        expect(Buffer.byteLength(head + tail)).toBeLessThanOrEqual(maxBytes);
      }),
      { numRuns: 500 },
    );
  });

  test("is shown without colours and control characters", () => {
    expect(shown(["\u001b[31mred\u001b[0m\0\u0007\ttab\r\n"], 100)).toBe("red\uFFFD\uFFFD\ttab\r\n");
  });
});
