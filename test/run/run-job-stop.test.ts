import { describe, expect, test } from "vitest";
import { runJob } from "../../src/run/run-job.ts";
import { jobStarted, overloaded } from "../helpers/scripted-job.ts";
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

describe("a job that is stopped", () => {
  test("by its deadline while the model thinks: the request is aborted and leaves no event", async () => {
    const { ports, events, skills } = fakePorts({ generate: silentModel });
    const state = await runJob(ports, { events: [jobStarted({ jobTimeoutMs: 10 })] }, neverStopped);
    expect(state.outcome).toEqual({ type: "jobTimeout", limitMs: 10 });
    expect(events().map(({ type }) => type)).toEqual([
      "jobStarted",
      "runStarted",
      "deadlineReached",
      "runFinished",
      "jobFinished",
    ]);
    expect(skills.disposed).toBe(1);
  });

  test("by its deadline while tools run: every one is aborted before the skills are closed", async () => {
    const order: string[] = [];
    const { ports } = fakePorts({
      generate: scriptedModel([twoCalls]),
      call: async (call, signal) => {
        await aborted(signal);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`${call.tool} let go`);
        return said("stopped", true);
      },
      dispose: async () => {
        order.push("skills closed");
      },
    });
    const state = await runJob(ports, { events: [jobStarted({ jobTimeoutMs: 10 })] }, neverStopped);
    expect(order).toEqual(["read let go", "write let go", "skills closed"]);
    expect(state.outcome).toEqual({ type: "jobTimeout", limitMs: 10 });
  });

  test("by a signal: the outcome names it", async () => {
    const stop = new AbortController();
    const { ports, skills } = fakePorts({
      generate: (turn, request) => {
        stop.abort("SIGTERM");
        return silentModel(turn, request);
      },
    });
    const state = await runJob(ports, { events: [jobStarted()] }, stop.signal);
    expect(state.outcome).toEqual({ type: "interrupted", signal: "SIGTERM" });
    expect(skills.disposed).toBe(1);
  });

  test("by a signal that came before it: nothing is started", async () => {
    const { ports, skills, seen } = fakePorts({ generate: silentModel });
    const state = await runJob(ports, { events: [jobStarted()] }, AbortSignal.abort("SIGINT"));
    expect(state.outcome).toEqual({ type: "interrupted", signal: "SIGINT" });
    expect(skills.opened).toBe(0);
    expect(seen.turns).toEqual([]);
  });

  test("while its skills still start: those that came up all the same are closed", async () => {
    const { ports, skills, events } = fakePorts({
      generate: silentModel,
      open: async (_request, signal) => aborted(signal),
    });
    const state = await runJob(ports, { events: [jobStarted({ jobTimeoutMs: 10 })] }, neverStopped);
    expect(state.outcome).toEqual({ type: "jobTimeout", limitMs: 10 });
    expect(skills).toEqual({ opened: 1, disposed: 1 });
    expect(events().map(({ type }) => type)).not.toContain("runStarted");
  });

  test("while it waits to try again: it does not wait to the end", async () => {
    const { ports } = fakePorts({ generate: scriptedModel([{ fails: overloaded }]) });
    const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
      ms === 0 ? Promise.resolve() : aborted(signal);
    const state = await runJob(
      { ...ports, clock: { ...ports.clock, sleep } },
      { events: [jobStarted({ jobTimeoutMs: 10 })] },
      neverStopped,
    );
    expect(state.outcome).toEqual({ type: "jobTimeout", limitMs: 10 });
  });

  test("is not, by a limit longer than a timer can count", async () => {
    const { ports } = fakePorts({
      generate: async (turn) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return finished({ text: "Done." }, turn.step);
      },
    });
    const days = 100 * 24 * 3_600_000;
    const state = await runJob(
      ports,
      { events: [jobStarted({ jobTimeoutMs: days, stepTimeoutMs: days })] },
      neverStopped,
    );
    expect(state.outcome).toEqual({ type: "completed", text: "Done." });
  });
});
