import { info, warning } from "@actions/core";
import { expect, test, vi } from "vitest";
import { actionObserver } from "../../src/hosts/action-observer.ts";
import type { JobEvent, JournalEntry } from "../../src/job/event.ts";
import { emptyState } from "../../src/job/state.ts";
import { noUsage } from "../../src/job/usage.ts";
import { makeRedaction } from "../../src/report/redaction.ts";

const secret = "canary0123456789abcdef";

const logOf = (event: JobEvent): string => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const entries: JournalEntry[] = [];
  const { redact } = makeRedaction([secret]);
  const observer = actionObserver({
    log: { info, warning },
    onEntry: (entry) => entries.push(entry),
    onWaiting: () => {},
    redact,
  });
  observer.onEntry({ seq: 1, prev: "0".repeat(64), at: 0, event }, emptyState);
  expect(entries.map((entry) => entry.event)).toEqual([event]);
  const text = written.mock.calls.map(([chunk]) => String(chunk)).join("");
  written.mockRestore();
  return text;
};

test("a secret that is whole only where parts of an answer meet in a line is not in the log", () => {
  const log = logOf({
    type: "generationFinished",
    runId: "r0",
    step: 1,
    parts: [
      { type: "text", text: `Half of it: ${secret.slice(0, 11)}` },
      { type: "toolCall", id: "call_1_0", tool: "healthCheck", args: {} },
      { type: "text", text: `${secret.slice(11)} is the rest.` },
    ],
    finishReason: "toolCalls",
    model: "claude-sonnet-4-5",
    usage: noUsage,
    durationMs: 5,
  });
  expect(log).toContain("Half of it: *** is the rest.");
  expect(log).not.toContain(secret);
});

test("a warning is one annotation, whatever its text", () => {
  expect(logOf({ type: "note", level: "warning", text: "The skill said\n::error::x ##[error]y" })).toBe(
    "::warning::The skill said\\n::error::x ## [error]y\n",
  );
});
