import fc from "fast-check";
import type { Failure } from "../../src/job/outcome.ts";
import { overloaded, unauthorized } from "./scripted-job.ts";
import type { TreeCall, TreeRun, TreeTurn } from "./scripted-tree.ts";

/** The stream broke off: nobody knows what it cost. */
const brokenOff: Failure = { name: "TypeError", message: "terminated", isRetryable: true };

const failure = fc.oneof(
  { weight: 3, arbitrary: fc.constant(overloaded) },
  { weight: 3, arbitrary: fc.constant(brokenOff) },
  { weight: 1, arbitrary: fc.constant(unauthorized) },
);

const plainCall: fc.Arbitrary<TreeCall> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("read") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("write") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("noSuchTool") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("attemptCompletion") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("todo"), title: fc.constantFrom("one", "two") }) },
);

type Shape = { readonly depth: number; readonly asks?: boolean; readonly fails?: boolean };

const turn = ({ depth, asks = false, fails = true }: Shape): fc.Arbitrary<TreeTurn> =>
  fc.record({
    calls: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: plainCall },
        ...(asks ? [{ weight: 1, arbitrary: fc.constant({ kind: "ask" } as const) }] : []),
        ...(depth > 0
          ? [
              {
                weight: 3,
                arbitrary: fc.record({
                  kind: fc.constant("delegate"),
                  run: treeRun({ depth: depth - 1, asks, fails }),
                }),
              },
            ]
          : []),
      ),
      { maxLength: 4 },
    ),
    text: fc.boolean(),
    failures: fails ? fc.array(failure, { maxLength: 2, size: "small" }) : fc.constant([]),
  });

const treeRun = (shape: Shape): fc.Arbitrary<TreeRun> =>
  fc.record({
    turns: fc.array(turn(shape), { maxLength: 3 }),
    end: fc.oneof(
      { weight: 6, arbitrary: fc.constant("text" as const) },
      ...(shape.fails === false
        ? []
        : [{ weight: 1, arbitrary: fc.constantFrom("refusal", "failure", "unopened") }]),
    ),
  });

/** Any tree: delegates two deep, failures of every kind. */
export const arbitraryTree = treeRun({ depth: 2 });
/** The Coordinator, and delegates that may not, put questions to a person. */
export const askingTree = treeRun({ depth: 2, asks: true });
/** A tree whose every attempt succeeds. */
export const soundTree = treeRun({ depth: 2, fails: false });
