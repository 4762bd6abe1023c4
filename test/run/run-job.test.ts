import { describe, expect, test } from "vitest";
import { ExpertStackError } from "../../src/errors.ts";
import { evolve } from "../../src/job/evolve.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import { createInbox } from "../../src/run/inbox.ts";
import { runJob } from "../../src/run/run-job.ts";
import { heard, jobStarted, overloaded, rootRun, unauthorized } from "../helpers/scripted-job.ts";
import {
  aborted,
  fakePorts,
  finished,
  neverStopped,
  said,
  scriptedModel,
  silentModel,
} from "./fake-ports.ts";

const twoCalls = { calls: [{ tool: "read" }, { tool: "write" }] };

describe("a job that goes well", () => {
  test("ends with the model's text, its journal folds to its state, and its skills are closed once", async () => {
    const { ports, events, seen, skills, heads } = fakePorts({
      generate: scriptedModel([twoCalls, { text: "Looks good." }]),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(state.outcome).toEqual({ type: "completed", text: "Looks good." });
    expect(events().reduce(evolve, emptyState)).toEqual(state);
    expect(seen.shown.map(({ event }) => event)).toEqual(events());
    expect(skills).toEqual({ opened: 1, disposed: 1 });
    // At its start and at its end; in between at most every quarter of a second.
    expect(heads.map(({ status }) => status)).toEqual(["running", "completed"]);
    expect(heads.at(-1)).toMatchObject({
      id: "job1",
      totals: { steps: 2 },
      startedAt: 1_000,
      finishedAt: 1_000,
    });
  });

  test("shows each entry with the state that it leads to", async () => {
    const { ports, events } = fakePorts({ generate: scriptedModel([twoCalls, { text: "Looks good." }]) });
    const states: JobState[] = [];
    const observer = { ...ports.observer, onEntry: (_: unknown, after: JobState) => states.push(after) };
    await runJob({ ...ports, observer }, { events: [jobStarted()] }, neverStopped);
    expect(states).toEqual(
      events().map((_, at) =>
        events()
          .slice(0, at + 1)
          .reduce(evolve, emptyState),
      ),
    );
  });

  test("asks the model with the Expert's instruction, its tools and everything said so far", async () => {
    const { ports, seen } = fakePorts({ generate: scriptedModel([twoCalls, { text: "Looks good." }]) });
    await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(seen.turns[0]).toMatchObject({
      runId: "r0",
      step: 1,
      choice: { provider: "anthropic", model: "claude-test" },
      system: "You review.",
      toolChoice: "auto",
      messages: [{ role: "user", parts: [{ type: "text", text: "Review it." }] }],
    });
    expect(seen.turns[1]?.messages.map(({ role }) => role)).toEqual(["user", "expert", "tool"]);
  });

  test("shows what streams, with the Run and step it belongs to, and journals none of it", async () => {
    const { ports, seen, events } = fakePorts({
      generate: async (turn, { onDelta }) => {
        onDelta({ type: "text", text: "Loo" });
        return finished({ text: "Looks good." }, turn.step);
      },
    });
    await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(seen.deltas).toEqual([{ type: "text", text: "Loo", runId: "r0", step: 1 }]);
    expect(JSON.stringify(events())).not.toContain('"Loo"');
  });

  test("what was decided before it began stands in its journal, right after its start", async () => {
    const { ports, events } = fakePorts({ generate: scriptedModel([{ text: "Fine." }]) });
    const note = { type: "note", level: "warning", text: "The base skill is part of the runner." } as const;
    await runJob(ports, { events: [jobStarted()], notes: [note] }, neverStopped);
    expect(events().slice(0, 3)).toMatchObject([{ type: "jobStarted" }, note, { type: "runStarted" }]);
  });

  test("what a skill says of itself is journaled where it happened", async () => {
    const { ports, events } = fakePorts({
      generate: scriptedModel([{ text: "Fine." }]),
      open: async ({ emit, runId }) =>
        emit({ type: "skillStderr", runId, skill: "search", text: "warming up" }),
    });
    await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(events().map(({ type }) => type)).toEqual([
      "jobStarted",
      "skillStderr",
      "runStarted",
      "generationFinished",
      "runFinished",
      "jobFinished",
    ]);
  });
});

describe("tool calls of one answer", () => {
  test("overlap, and are recorded as they settle", async () => {
    const started = new Set<string>();
    const bothStarted = Promise.withResolvers<void>();
    const { ports, events } = fakePorts({
      generate: scriptedModel([twoCalls, { text: "Done." }]),
      call: async (call) => {
        started.add(call.tool);
        if (started.size === 2) bothStarted.resolve();
        await bothStarted.promise;
        if (call.tool === "read") await new Promise((resolve) => setTimeout(resolve, 5));
        return said(`${call.tool} done`);
      },
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    const settled = events().flatMap((event) =>
      event.type === "toolCallFinished" ? [event.toolCallId] : [],
    );
    expect(settled).toEqual(["call_1_1", "call_1_0"]);
    expect([...heard(state).values()]).toEqual(["read done", "write done"]);
  });

  test("with arguments that do not fit are answered without calling the tool", async () => {
    const { ports, seen } = fakePorts({
      generate: scriptedModel([{ calls: [{ tool: "read", args: { path: 7 } }] }, { text: "Done." }]),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(seen.calls).toEqual([]);
    expect(heard(state).get("call_1_0")).toBe(
      JSON.stringify({ error: "InvalidArguments", message: "arguments/path must be string" }),
    );
  });

  test("are given the time of a step and no more", async () => {
    const { ports } = fakePorts({
      generate: scriptedModel([{ calls: [{ tool: "read" }] }, { text: "It took too long." }]),
      call: async (_call, signal) => {
        await aborted(signal);
        return said("timed out", true);
      },
    });
    const state = await runJob(ports, { events: [jobStarted({ stepTimeoutMs: 10 })] }, neverStopped);
    expect(heard(state).get("call_1_0")).toBe("timed out");
    expect(state.outcome).toEqual({ type: "completed", text: "It took too long." });
  });

  test("that give a very long text have it kept as a blob", async () => {
    const long = "ß".repeat(40_000);
    const { ports, events, blobs } = fakePorts({
      generate: scriptedModel([{ calls: [{ tool: "read" }] }, { text: "Done." }]),
      call: async () => said(long),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    const [[sha256, data] = ["", new Uint8Array()]] = [...blobs];
    expect(new TextDecoder().decode(data)).toBe(long);
    expect(rootRun(state).messages[2]).toMatchObject({
      parts: [{ contents: [{ type: "blob", sha256, mediaType: "text/plain", size: 80_000 }] }],
    });
    expect(JSON.stringify(events()).length).toBeLessThan(20_000);
  });

  test("that give bytes have them kept as a blob of their type", async () => {
    const { ports, blobs } = fakePorts({
      generate: scriptedModel([{ calls: [{ tool: "read" }] }, { text: "Done." }]),
      call: async () => ({
        contents: [{ type: "bytes", data: new Uint8Array([1, 2]), mediaType: "image/png" }],
        isError: false,
      }),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(rootRun(state).messages[2]).toMatchObject({
      parts: [{ contents: [{ mediaType: "image/png", size: 2 }] }],
    });
    expect([...blobs.values()]).toEqual([new Uint8Array([1, 2])]);
  });
});

describe("a generation that fails", () => {
  test("is tried again after waits that the clock counts", async () => {
    const { ports, clock } = fakePorts({
      generate: scriptedModel([
        { fails: overloaded },
        { fails: { ...overloaded, retryAfterMs: 7_000 } },
        { text: "Done." },
      ]),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(clock.sleeps).toEqual([0, 1_000, 7_000]);
    expect(state.outcome).toEqual({ type: "completed", text: "Done." });
  });

  test("for good ends the job with the provider's status", async () => {
    const { ports, skills, heads } = fakePorts({ generate: scriptedModel([{ fails: unauthorized }]) });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(state.outcome).toEqual({ type: "failed", error: unauthorized });
    expect(heads.at(-1)?.status).toBe("stoppedByError");
    expect(skills.disposed).toBe(1);
  });

  test("for want of time is a failure that is tried again", async () => {
    const { ports, events, seen } = fakePorts({
      generate: (turn, request) =>
        seen.turns.length === 1
          ? silentModel(turn, request)
          : Promise.resolve(finished({ text: "Done." }, turn.step)),
    });
    const state = await runJob(ports, { events: [jobStarted({ stepTimeoutMs: 10 })] }, neverStopped);
    expect(events().filter(({ type }) => type === "generationFailed")).toMatchObject([
      {
        error: {
          name: "GenerationTimeout",
          message: "The model gave no complete answer within 0.01 s.",
          isRetryable: true,
        },
      },
    ]);
    expect(state.outcome).toEqual({ type: "completed", text: "Done." });
  });
});

describe("a job that cannot begin", () => {
  test("because a skill is refused ends as failed with the error's code and remedy", async () => {
    const { ports, seen } = fakePorts({
      generate: silentModel,
      open: async () => {
        throw new ExpertStackError({
          code: "SKILL_START_FAILED",
          message: 'The skill "search" exited.',
          remedy: "Run its command by hand.",
        });
      },
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(state.outcome).toEqual({
      type: "failed",
      error: {
        name: "SKILL_START_FAILED",
        message: 'The skill "search" exited. Run its command by hand.',
        isRetryable: false,
      },
    });
    expect(seen.turns).toEqual([]);
  });

  test("because its Expert is not there says so", async () => {
    const { ports } = fakePorts({ generate: silentModel });
    const state = await runJob({ ...ports, experts: new Map() }, { events: [jobStarted()] }, neverStopped);
    expect(state.outcome).toMatchObject({
      error: { name: "EXPERT_NOT_FOUND", message: expect.stringContaining('"reviewer"') },
    });
  });
});

describe("a defect of ours", () => {
  test("in the model's adapter ends the job as failed, with its stack, and the skills are closed", async () => {
    const { ports, skills, events, heads } = fakePorts({
      generate: async () => {
        throw new TypeError("undefined is not a function");
      },
    });
    const { outcome } = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(outcome).toMatchObject({
      type: "failed",
      error: { name: "Defect", message: expect.stringMatching(/undefined is not a function\n\s+at /) },
    });
    expect(events().at(-1)?.type).toBe("jobFinished");
    expect(heads.at(-1)?.status).toBe("stoppedByError");
    expect(skills).toEqual({ opened: 1, disposed: 1 });
  });

  test("in one tool aborts its sibling and keeps what a third had given", async () => {
    let isAborted = false;
    const { ports, skills, events } = fakePorts({
      generate: scriptedModel([twoCalls]),
      call: async (call, signal) => {
        if (call.tool === "write") throw new TypeError("broken");
        await aborted(signal);
        isAborted = true;
        return said("stopped", true);
      },
    });
    const { outcome } = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(outcome).toMatchObject({ type: "failed", error: { name: "Defect" } });
    expect(events().filter(({ type }) => type === "jobFinished")).toHaveLength(1);
    expect(isAborted).toBe(true);
    expect(skills.disposed).toBe(1);
  });

  test("in closing a skill does not call the job done", async () => {
    const { ports } = fakePorts({
      generate: scriptedModel([{ text: "Done." }]),
      dispose: async () => {
        throw new Error("cannot close");
      },
    });
    const { outcome } = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(outcome).toMatchObject({ type: "failed", error: { name: "Defect" } });
  });

  test("in the journal itself rejects, since nothing can be recorded any more", async () => {
    const { ports } = fakePorts({ generate: scriptedModel([{ text: "Done." }]) });
    const log = {
      ...ports.log,
      head: ports.log.head,
      append: () => {
        throw new Error("no space left on device");
      },
    };
    await expect(runJob({ ...ports, log }, { events: [jobStarted()] }, neverStopped)).rejects.toThrow(
      "no space left",
    );
  });
});

test("what arrives together with a failure is handed out before it", async () => {
  const inbox = createInbox();
  inbox.push({ type: "note", level: "info", text: "first" });
  inbox.fail(new Error("later"));
  expect(await inbox.take()).toMatchObject([{ text: "first" }]);
  await expect(inbox.take()).rejects.toThrow("later");
  expect(() => inbox.drain()).toThrow("later");
});
