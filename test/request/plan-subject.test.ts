import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PlanSubject, subjectDifferences } from "../../src/request/plan-subject.ts";

const trust = fc.constantFrom("trusted" as const, "untrusted" as const);
const word = fc.string({ maxLength: 12 });
const subjects: fc.Arbitrary<PlanSubject> = fc.record({
  repository: word,
  run: word,
  trigger: word,
  thread: word,
  head: word,
  base: word,
  expert: word,
  trust,
  policy: word,
});

describe("what a plan is about, held against what the job that publishes is about", () => {
  test("is the same only where every line is", () => {
    fc.assert(
      fc.property(subjects, subjects, (plan, own) => {
        const same = Object.entries(plan).every(([line, value]) => Reflect.get(own, line) === value);
        expect(subjectDifferences(plan, own).length === 0).toBe(same);
        expect(subjectDifferences(plan, { ...plan })).toEqual([]);
      }),
    );
  });

  test("differs by each line alone, which is named", () => {
    fc.assert(
      fc.property(subjects, word, (plan, other) => {
        for (const line of Object.keys(plan)) {
          const forged =
            line === "trust" ? { trusted: "untrusted", untrusted: "trusted" }[plan.trust] : other;
          const differences = subjectDifferences(plan, { ...plan, [line]: forged });
          expect(differences).toHaveLength(Reflect.get(plan, line) === forged ? 0 : 1);
        }
      }),
    );
  });
});
