import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryDelayMs } from "../../src/job/retry.ts";
import { overloaded } from "../helpers/scripted-job.ts";

const alone = { model: { provider: "anthropic", model: "claude-test" } };

const failures = (count: number) => Array.from({ length: count }, () => overloaded);

describe("the wait before a generation", () => {
  test("is none at first, then a second that doubles", () => {
    expect([0, 1, 2, 3, 4].map((count) => retryDelayMs(alone, failures(count)))).toEqual([
      0, 1_000, 2_000, 4_000, 8_000,
    ]);
  });

  test("is never more than a minute on our own account", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), (count) => {
        const wait = retryDelayMs(alone, failures(count));
        expect(wait).toBeGreaterThanOrEqual(1_000);
        expect(wait).toBeLessThanOrEqual(60_000);
      }),
    );
  });

  test("is what the provider asked for, longer or shorter", () => {
    expect(retryDelayMs(alone, [overloaded, { ...overloaded, retryAfterMs: 300_000 }])).toBe(300_000);
    expect(retryDelayMs(alone, [overloaded, { ...overloaded, retryAfterMs: 0 }])).toBe(0);
  });

  test("does not repeat what the provider asked for earlier", () => {
    expect(retryDelayMs(alone, [{ ...overloaded, retryAfterMs: 300_000 }, overloaded])).toBe(2_000);
  });
});
