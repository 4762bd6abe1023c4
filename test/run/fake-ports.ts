import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import { controlTools } from "../../src/job/control-tools.ts";
import type { JobEvent, JournalEntry } from "../../src/job/event.ts";
import type { ToolCallPart } from "../../src/job/message.ts";
import type {
  Delta,
  Generation,
  JobHead,
  JobLog,
  Model,
  OpenSkills,
  RedactStream,
  SkillsRequest,
  ToolOutcome,
  Turn,
} from "../../src/run/ports.ts";
import type { JobPorts } from "../../src/run/run-job.ts";
import { answerParts, type ScriptedAnswer, tokens, tool } from "../helpers/scripted-job.ts";

type Generate = Model["generate"];
type CallTool = (call: ToolCallPart, signal: AbortSignal) => Promise<ToolOutcome>;

/** A log that keeps its job in memory. */
const memoryLog = () => {
  const entries: JournalEntry[] = [];
  const heads: JobHead[] = [];
  const blobs = new Map<string, Uint8Array>();
  const log: JobLog = {
    directory: "memory",
    get head() {
      return { seq: entries.length, hash: "" };
    },
    append(events, at) {
      const added = events.map((event, index) => ({ seq: entries.length + index + 1, prev: "", at, event }));
      entries.push(...added);
      return added;
    },
    saveHead(head) {
      const saved = { ...head, head: { seq: entries.length, hash: "" } };
      heads.push(saved);
      return saved;
    },
    putBlob(data, mediaType) {
      const sha256 = createHash("sha256").update(data).digest("hex");
      blobs.set(sha256, data);
      return { type: "blob", sha256, mediaType, size: data.byteLength };
    },
    readBlob: (sha256) => blobs.get(sha256) ?? new Uint8Array(),
    [Symbol.dispose]: () => {},
  };
  return { log, entries, heads, blobs };
};

/** A clock whose sleeper wakes at once, the time having passed. */
const fakeClock = () => {
  let time = 1_000;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => time,
    sleep: async (ms: number) => {
      sleeps.push(ms);
      time += ms;
    },
  };
};

export const finished = (answer: Exclude<ScriptedAnswer, { fails: unknown }>, step: number): Generation => ({
  type: "finished",
  parts: answerParts(answer, step),
  finishReason: (answer.calls ?? []).length > 0 ? "toolCalls" : "stop",
  usage: tokens(10, 5),
  model: "claude-test-1",
});

/** A model that gives these answers in turn. */
export const scriptedModel = (answers: readonly ScriptedAnswer[]): Generate => {
  const left = [...answers];
  return async (turn) => {
    const answer = left.shift() ?? { text: "The script is over." };
    return "fails" in answer
      ? { type: "failed", error: answer.fails, partial: [] }
      : finished(answer, turn.step);
  };
};

/** Resolves when the signal aborts, and never otherwise. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** A model that says nothing until it is aborted. */
export const silentModel: Generate = async (_turn, { signal }) => {
  await aborted(signal);
  return {
    type: "failed",
    error: { name: "AbortError", message: "aborted", isRetryable: false },
    partial: [],
  };
};

export const said = (text: string, isError = false): ToolOutcome => ({
  contents: [{ type: "text", text }],
  isError,
});

/** Holds back what may still become the secret. */
const heldBack = (secret: string | undefined, redact: (text: string) => string): RedactStream => {
  let held = "";
  return {
    push(delta) {
      held = redact(held + delta);
      const shown = held.slice(0, Math.max(0, held.length - (secret?.length ?? 1) + 1));
      held = held.slice(shown.length);
      return shown;
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
};

/** Ports that are all fakes, and what they saw. */
export const fakePorts = (options: {
  readonly generate: Generate;
  readonly call?: CallTool;
  readonly open?: (request: SkillsRequest, signal: AbortSignal) => Promise<void>;
  readonly dispose?: () => Promise<void>;
  readonly secret?: string;
  readonly experts?: JobPorts["experts"];
  /** What the price list knows of every model. */
  readonly known?: { readonly costUsd?: number; readonly contextWindow?: number };
}) => {
  const { log, entries, heads, blobs } = memoryLog();
  const clock = fakeClock();
  const seen = {
    turns: [] as Turn[],
    calls: [] as string[],
    deltas: [] as Delta[],
    shown: [] as JournalEntry[],
  };
  const skills = { opened: 0, disposed: 0 };
  const redact = (text: string): string =>
    options.secret === undefined ? text : text.replaceAll(options.secret, "[redacted]");
  const open: JobPorts["skills"]["open"] = async (request, signal) => {
    await options.open?.(request, signal);
    skills.opened += 1;
    const opened: OpenSkills = {
      tools: [
        ...controlTools,
        { ...tool("read"), inputSchema: { type: "object", properties: { path: { type: "string" } } } },
        { ...tool("write"), readOnly: false },
      ],
      call: async (call, callSignal) => {
        seen.calls.push(call.tool);
        return (await options.call?.(call, callSignal)) ?? said(`${call.tool} done`);
      },
      [Symbol.asyncDispose]: async () => {
        skills.disposed += 1;
        await options.dispose?.();
      },
    };
    return opened;
  };
  const ports: JobPorts = {
    locked: new Map(),
    catalog: { preload: () => {}, describe: async () => options.known ?? {} },
    experts: options.experts ?? new Map([["reviewer", z.parse(Expert, { instruction: "You review." })]]),
    model: {
      generate: (turn, request) => {
        seen.turns.push(turn);
        return options.generate(turn, request);
      },
    },
    skills: { open },
    log,
    clock,
    observer: {
      onEntry: (entry) => seen.shown.push(entry),
      onDelta: (delta) => seen.deltas.push(delta),
    },
    redact,
    redactStream: () => heldBack(options.secret, redact),
  };
  const events = (): readonly JobEvent[] => entries.map(({ event }) => event);
  return { ports, entries, events, heads, blobs, clock, seen, skills };
};

export const neverStopped = new AbortController().signal;
