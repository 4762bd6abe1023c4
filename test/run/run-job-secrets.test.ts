import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import { runJob } from "../../src/run/run-job.ts";
import { heard, jobStarted, rootRun } from "../helpers/scripted-job.ts";
import { fakePorts, finished, neverStopped, said, scriptedModel } from "./fake-ports.ts";

describe("secrets", () => {
  const secret = "sk-ant-0123456789abcdef";

  test("are taken out before anything is journaled, shown, kept or sent back", async () => {
    const { ports, entries, seen, blobs } = fakePorts({
      secret,
      generate: scriptedModel([
        { text: `I found ${secret}.`, calls: [{ tool: "read", args: { path: secret } }, { tool: "write" }] },
        { text: `It is ${secret}.` },
      ]),
      call: async (call) =>
        said(call.tool === "read" ? `KEY=${secret}` : `${"x".repeat(40_000)}${secret}${"x".repeat(40_000)}`),
    });
    const state = await runJob(
      ports,
      { events: [{ ...jobStarted(), query: `Is ${secret} safe?` }] },
      neverStopped,
    );
    expect(state.outcome).toEqual({ type: "completed", text: "It is [redacted]." });
    for (const place of [entries, seen.shown, seen.turns])
      expect(JSON.stringify(place)).not.toContain(secret);
    for (const data of blobs.values()) expect(new TextDecoder().decode(data)).not.toContain(secret);
    expect(heard(state).get("call_1_0")).toBe("KEY=[redacted]");
    expect(blobs.size).toBe(1);
  });

  test("in a tool that several Runs share are taken out for each of them", async () => {
    const experts = new Map([
      ["reviewer", z.parse(Expert, { instruction: "You review.", delegates: ["helper"] })],
      ["helper", z.parse(Expert, { instruction: "You help." })],
    ]);
    const { ports, events, seen } = fakePorts({
      secret: "Empty the todo list.",
      experts,
      generate: scriptedModel([
        {
          calls: [
            { tool: "helper", args: { query: "One." } },
            { tool: "helper", args: { query: "Two." } },
          ],
        },
        { text: "First." },
        { text: "Second." },
        { text: "Done." },
      ]),
    });
    await runJob(ports, { events: [jobStarted()] }, neverStopped);
    const started = events().filter((event) => event.type === "runStarted");
    expect(started).toHaveLength(3);
    for (const told of [...started, ...seen.turns]) {
      const clear = told.tools.find(({ name }) => name === "clearTodo");
      expect(clear?.description).toBe("[redacted]");
    }
  });

  test("split over streamed pieces are not shown, and each kind of piece is shown whole before the next", async () => {
    const { ports, seen } = fakePorts({
      secret,
      generate: async (turn, { onDelta }) => {
        onDelta({ type: "thinking", text: `Key ${secret.slice(0, 9)}` });
        onDelta({ type: "thinking", text: `${secret.slice(9)}?` });
        onDelta({ type: "text", text: "Done." });
        return finished({ text: "Done." }, turn.step);
      },
    });
    await runJob(ports, { events: [jobStarted()] }, neverStopped);
    const streams: { type: string; text: string }[] = [];
    for (const { type, text } of seen.deltas) {
      const last = streams.at(-1);
      if (last?.type === type) last.text += text;
      else streams.push({ type, text });
    }
    expect(streams).toEqual([
      { type: "thinking", text: "Key [redacted]?" },
      { type: "text", text: "Done." },
    ]);
  });

  test("in bytes keep those bytes from being stored at all", async () => {
    const data = new TextEncoder().encode(`\u0000\u0001${secret}`);
    const { ports, blobs } = fakePorts({
      secret,
      generate: scriptedModel([{ calls: [{ tool: "read" }] }, { text: "Done." }]),
      call: async () => ({
        contents: [{ type: "bytes", data, mediaType: "application/pdf" }],
        isError: false,
      }),
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(blobs.size).toBe(0);
    expect(heard(state).get("call_1_0")).toBe(
      "[application/pdf, 25 bytes: left out because it holds a secret]",
    );
  });

  test("in a thinking part drop the part whole; others stay as they were signed", async () => {
    const { ports } = fakePorts({
      secret,
      generate: async (turn) => {
        const answer = finished({ text: "Done." }, turn.step);
        if (answer.type === "failed") return answer;
        const thinking = [
          {
            type: "thinking",
            text: `The key is ${secret}.`,
            providerData: { anthropic: { signature: "a" } },
          } as const,
          { type: "thinking", text: "Hm.", providerData: { anthropic: { signature: "b" } } } as const,
        ];
        return { ...answer, parts: [...thinking, ...answer.parts] };
      },
    });
    const state = await runJob(ports, { events: [jobStarted()] }, neverStopped);
    expect(rootRun(state).messages[1]?.parts).toEqual([
      { type: "thinking", text: "Hm.", providerData: { anthropic: { signature: "b" } } },
      { type: "text", text: "Done." },
    ]);
  });
});
