import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  counted,
  grown,
  mostTokens,
  resultsToReduce,
  startContext,
  windowUsage,
} from "../../src/job/context.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import type { BlobPart, ResultContent } from "../../src/job/message.ts";
import { emptyState } from "../../src/job/state.ts";
import { playTree } from "../helpers/play-tree.ts";
import { jobStarted, runStarted, textResult, tokens, tool } from "../helpers/scripted-job.ts";
import type { TreeRun } from "../helpers/scripted-tree.ts";

const text = (length: number) => ({ type: "text", text: "x".repeat(length) }) as const;
const blob = (mediaType: string, size: number): BlobPart => ({ type: "blob", sha256: "0", mediaType, size });
const started = startContext({ system: "s".repeat(98), tools: [], input: [text(100)] });

describe("how large the next request can be", () => {
  test("is a token for every byte and 50 around each part, and what the provider says itself, until it has counted", () => {
    expect(mostTokens(started)).toBe(1_000 + 100 + 100 + 50);
  });

  test("is what the provider counted and what has come since", () => {
    const after = counted(started, { usage: tokens(40, 20), parts: [], contextWindow: 1_000 });
    expect(mostTokens(after)).toBe(60);
    expect(mostTokens(grown(after, [text(30)]))).toBe(60 + 30 + 50);
    expect(windowUsage(grown(after, [text(40)]))).toBeCloseTo(0.09);
  });

  test.each<[string, ResultContent, number]>([
    ["a text kept as a blob, by its size", blob("text/plain", 4_000), 4_000],
    ["an image, whatever its bytes", blob("image/png", 9_000_000), 5_000],
    ["a PDF, at least as an image", blob("application/pdf", 10), 5_000],
    ["a large PDF, by its size", blob("application/pdf", 400_000), 50_000],
    ["anything else, by its name", blob("application/zip", 9_000_000), 100],
    ["letters of several bytes, by their bytes", { type: "text", text: "é".repeat(10) }, 20],
  ])("counts %s", (_, content, most) => {
    expect(mostTokens(grown(started, [content])) - mostTokens(started)).toBe(most + 50);
  });

  test("grows with the tools that a skill brings later", () => {
    const late = { ...tool("late"), description: "d".repeat(1_000) };
    const events: readonly JobEvent[] = [
      jobStarted(),
      runStarted(),
      {
        type: "generationFinished",
        runId: "r0",
        step: 1,
        parts: [{ type: "toolCall", id: "call_1_0", tool: "read", args: {} }],
        finishReason: "toolCalls",
        usage: tokens(10, 5),
        model: "m",
        durationMs: 1,
      },
      { type: "toolsChanged", runId: "r0", skill: "files", tools: [late] },
    ];
    const run = events.reduce(evolve, emptyState).runs.get("r0");
    expect(run === undefined ? 0 : mostTokens(run.context)).toBeGreaterThan(15 + 1_000);
  });
});

const results = (sizes: readonly number[]) =>
  sizes.map((size, index) => ({
    role: "tool" as const,
    parts: [
      {
        type: "toolResult",
        id: `call_${index + 1}_0`,
        tool: "read",
        ...textResult("x".repeat(size)),
      } as const,
    ],
  }));

const full = (sizes: readonly number[], window: number) => ({
  messages: results(sizes),
  step: sizes.length + 1,
  context: counted(started, {
    usage: tokens(
      sizes.reduce((sum, size) => sum + size / 3, 0),
      0,
    ),
    parts: [],
    contextWindow: window,
  }),
});

const ids = (run: Parameters<typeof resultsToReduce>[0]) => resultsToReduce(run).map(({ id }) => id);

describe("which results give way", () => {
  test("none while there is room, or while nobody knows how much there is", () => {
    expect(ids(full([3_000, 3_000, 3_000], 10_000))).toEqual([]);
    expect(ids({ ...full([3_000], 10), context: started })).toEqual([]);
  });

  test("the oldest first, and no more than are needed to get down to half", () => {
    const eight = Array.from({ length: 8 }, () => 3_000);
    expect(ids(full(eight, 9_900))).toEqual(["call_1_0", "call_2_0", "call_3_0", "call_4_0"]);
    expect(ids(full([...eight, 3_000], 11_200))).toEqual(["call_1_0", "call_2_0", "call_3_0", "call_4_0"]);
  });

  test("not those that are small, and not those that have", () => {
    const run = full([3_000, 300, 3_000, 3_000, 3_000], 5_000);
    const context = { ...run.context, reduced: new Set(["call_1_0"]) };
    expect(ids({ ...run, context })).toEqual(["call_3_0"]);
  });

  test("never those of the last two messages, and none a second time in a step", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20_000), { maxLength: 9 }),
        fc.integer({ min: 10, max: 9_000 }),
        (sizes, window) => {
          const run = full(sizes, window);
          const kept: readonly (string | undefined)[] = run.messages
            .slice(-2)
            .map(({ parts }) => parts[0]?.id);
          const given = ids(run);
          expect(given.filter((id) => kept.includes(id))).toEqual([]);
          expect(given).toEqual(given.toSorted((a, b) => a.localeCompare(b)));
          expect(ids({ ...run, context: { ...run.context, reducedIn: run.step } })).toEqual([]);
        },
      ),
    );
  });
});

describe("a job whose conversation outgrows its model", () => {
  const reading: TreeRun["turns"][number] = { calls: [{ kind: "read" }], text: false, failures: [] };
  const tree: TreeRun = { turns: Array.from({ length: 6 }, () => reading), end: "text" };
  const played = playTree({
    tree,
    resultBytes: 3_000,
    contextWindow: 5_000,
    usage: ({ run }) => tokens(Math.ceil(JSON.stringify(run.messages).length / 3), 5),
  });

  test("goes on with names in place of its oldest results, and ends", () => {
    expect(played.state.outcome).toEqual({ type: "completed", text: "«FIN r0»" });
    const said = (played.requests.at(-1)?.run.messages ?? []).flatMap((message) =>
      message.role === "tool" ? message.parts.map(({ contents }) => JSON.stringify(contents).length) : [],
    );
    expect(said.length).toBe(6);
    expect(said.map((length) => length > 3_000)).toEqual([false, false, false, false, true, true]);
  });

  test("makes room at most once a step", () => {
    const steps = played.events.flatMap((event) => (event.type === "contextReduced" ? [event.step] : []));
    expect(steps.length).toBeGreaterThan(0);
    expect(new Set(steps).size).toBe(steps.length);
  });
});
