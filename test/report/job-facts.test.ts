import { describe, expect, it } from "vitest";
import { reportOf } from "../../src/report/job-facts.ts";
import { events, journalOf } from "./journal.ts";

describe("a finished job's journal", () => {
  const facts = reportOf(journalOf(events));

  it("tells the bill", () => {
    expect(facts).toMatchObject({
      jobId: "job-1",
      coordinator: "reviewer",
      model: { provider: "anthropic", model: "claude" },
      steps: 2,
      failedGenerations: 1,
      usage: { inputTokens: 2000, outputTokens: 400, reasoningTokens: 100, cachedInputTokens: 1200 },
      durationMs: 13_000,
      modelMs: 2300,
      outcome: { type: "completed", text: "All fine." },
    });
  });

  it("counts calls by skill and tool, those without a skill too", () => {
    expect(facts.calls).toEqual([
      { skill: "@perstack/base", tool: "readTextFile", calls: 2, errors: 1, totalMs: 50 },
      { skill: "docs", tool: "search", calls: 1, errors: 0, totalMs: 1500 },
      { skill: "unknown", tool: "ghost", calls: 1, errors: 0, totalMs: 0 },
    ]);
  });

  it("keeps warnings, and names the skill that ended by itself but not the one that was closed", () => {
    expect(facts.notes).toEqual([{ level: "warning", text: "unknown key `envPath`" }]);
    expect(facts.skillFailures).toEqual([{ skill: "docs", reason: "exited with 1" }]);
  });
});

it("a journal that was cut off has no outcome, and an empty one no facts", () => {
  const cut = reportOf(journalOf(events.slice(0, 5)));
  expect(cut.outcome).toBeUndefined();
  expect(cut.calls.map(({ tool, calls, totalMs }) => [tool, calls, totalMs])).toEqual([
    ["readTextFile", 2, 0],
    ["search", 1, 0],
    ["ghost", 1, 0],
  ]);
  expect(reportOf([])).toMatchObject({ jobId: "", steps: 0, durationMs: 0, calls: [] });
});

it("an empty answer is paid for, but is no step: what the core and the outputs count", () => {
  const empty = events.flatMap((event) =>
    event.type === "generationFinished" && event.step === 1 ? [{ ...event, parts: [] }, event] : [event],
  );
  expect(reportOf(journalOf(empty))).toMatchObject({ steps: 2, usage: { inputTokens: 3000 } });
});

it("the same tool name and call id in two Runs are kept apart", () => {
  const other = events.flatMap((event) => ("runId" in event ? [{ ...event, runId: "r0.call_1_0" }] : []));
  const calls = reportOf(journalOf([...events, ...other])).calls;
  expect(calls.find((call) => call.tool === "readTextFile")).toMatchObject({
    calls: 4,
    errors: 2,
    totalMs: 100,
  });
});
