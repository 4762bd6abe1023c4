import fc from "fast-check";
import type { ScriptedAnswer, ScriptedCall } from "./scripted-job.ts";
import { overloaded, tokens, unauthorized } from "./scripted-job.ts";

const call: fc.Arbitrary<ScriptedCall> = fc.oneof(
  fc.record({ tool: fc.constantFrom("read", "write"), args: fc.record({ path: fc.string() }) }),
  fc.constant({ tool: "noSuchTool" }),
  fc.constantFrom("read", "todo", "attemptCompletion").map((tool) => ({ tool, malformed: "{oops" })),
  fc.record({
    tool: fc.constant("todo"),
    args: fc.oneof(
      fc.record({ newTodos: fc.array(fc.string(), { maxLength: 2 }) }),
      fc.record({ completedTodos: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }) }),
      fc.constant({ newTodos: "one" }),
    ),
  }),
  fc.constant({ tool: "clearTodo" }),
  fc.constant({ tool: "attemptCompletion" }),
);

const usage = fc.tuple(fc.nat(1_000), fc.nat(1_000)).map(([input, output]) => tokens(input, output));
const words = fc.constantFrom("Looks good.", "One moment.", " ");

/** Anything a model may answer, the useless and the failing included. */
const arbitraryAnswer: fc.Arbitrary<ScriptedAnswer> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ text: words, usage }) },
  {
    weight: 5,
    arbitrary: fc.record(
      {
        text: words,
        thinking: fc.constant("Hm."),
        calls: fc.array(call, { minLength: 1, maxLength: 4 }),
        usage,
      },
      { requiredKeys: ["calls", "usage"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      text: words,
      finishReason: fc.constantFrom("length", "refusal", "interrupted"),
      usage,
    }),
  },
  { weight: 1, arbitrary: fc.record({ usage }) },
  { weight: 2, arbitrary: fc.constant({ fails: overloaded }) },
  { weight: 1, arbitrary: fc.constant({ fails: unauthorized }) },
);

export const arbitraryAnswers = fc.array(arbitraryAnswer, { maxLength: 12 });

/** An order in which parallel work settles. */
export const arbitraryOrder = fc
  .array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 20 })
  .map((numbers) => () => {
    let next = 0;
    return (count: number): number => (numbers[next++ % numbers.length] ?? 0) % Math.max(count, 1);
  });
