import { describe, expect, test } from "vitest";
import { emptyState } from "../../src/job/state.ts";
import { checkpointOf } from "../../src/perstack/checkpoint.ts";
import { contentPart } from "../../src/perstack/content-part.ts";
import { jobOf } from "../../src/perstack/job.ts";
import { perstackMessage } from "../../src/perstack/message.ts";
import { playJob } from "../helpers/scripted-job.ts";
import { CheckpointShape, JobShape, MessageShape } from "./perstack-schemas.ts";

const blob = { type: "blob", sha256: "ab".repeat(32), mediaType: "image/png", size: 3 } as const;

describe("an exported checkpoint", () => {
  const { state } = playJob({
    answers: [{ calls: [{ tool: "read" }] }, { text: "Looks good." }],
    results: () => ({ contents: [blob], isError: false }),
  });

  test("holds the whole conversation, its Expert and its cost", () => {
    const checkpoint = checkpointOf(state, "r0", () => new Uint8Array([1, 2, 3]));
    expect(() => CheckpointShape.parse(checkpoint)).not.toThrow();
    expect(checkpoint).toMatchObject({
      id: state.runs.get("r0")?.checkpoint.id,
      jobId: "job1",
      runId: "r0",
      status: "completed",
      stepNumber: 2,
      expert: { key: "reviewer", name: "reviewer", version: "1.2.3" },
      usage: { totalTokens: 30 },
    });
    expect(checkpoint?.messages.map(({ type }) => type)).toEqual([
      "instructionMessage",
      "userMessage",
      "expertMessage",
      "toolMessage",
      "expertMessage",
    ]);
    expect(checkpoint?.messages[3]).toMatchObject({
      contents: [{ contents: [{ type: "imageInlinePart", encodedData: "AQID", mimeType: "image/png" }] }],
    });
  });

  test("is proceeding while the Run goes on", () => {
    const { outcomes: _outcomes, outcome: _outcome, ...rest } = state;
    expect(checkpointOf({ ...rest, outcomes: new Map() }, "r0")?.status).toBe("proceeding");
  });

  test("is nothing for a Run that never started", () => {
    expect(checkpointOf(emptyState, "r0")).toBeUndefined();
  });
});

describe("a blob", () => {
  test("is named where its bytes are not at hand", () => {
    expect(contentPart(blob, "p")).toEqual({
      id: "p",
      type: "textPart",
      text: `[blob sha256:${blob.sha256}, image/png, 3 bytes]`,
    });
  });

  test("that is a long text result is that text", () => {
    const part = contentPart({ ...blob, mediaType: "text/plain" }, "p", () =>
      new TextEncoder().encode("größer"),
    );
    expect(part).toEqual({ id: "p", type: "textPart", text: "größer" });
  });

  test("of another kind is an inline file", () => {
    const part = contentPart({ ...blob, mediaType: "application/pdf" }, "p", () => new Uint8Array([255]));
    expect(part).toEqual({
      id: "p",
      type: "fileInlinePart",
      encodedData: "/w==",
      mimeType: "application/pdf",
    });
  });
});

describe("a message", () => {
  test("keeps Anthropic's signature and leaves other provider data out", () => {
    const message = perstackMessage(
      {
        role: "expert",
        parts: [
          { type: "thinking", text: "Hm.", providerData: { anthropic: { signature: "sig" } } },
          { type: "thinking", text: "So.", providerData: { openai: { itemId: "rs_1" } } },
        ],
      },
      { runId: "r0", index: 4 },
    );
    expect(message).toEqual({
      id: "r0.m4",
      type: "expertMessage",
      contents: [
        { id: "r0.m4.p0", type: "thinkingPart", thinking: "Hm.", signature: "sig" },
        { id: "r0.m4.p1", type: "thinkingPart", thinking: "So." },
      ],
    });
    expect(() => MessageShape.parse(message)).not.toThrow();
  });

  test("tells a failed tool from one that worked", () => {
    const result = (id: string, isError: boolean) =>
      ({ type: "toolResult", id, tool: "read", contents: [{ type: "text", text: "x" }], isError }) as const;
    expect(
      perstackMessage(
        { role: "tool", parts: [result("a", false), result("b", true)] },
        { runId: "r0", index: 2 },
      ),
    ).toMatchObject({ contents: [{ isError: false }, { isError: true }] });
  });
});

describe("a job", () => {
  test("is listed with its steps, cost and times", () => {
    const { state } = playJob({ answers: [{ text: "Looks good." }], limits: { maxSteps: 7 } });
    const job = jobOf(state, { startedAt: 1, finishedAt: 2 });
    expect(() => JobShape.parse(job)).not.toThrow();
    expect(job).toMatchObject({
      id: "job1",
      status: "completed",
      coordinatorExpertKey: "reviewer",
      totalSteps: 1,
      maxSteps: 7,
      usage: { totalTokens: 15 },
      startedAt: 1,
      finishedAt: 2,
    });
  });

  test("that has not started is none", () => {
    expect(jobOf(emptyState, { startedAt: 1 })).toBeUndefined();
  });
});
