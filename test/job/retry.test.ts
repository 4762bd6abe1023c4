import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/job/outcome.ts";
import { choiceAt, chosenAlternative, isTriedAgain, retryDelayMs } from "../../src/job/retry.ts";
import { overloaded, unauthorized } from "../helpers/scripted-job.ts";

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

const model = (name: string) => ({ provider: "anthropic", model: name });
const three = { model: model("a"), fallbacks: [model("b"), model("c")], limits: { maxRetries: 10 } };
const reset = { name: "TypeError", message: "terminated", isRetryable: true };

/** Each attempt as the model it asks and the wait before it. */
const attempts = (fails: readonly Failure[]) =>
  [[], ...fails.map((_, index) => fails.slice(0, index + 1))].map((before) => [
    choiceAt(three, chosenAlternative(three, before)).model,
    retryDelayMs(three, before),
  ]);

describe("a job with models to turn to", () => {
  test("asks the next at once when one is overloaded, and waits when the round begins again", () => {
    expect(attempts(failures(6))).toEqual([
      ["a", 0],
      ["b", 0],
      ["c", 0],
      ["a", 1_000],
      ["b", 2_000],
      ["c", 2_000],
      ["a", 2_000],
    ]);
  });

  test("takes 429 and every 5xx for overload", () => {
    for (const statusCode of [429, 500, 503, 529]) {
      expect(attempts([{ ...overloaded, statusCode }])[1]).toEqual(["b", 0]);
    }
  });

  test("stays with a model that failed in any other way", () => {
    expect(attempts([reset, { ...overloaded, statusCode: 408 }]).map(([name]) => name)).toEqual([
      "a",
      "a",
      "a",
    ]);
    expect(attempts([overloaded, reset]).map(([name]) => name)).toEqual(["a", "b", "b"]);
  });

  test("does not wait for an overloaded model before it asks another", () => {
    const busy = { ...overloaded, retryAfterMs: 3_600_000 };
    expect(isTriedAgain(three, [busy])).toBe(true);
    expect(retryDelayMs(three, [busy])).toBe(0);
    expect(isTriedAgain(three, [busy, busy, busy])).toBe(false);
  });

  test("ends with what cannot be tried again, and after so many attempts", () => {
    expect(isTriedAgain(three, [unauthorized])).toBe(false);
    expect(isTriedAgain({ ...three, limits: { maxRetries: 1 } }, failures(1))).toBe(true);
    expect(isTriedAgain({ ...three, limits: { maxRetries: 1 } }, failures(2))).toBe(false);
  });
});
