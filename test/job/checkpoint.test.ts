import { describe, expect, test } from "vitest";
import { checkpointId } from "../../src/job/checkpoint.ts";
import type { AnswerPart } from "../../src/job/message.ts";
import { playJob, rootRun, textResult, tokens } from "../helpers/scripted-job.ts";

const idOf = (parts: readonly AnswerPart[]): string =>
  checkpointId({
    previous: "p",
    runId: "r0",
    expert: "reviewer",
    step: 1,
    newMessages: [{ role: "expert", parts }],
    todos: [],
  });

describe("a checkpoint's id", () => {
  const answers = [{ calls: [{ tool: "read", args: { path: "a" } }] }, { text: "Looks good." }];
  const { checkpoint } = rootRun(playJob({ answers }).state);

  test("is a SHA-256 in hex and names the last step and all messages", () => {
    expect(checkpoint).toEqual({ id: expect.stringMatching(/^[0-9a-f]{64}$/), step: 2, messages: 4 });
  });

  test("is another when a tool gave back something else", () => {
    const other = playJob({ answers, results: () => textResult("something else") });
    expect(rootRun(other.state).checkpoint.id).not.toBe(checkpoint.id);
  });

  test("is the same whatever the answers cost and however often they were asked for", () => {
    const costly = answers.map((answer) => ({ ...answer, usage: tokens(999, 999) }));
    const other = playJob({ answers: [{}, ...costly] });
    expect(rootRun(other.state).checkpoint.id).toBe(checkpoint.id);
  });

  test("does not depend on the order of object keys", () => {
    const call = { type: "toolCall", id: "call_1_0", tool: "read" } as const;
    expect(idOf([{ ...call, args: { a: 1, b: 2 } }])).toBe(idOf([{ ...call, args: { b: 2, a: 1 } }]));
  });

  test("does not depend on what a provider attaches for itself", () => {
    const thinking = { type: "thinking", text: "Hm." } as const;
    const signed = { ...thinking, providerData: { anthropic: { signature: "abc" } } };
    expect(idOf([signed])).toBe(idOf([thinking]));
    expect(idOf([{ ...signed, text: "Hm!" }])).not.toBe(idOf([signed]));
  });

  test("is chained to the one before", () => {
    const one = { runId: "r0", expert: "reviewer", step: 1, newMessages: [], todos: [] };
    expect(checkpointId({ ...one, previous: "a" })).not.toBe(checkpointId({ ...one, previous: "b" }));
  });
});
