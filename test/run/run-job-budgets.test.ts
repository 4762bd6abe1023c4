import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import { resumeEvents } from "../../src/job/resume.ts";
import type { Usage } from "../../src/job/usage.ts";
import type { Generation, Turn } from "../../src/run/ports.ts";
import { runJob } from "../../src/run/run-job.ts";
import { jobResumed, jobStarted, type ScriptedAnswer, tokens, tool } from "../helpers/scripted-job.ts";
import { aborted, fakePorts, finished, neverStopped, said } from "./fake-ports.ts";

const experts = new Map([
  ["reviewer", z.parse(Expert, { instruction: "You review.", delegates: ["helper"] })],
  ["helper", z.parse(Expert, { instruction: "CANARY of the helper." })],
]);

const billed = (
  answer: Exclude<ScriptedAnswer, { fails: unknown }>,
  { step }: Turn,
  usage: Usage,
): Generation => {
  const generation = finished(answer, step);
  return generation.type === "finished" ? { ...generation, usage } : generation;
};

const helpers = (count: number): Exclude<ScriptedAnswer, { fails: unknown }> => ({
  calls: Array.from({ length: count }, (_, index) => ({ tool: "helper", args: { query: `Part ${index}.` } })),
});

const textsOf = ({ messages }: Turn): readonly string[] =>
  messages
    .flatMap((message): readonly unknown[] =>
      message.role === "tool" ? message.parts.flatMap(({ contents }) => contents) : message.parts,
    )
    .map((part) => JSON.stringify(part));

/** As many tokens as bytes, which is what a table of digits takes. */
const everyByte = (turn: Turn): number =>
  [turn.system, JSON.stringify(turn.tools), ...textsOf(turn)].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );

describe("a budget in tokens", () => {
  test("holds for text of which every byte is a token", async () => {
    const table = Array.from({ length: 15_000 }, (_, index) => `${(index * 7_919) % 10},`).join("");
    const { ports } = fakePorts({
      call: async () => said(table),
      generate: async (turn) =>
        turn.step === 1
          ? billed({ calls: [{ tool: "read" }] }, turn, tokens(everyByte(turn), 50))
          : billed({ text: "A table." }, turn, tokens(everyByte(turn), turn.maxOutputTokens ?? 0)),
    });
    const { usage, outcome } = await runJob(
      ports,
      { events: [jobStarted({ maxTokens: 40_000 })] },
      neverStopped,
    );
    expect(outcome?.type).toBe("completed");
    expect(usage.inputTokens + usage.outputTokens).toBeGreaterThan(30_000);
    expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(40_000);
  });

  test("holds for tools that a skill brings while a request is under way", async () => {
    const big = Array.from({ length: 8 }, (_, index) => ({
      ...tool(`t${index}`, "lazy"),
      description: "word ".repeat(6_200),
    }));
    const { ports, seen, events } = fakePorts({
      open: async ({ emit, runId }) => {
        setTimeout(() => emit({ type: "toolsChanged", runId, skill: "lazy", tools: big }), 5);
      },
      generate: async (turn) => {
        while (!events().some(({ type }) => type === "toolsChanged")) await nextTurn();
        const usage = tokens(Math.ceil(everyByte(turn) / 4), 50);
        return billed(turn.step === 1 ? { calls: [{ tool: "read" }] } : { text: "Done." }, turn, usage);
      },
    });
    const limits = { maxTokens: 30_000 };
    const { usage, outcome } = await runJob(ports, { events: [jobStarted(limits)] }, neverStopped);
    expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(30_000);
    expect(outcome?.type).toBe("maxTokens");
    expect(seen.turns).toHaveLength(1);
  });

  test("lets a request that is under way go on when another's bill is larger than was set aside", async () => {
    const broken: string[] = [];
    const allAsked = Promise.withResolvers<void>();
    let asked = 0;
    const { ports, seen } = fakePorts({
      experts,
      generate: async (turn, { signal }) => {
        if (turn.runId === "r0") return billed(helpers(3), turn, tokens(1_000, 50));
        asked += 1;
        if (asked === 3) allAsked.resolve();
        await allAsked.promise;
        // What a search of the provider's own brings in is known only afterwards.
        if (turn.runId === "r0.1_0") return billed({ text: "Found." }, turn, tokens(60_000, 500));
        const first = await Promise.race([aborted(signal), new Promise((done) => setTimeout(done, 100, 1))]);
        if (first === undefined) broken.push(turn.runId);
        return billed({ text: "Done." }, turn, tokens(2_000, 15_000));
      },
    });
    const limits = { maxTokens: 75_000 };
    const { usage } = await runJob(ports, { events: [jobStarted(limits)] }, neverStopped);
    expect(seen.turns.length).toBeGreaterThanOrEqual(4);
    expect(broken).toEqual([]);
    expect(usage.inputTokens).toBe(65_000);
  });

  test("that cuts an answer off ends the job as that limit, and more of it asks again", async () => {
    const { ports } = fakePorts({
      generate: async (turn) => {
        const generation = billed({ text: "Half of an ans" }, turn, tokens(1_000, turn.maxOutputTokens ?? 0));
        return { ...generation, finishReason: "length" };
      },
    });
    const limits = { maxTokens: 6_000 };
    const state = await runJob(ports, { events: [jobStarted(limits)] }, neverStopped);
    expect(state.outcome).toEqual({ type: "maxTokens", limit: 6_000 });
    const resumed = jobResumed({ maxTokens: 60_000 });
    expect(resumeEvents(state, { resumed, input: { type: "none" } })).toEqual([resumed]);
  });

  test("is not blamed for an answer that the model's own limit cut off", async () => {
    const { ports } = fakePorts({
      generate: async (turn) => ({
        ...billed({ text: "Half of an ans" }, turn, tokens(1_000, 500)),
        finishReason: "length",
      }),
    });
    const { outcome } = await runJob(ports, { events: [jobStarted({ maxTokens: 9_000 })] }, neverStopped);
    expect(outcome).toMatchObject({ type: "failed", error: { name: "OutputTokenLimit" } });
  });

  test("gives nobody a small share while others have large ones that they may not need", async () => {
    const granted: (number | undefined)[] = [];
    const { ports } = fakePorts({
      experts,
      generate: async (turn) => {
        if (turn.runId === "r0") {
          return billed(turn.step === 1 ? helpers(4) : { text: "Done." }, turn, tokens(1_000, 50));
        }
        granted.push(turn.maxOutputTokens);
        await new Promise((done) => setTimeout(done, 20));
        return billed({ text: "Fine." }, turn, tokens(1_000, 50));
      },
    });
    const { outcome } = await runJob(ports, { events: [jobStarted({ maxTokens: 60_000 })] }, neverStopped);
    expect(outcome?.type).toBe("completed");
    expect(granted).toEqual([16_000, 16_000, 16_000, 16_000]);
  });

  test("counts a request once, whose end came before it broke off, and the requests before as they were billed", async () => {
    const error = { name: "TypeError", message: "terminated", isRetryable: false };
    const partial = [{ type: "text", text: "It" } as const];
    const { ports } = fakePorts({
      generate: async () => ({ type: "failed", error, partial, usage: tokens(700, 70) }),
    });
    const { usage, lost } = await runJob(
      ports,
      { events: [jobStarted({ maxTokens: 60_000 })] },
      neverStopped,
    );
    expect(usage).toEqual(tokens(700, 70));
    expect(lost.tokens).toBeGreaterThan(1_000);
  });

  test("loses nothing by a provider that is not reached", async () => {
    const error = { name: "ProviderUnreachable", message: "connect", isRetryable: true, isUnsent: true };
    const { ports } = fakePorts({ generate: async () => ({ type: "failed", partial: [], error }) });
    const events = [jobStarted({ maxTokens: 6_000, maxRetries: 5 })];
    const state = await runJob(ports, { events }, neverStopped);
    expect(state.outcome).toEqual({ type: "failed", error });
    expect(state.lost).toEqual({ tokens: 0, costUsd: 0 });
  });
});

test("what a delegate's provider says of its request does not reach the Coordinator's", async () => {
  const { ports, seen } = fakePorts({
    experts,
    generate: async (turn) => {
      if (turn.runId === "r0") return finished(turn.step === 1 ? helpers(1) : { text: "Done." }, turn.step);
      const message = `Invalid input: ${turn.system}`;
      const error = { name: "ProviderError", statusCode: 400, isRetryable: false, isQuoted: true, message };
      return { type: "failed", partial: [], error };
    },
  });
  await runJob(ports, { events: [jobStarted()] }, neverStopped);
  const heard = JSON.stringify(seen.turns.filter(({ runId }) => runId === "r0").at(-1)?.messages);
  expect(heard).not.toContain("CANARY");
  expect(heard).toContain("The provider of the delegate's model answered 400.");
});
