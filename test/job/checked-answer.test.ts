import { describe, expect, test } from "vitest";
import { checkedAnswer } from "../../src/job/checked-answer.ts";
import type { JsonObject } from "../../src/job/message.ts";
import { playTree } from "../helpers/play-tree.ts";
import { jobStarted } from "../helpers/scripted-job.ts";
import type { TreeRun } from "../helpers/scripted-tree.ts";

const schema: JsonObject = {
  type: "object",
  properties: { verdict: { enum: ["pass", "fail"] }, arguments: { type: "array" } },
  required: ["verdict"],
};
const valid = { type: "valid", value: { verdict: "pass" } };

describe("an answer held against a schema", () => {
  test.each([
    ["alone", '{"verdict":"pass"}'],
    ["with space around it", '\n {"verdict":"pass"} \n'],
    ["as the only block of code", 'Here it is:\n```json\n{"verdict":"pass"}\n```\nDone.'],
    ["in a block without a language", '```\n{"verdict":"pass"}\n```'],
  ])("is valid %s", (_, text) => {
    expect(checkedAnswer(text, schema)).toEqual(valid);
  });

  test.each([
    ["prose", "It passes."],
    ["an array", "[1]"],
    ["null", "null"],
    ["one of two blocks", '```json\n{"verdict":"pass"}\n```\nor\n```json\n{"verdict":"fail"}\n```'],
  ])("is no object when it is %s", (_, text) => {
    expect(checkedAnswer(text, schema)).toEqual({ type: "invalid", error: "it is no JSON object" });
  });

  test("that does not fit says where, in words that name its own properties", () => {
    expect(checkedAnswer('{"verdict":"perhaps","arguments":1}', schema)).toEqual({
      type: "invalid",
      error: "answer/verdict must be equal to one of the allowed values; answer/arguments must be array",
    });
  });
});

const leaf: TreeRun = { turns: [], end: "text" };
const reading = { calls: [{ kind: "read" } as const], text: false, failures: [] };
const delegating: TreeRun = {
  turns: [
    {
      calls: [
        { kind: "delegate", run: { ...leaf, turns: [reading, reading] } },
        { kind: "attemptCompletion" },
      ],
      text: true,
      failures: [],
    },
  ],
  end: "text",
};

/** Answers are invalid until the n-th. */
const checkedJob = (tree: TreeRun, validFrom: number) => {
  let checks = 0;
  return playTree({
    tree,
    started: { ...jobStarted(), outputSchema: schema },
    verdict: () => {
      checks += 1;
      return checks >= validFrom
        ? { type: "valid", value: { verdict: "pass" } }
        : { type: "invalid", error: `miss ${checks}` };
    },
  });
};

const asked = (played: ReturnType<typeof playTree>, runId: string) =>
  played.requests
    .filter(({ run }) => run.id === runId)
    .map(({ run, effect }) => [run.step, effect.form, effect.toolChoice]);

describe("a job whose answer is to satisfy a schema", () => {
  test("ends with the value", () => {
    const { state } = checkedJob(leaf, 1);
    expect(state.outcome).toEqual({
      type: "completed",
      text: '{"verdict":"pass"}',
      structured: { verdict: "pass" },
    });
  });

  test("asks again for nothing but the object, and says what is wrong", () => {
    const played = checkedJob(leaf, 2);
    expect(asked(played, "r0")).toEqual([
      [1, "free", "auto"],
      [2, "structured", "none"],
    ]);
    expect(JSON.stringify(played.requests.at(-1)?.run.messages.at(-1))).toContain("miss 1");
    expect(played.state.outcome?.type).toBe("completed");
  });

  test("fails after three misses", () => {
    const { state, requests } = checkedJob(leaf, 4);
    expect(requests.length).toBe(3);
    expect(state.outcome).toMatchObject({
      type: "failed",
      error: { name: "OutputSchemaMismatch", message: expect.stringContaining("miss 3") },
    });
  });

  test("does not hold its delegates to it, and asks again after the last of their steps", () => {
    const played = checkedJob(delegating, 2);
    expect(asked(played, "r0.1_0")).toEqual([
      [2, "free", "auto"],
      [3, "free", "auto"],
      [4, "free", "auto"],
    ]);
    expect(asked(played, "r0")).toEqual([
      [1, "free", "auto"],
      [5, "structured", "none"],
    ]);
    expect(played.state.outcomes.get("r0.1_0")).toEqual({ type: "completed", text: "«FIN r0.1_0»" });
  });
});
