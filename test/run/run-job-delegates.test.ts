import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import { resumeEvents } from "../../src/job/resume.ts";
import { emptyState } from "../../src/job/state.ts";
import type { Model, Turn } from "../../src/run/ports.ts";
import { runJob } from "../../src/run/run-job.ts";
import { jobResumed, jobStarted, type ScriptedAnswer } from "../helpers/scripted-job.ts";
import { aborted, fakePorts, finished, neverStopped, said, silentModel } from "./fake-ports.ts";

const expert = (instruction: string, delegates: readonly string[] = []): Expert =>
  z.parse(Expert, { instruction, delegates });

/** The Coordinator may call `lead` and `helper`, and `lead` may call `helper`. */
const experts = new Map([
  ["reviewer", expert("You review.", ["lead", "helper"])],
  ["lead", expert("You lead.", ["helper"])],
  ["helper", expert("You help.")],
]);

/** Answers of each Run, in turn. */
const byRun =
  (answers: Readonly<Record<string, readonly ScriptedAnswer[]>>): Model["generate"] =>
  async (turn) => {
    const said = turn.messages.filter(({ role }) => role === "expert").length;
    const answer = answers[turn.runId]?.[said] ?? { text: `${turn.runId} is done.` };
    return "fails" in answer
      ? { type: "failed", error: answer.fails, partial: [] }
      : finished(answer, turn.step);
  };

const calling = (tool: string, count: number): ScriptedAnswer => ({
  calls: Array.from({ length: count }, (_, index) => ({ tool, args: { query: `Part ${index}` } })),
});

const heardBy = (turns: readonly Turn[], runId: string): string =>
  JSON.stringify(turns.filter((turn) => turn.runId === runId).at(-1)?.messages);

const finishedRuns = (events: readonly JobEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "runFinished" ? [event.runId] : []));

describe("delegates", () => {
  test("work beside ordinary tools, in Runs with skills of their own that are each closed once", async () => {
    const { ports, seen, skills, events } = fakePorts({
      experts,
      generate: byRun({
        r0: [{ calls: [{ tool: "read" }, { tool: "helper", args: { query: "Look at it." } }] }],
      }),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(state.outcome).toEqual({ type: "completed", text: "r0 is done." });
    expect(skills).toEqual({ opened: 2, disposed: 2 });
    expect(finishedRuns(events())).toEqual(["r0.1_1", "r0"]);
    expect(seen.turns.find((turn) => turn.runId === "r0.1_1")).toMatchObject({
      step: 2,
      system: "You help.",
      messages: [{ role: "user", parts: [{ type: "text", text: "Look at it." }] }],
    });
    expect(heardBy(seen.turns, "r0")).toContain("read done");
    expect(heardBy(seen.turns, "r0")).toContain("r0.1_1 is done.");
    expect(events().reduce(evolve, emptyState)).toEqual(state);
  });

  test("may have delegates, whose last words only they read", async () => {
    const { ports, seen, skills } = fakePorts({
      experts,
      generate: byRun({ r0: [calling("lead", 1)], "r0.1_0": [calling("helper", 2)] }),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(state.outcome).toEqual({ type: "completed", text: "r0 is done." });
    expect(heardBy(seen.turns, "r0.1_0")).toContain("r0.1_0.2_1 is done.");
    expect(heardBy(seen.turns, "r0")).not.toContain("r0.1_0.2_1");
    expect(seen.turns.map((turn) => turn.step)).toEqual([1, 2, 3, 3, 4, 5]);
    expect(skills).toEqual({ opened: 4, disposed: 4 });
  });

  test("are asked one by one: the first before the last has begun", async () => {
    const seen: string[] = [];
    const answers = byRun({ r0: [calling("helper", 4)] });
    const { ports } = fakePorts({
      experts,
      open: async ({ runId }) => {
        seen.push(`${runId} begins`);
      },
      generate: async (turn, options) => {
        if (turn.runId !== "r0") seen.push(`${turn.runId} is asked`);
        return answers(turn, options);
      },
    });
    await runJob(ports, { events: [jobStarted()] }, neverStopped);
    const [first, last] = [seen.indexOf("r0.1_0 is asked"), seen.indexOf("r0.1_3 begins")];
    expect(first).toBeGreaterThan(0);
    expect(last).toBeGreaterThan(first);
  });

  test("are all 16 asked before the first has answered", async () => {
    const allAsked = Promise.withResolvers<void>();
    let asked = 0;
    const answers = byRun({ r0: [calling("helper", 16)] });
    const { ports, skills } = fakePorts({
      experts,
      generate: async (turn, options) => {
        if (turn.runId !== "r0") {
          asked += 1;
          if (asked === 16) allAsked.resolve();
          await allAsked.promise;
        }
        return answers(turn, options);
      },
    });
    const limits = { maxSteps: 18, maxTokens: 400_000 };
    const state = await runJob(ports, { events: [jobStarted(limits)] }, neverStopped);
    expect(state.outcome).toEqual({ type: "completed", text: "r0 is done." });
    expect(state.steps).toBe(18);
    expect(skills).toEqual({ opened: 17, disposed: 17 });
  });

  test("that do not start are failures that their caller reads, and the others go on", async () => {
    const { ports, seen, skills } = fakePorts({
      experts,
      generate: byRun({ r0: [calling("helper", 2)] }),
      open: async ({ runId }) => {
        if (runId === "r0.1_0") throw new Error("no such command: helpd");
      },
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(state.outcome?.type).toBe("completed");
    expect(heardBy(seen.turns, "r0")).toContain("no such command: helpd");
    expect(heardBy(seen.turns, "r0")).toContain("r0.1_1 is done.");
    expect(skills).toEqual({ opened: 2, disposed: 2 });
  });

  test("that are three when a signal comes are all stopped, and all their skills closed", async () => {
    const stop = new AbortController();
    const answers = byRun({ r0: [calling("helper", 3)] });
    let asked = 0;
    const { ports, skills, events } = fakePorts({
      experts,
      generate: (turn, options) => {
        if (turn.runId === "r0") return answers(turn, options);
        asked += 1;
        if (asked === 3) stop.abort("SIGTERM");
        return silentModel(turn, options);
      },
    });
    const state = await runJob(ports, { events: [jobStarted()] }, stop.signal);
    expect(state.outcome).toEqual({ type: "interrupted", signal: "SIGTERM" });
    expect(skills).toEqual({ opened: 4, disposed: 4 });
    expect(finishedRuns(events()).toSorted()).toEqual(["r0", "r0.1_0", "r0.1_1", "r0.1_2"]);
    expect(events().at(-1)?.type).toBe("jobFinished");
  });
});

const wait = async (ticks: number): Promise<void> => {
  for (let tick = 0; tick < ticks; tick++) await undefined;
};

describe("a stop at any moment while a delegate's skills come up", () => {
  test.each(Array.from({ length: 24 }, (_, index) => index - 12))(
    "%i ticks after they are: what came up is closed once",
    async (ticks) => {
      const stop = new AbortController();
      const { ports, skills, events } = fakePorts({
        experts,
        generate: byRun({ r0: [calling("helper", 1)] }),
        open: async ({ runId }) => {
          if (runId === "r0") return;
          void wait(ticks).then(() => stop.abort("SIGTERM"));
          await wait(-ticks);
        },
      });
      const state = await runJob(ports, { events: [jobStarted()] }, stop.signal);
      expect(state.outcome).toEqual({ type: "interrupted", signal: "SIGTERM" });
      expect(skills).toEqual({ opened: 2, disposed: 2 });
      expect(events().at(-1)?.type).toBe("jobFinished");
    },
  );
});

test("skills that fail to close are not closed a second time", async () => {
  const { ports, skills } = fakePorts({
    generate: byRun({}),
    experts,
    dispose: async () => {
      throw new Error("it does not let go");
    },
  });
  const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
  expect(state.outcome).toMatchObject({ type: "failed", error: { name: "Defect" } });
  expect(skills).toEqual({ opened: 1, disposed: 1 });
});

test("tools that a skill brings before its Run has begun come after its beginning", async () => {
  const late = { name: "late", description: "", inputSchema: {}, skill: "files", readOnly: true };
  const { ports, events, seen } = fakePorts({
    experts,
    generate: byRun({ r0: [{ calls: [{ tool: "read" }] }] }),
    open: async ({ runId, emit }) => emit({ type: "toolsChanged", runId, skill: "files", tools: [late] }),
  });
  await runJob(ports, { events: [jobStarted()] }, neverStopped);
  const types = events().map(({ type }) => type);
  expect(types.slice(1, 3)).toEqual(["runStarted", "toolsChanged"]);
  for (const { tools } of seen.turns) {
    expect(tools.map(({ name }) => name).slice(-3)).toEqual(["late", "lead", "helper"]);
  }
});

describe("a job that goes on in another process", () => {
  /** Runs until the helper of `r0` writes, and is cut off there. */
  const cutOff = async (): Promise<readonly JobEvent[]> => {
    const stop = new AbortController();
    const { ports, events } = fakePorts({
      experts,
      generate: byRun({
        r0: [calling("helper", 2)],
        "r0.1_0": [{ calls: [{ tool: "write" }] }],
      }),
      call: async (_call, signal) => {
        stop.abort("SIGKILL");
        await aborted(signal);
        return said("gone", true);
      },
    });
    await runJob(ports, { events: [jobStarted()] }, stop.signal);
    const journal = events();
    return journal.slice(
      0,
      journal.findIndex(({ type }) => type === "interrupted"),
    );
  };

  const goOn = async (journal: readonly JobEvent[]) => {
    const state = journal.reduce(evolve, emptyState);
    const before = { state, startedAt: 500 };
    const events = resumeEvents(state, { resumed: jobResumed(), input: { type: "none" } });
    if (typeof events === "string") throw new Error(events);
    const fake = fakePorts({ experts, generate: byRun({}) });
    return { fake, after: await runJob(fake.ports, { before, events }, neverStopped) };
  };

  test("brings up the skills of the Runs that live, once each, and makes no call again", async () => {
    const { fake, after } = await goOn(await cutOff());
    expect(after.outcome).toEqual({ type: "completed", text: "r0 is done." });
    expect(fake.seen.calls).toEqual([]);
    expect(heardBy(fake.seen.turns, "r0.1_0")).toContain("OutcomeUnknown");
    expect(fake.skills.opened).toBe(fake.skills.disposed);
    expect(fake.events().filter(({ type }) => type === "runStarted")).toEqual([]);
    expect(fake.heads.at(-1)).toMatchObject({ status: "completed", startedAt: 500 });
  });

  test("ends with its Coordinator when that does not come up again", async () => {
    const journal = await cutOff();
    const state = journal.reduce(evolve, emptyState);
    const events = resumeEvents(state, { resumed: jobResumed(), input: { type: "none" } });
    if (typeof events === "string") throw new Error(events);
    const fake = fakePorts({
      experts,
      generate: silentModel,
      open: async ({ runId }) => {
        if (runId === "r0") throw new Error("no such command: reviewd");
      },
    });
    const after = await runJob(fake.ports, { before: { state, startedAt: 500 }, events }, neverStopped);
    expect(after.outcome).toMatchObject({
      type: "failed",
      error: { message: "no such command: reviewd" },
    });
    expect(fake.skills.opened).toBe(fake.skills.disposed);
  });
});
